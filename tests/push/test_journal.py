from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from roaming.errors import PushError
from roaming.push.journal import JournalFile, read, verify
from roaming.push.lock import lock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Return a state directory with a journal of three lines."""
    journal = JournalFile(tmp_path / "state", "run-1", lambda: datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
    for number in range(3):
        journal.note("state", device=f"d{number}")
    return tmp_path / "state"


def test_a_journal_is_whole_and_ours_alone(state: Path) -> None:
    assert verify(state) == ()
    assert [line["device"] for line in read(state)] == ["d0", "d1", "d2"]
    assert read(state)[0]["time"] == "2026-11-23T12:00:00.000000Z"
    assert (state / "journal.jsonl").stat().st_mode & 0o777 == 0o600
    assert state.stat().st_mode & 0o777 == 0o700


def edit(line: str) -> str:
    return line.replace('"d1"', '"d9"')


@pytest.mark.parametrize(
    ("tamper", "faults"),
    [
        (lambda lines: [lines[0], edit(lines[1]), lines[2]], ["line 2 has been changed"]),
        (lambda lines: [lines[0], lines[2]], ["line 2 does not follow the one before it"]),
        (lambda lines: [lines[0], lines[0], *lines[1:]], ["line 2 does not follow the one before it"]),
        (lambda lines: lines[1:], ["line 1 does not follow the one before it"]),
        (lambda lines: lines[:1], ["lines are missing at the end"]),
        (lambda _: [], ["lines are missing at the end"]),
        (lambda lines: [*lines[:2], lines[2][:30]], ["line 3 is torn"]),
    ],
    ids=["edited", "removed", "doubled", "beheaded", "shortened", "emptied", "torn"],
)
def test_whoever_touches_it_is_noticed(
    state: Path, tamper: Callable[[list[str]], list[str]], faults: list[str]
) -> None:
    path = state / "journal.jsonl"
    path.write_text("".join(tamper(path.read_text().splitlines(keepends=True))))
    found = verify(state)
    assert len(found) == len(faults)
    assert all(one.startswith(fault) for one, fault in zip(found, faults, strict=True))


def test_a_journal_that_was_shortened_does_not_hide_it_by_going_on(state: Path) -> None:
    path = state / "journal.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:1]))
    JournalFile(state, "run-2").note("run")
    JournalFile(state, "run-3").note("run")
    assert verify(state) == ("lines before line 2 are missing",)


def test_a_forged_line_with_a_hash_of_its_own_breaks_the_next(state: Path) -> None:
    path = state / "journal.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[0]["device"] = "forged"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert verify(state)[0] == "line 1 has been changed"


def test_a_line_torn_by_a_power_cut_is_kept_and_passed_over(state: Path) -> None:
    path = state / "journal.jsonl"
    path.write_text(path.read_text() + '{"time": "2026-')
    assert verify(state) == ("line 4 is torn",)
    JournalFile(state, "run-2").note("run")
    assert verify(state) == ()
    assert len(read(state)) == 4


def test_a_head_that_lags_one_line_behind_is_a_power_cut_too(state: Path) -> None:
    head = state / "journal.head"
    former = head.read_text()
    JournalFile(state, "run-2").note("run")
    head.write_text(former)
    assert verify(state) == ()


def test_a_journal_that_cannot_be_written_stops_the_push(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file in the way")
    with pytest.raises(PushError, match="the journal cannot be written"):
        JournalFile(tmp_path / "state", "run").note("run")


def test_no_journal_is_an_empty_one(tmp_path: Path) -> None:
    assert read(tmp_path) == ()
    assert verify(tmp_path) == ()


def test_two_pushes_never_run_together(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from roaming.push.lock import lock\nwith lock(pathlib.Path(sys.argv[1])): print('mine')"
    )
    with lock(tmp_path):
        second = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path)], check=False, capture_output=True, text=True
        )
    assert second.returncode == 1
    assert "another push is under way (process " in second.stderr
    with lock(tmp_path):
        pass
