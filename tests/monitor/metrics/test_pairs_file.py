"""What is known of the pairs outlives the process, whatever happens to the file."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.metrics import PairsFile, Status
from monitor.metrics.pairs_file import parse
from monitor.sample import FakeClock
from tests.monitor.federation import INTERVAL_S, failed, probe, state
from tests.monitor.parsed import number, parsed

PAIR = ("camden", "hackney")
METHOD = {"passed": True, "at": 1.0, "failures": 0, "reason": "", "sentence": "", "path": ""}
ONE = {
    "visited": "camden",
    "home": "hackney",
    "at": 1.0,
    "since": 1.0,
    "success_at": None,
    "seconds": 0.1,
    "methods": {"tls": METHOD},
}


def test_a_restart_forgets_nothing_and_ages_go_on(tmp_path: Path) -> None:
    clock, file = FakeClock(), PairsFile(tmp_path / "made" / "pairs.json")
    before = state(clock)
    before.authentication(probe(clock))
    before.authentication(failed(clock))
    before.authentication(failed(clock, method="peap-mschapv2", reason="fell-silent"))
    file.save(before)
    clock = FakeClock(now=clock.wall() + 2 * INTERVAL_S, since_start=7.0)
    after = state(clock)
    file.load(after)
    assert after.picture(clock.wall()).pairs == before.picture(clock.wall() - 2 * INTERVAL_S).pairs
    clock.advance(INTERVAL_S + 1)
    assert after.picture(clock.wall()).pairs[PAIR].status is Status.STALE
    after.authentication(probe(clock))
    assert after.picture(clock.wall()).pairs[PAIR].reason == "fell-silent"


def test_what_was_learned_in_the_future_is_passed_over(tmp_path: Path) -> None:
    clock, file = FakeClock(), PairsFile(tmp_path / "pairs.json")
    before = state(clock)
    before.authentication(probe(clock))
    file.save(before)
    clock.jump(-86_400)
    after = state(clock)
    file.load(after)
    assert after.picture(clock.wall()).pairs[PAIR].status is Status.UNKNOWN
    found = parsed(after.exposition(clock.wall()))
    assert number(found, "roaming_collection_failures_total", collector="probes", reason="clock") == 1


def test_a_pair_that_is_no_more_is_passed_over(tmp_path: Path) -> None:
    clock, file = FakeClock(), PairsFile(tmp_path / "pairs.json")
    before = state(clock)
    before.authentication(probe(clock))
    file.save(before)
    file.path.write_text(file.path.read_text().replace("hackney", "gone"))
    after = state(clock)
    file.load(after)
    assert {pair.status for pair in after.picture(clock.wall()).pairs.values()} == {Status.UNKNOWN}
    assert b"gone" not in after.exposition(clock.wall())


def test_a_full_disk_is_counted_and_the_former_file_stays() -> None:
    clock, full = FakeClock(), PairsFile(Path("/dev/full/pairs.json"))
    kept = state(clock)
    kept.authentication(probe(clock))
    full.save(kept)
    found = parsed(kept.exposition(clock.wall()))
    assert number(found, "roaming_collection_failures_total", collector="probes", reason="storage") == 1


def test_a_write_that_fails_leaves_the_former_file(tmp_path: Path) -> None:
    clock, file = FakeClock(), PairsFile(tmp_path / "pairs.json")
    kept = state(clock)
    file.save(kept)
    former = file.path.read_text()
    # What is written first is a device without room.
    (tmp_path / ".pairs.json.new").symlink_to("/dev/full")
    kept.authentication(probe(clock))
    file.save(kept)
    assert file.path.read_text() == former
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pairs.json"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"version": 1, "pairs": []}',
        '{"version": 2}',
        '{"version": 2, "pairs": 3}',
        '{"version": 2, "pairs": [{"visited": "camden"}]}',
        "[" * 100_000,
        json.dumps({"version": 2, "pairs": [ONE | {"at": 10**400}]}),
        json.dumps({"version": 2, "pairs": [ONE | {"methods": {"tls": METHOD | {"failures": 10**400}}}]}),
    ],
)
def test_a_file_that_is_none_is_counted(tmp_path: Path, text: str) -> None:
    clock, file = FakeClock(), PairsFile(tmp_path / "pairs.json")
    file.path.write_text(text)
    kept = state(clock)
    file.load(kept)
    found = parsed(kept.exposition(clock.wall()))
    assert number(found, "roaming_collection_failures_total", collector="probes", reason="malformed") == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(key=st.sampled_from(sorted({*ONE, *METHOD})), value=JSON)
def test_any_value_is_read_or_refused(key: str, value: object) -> None:
    one: dict[str, object] = ONE | {"methods": {"tls": METHOD | {key: value}}} if key in METHOD else ONE | {key: value}
    text = json.dumps({"version": 2, "pairs": [one]})
    with suppress(ValueError):
        assert len(parse(text)) == 1
