"""What the state makes of what comes: pairs, paths, devices, batches, clocks that jump."""

from __future__ import annotations

import math
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from monitor.metrics import DeviceState, Picture, State, Status
from monitor.sample import Batch, FakeClock, Increment, Result, Sample, family
from tests.monitor.federation import INTERVAL_S, failed, probe, state
from tests.monitor.parsed import Key, number, parsed

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.sample import Authentication

PAIR = ("camden", "hackney")
UP = family("roaming_access_point_up")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(since_start=86_400.0)


@pytest.fixture
def kept(clock: FakeClock) -> State:
    return state(clock)


def rejected(clock: FakeClock) -> Authentication:
    """Return an intended reject that ended as it should."""
    return probe(clock, result=Result.REJECT, seconds=9.0, reason="rejected-at-home", reject=True)


def told(kept: State, clock: FakeClock) -> dict[Key, str]:
    return parsed(kept.exposition(clock.wall()))


def picture(kept: State, clock: FakeClock) -> Picture:
    return kept.picture(clock.wall())


@pytest.mark.parametrize(
    ("seen", "status", "failures"),
    [
        pytest.param(lambda clock: [probe(clock)], Status.UP, 0, id="accepted"),
        pytest.param(lambda clock: [probe(clock, seconds=3.1)], Status.SLOW, 0, id="slow"),
        pytest.param(lambda clock: [probe(clock, seconds=3.0)], Status.UP, 0, id="not yet slow"),
        pytest.param(lambda clock: [probe(clock), rejected(clock)], Status.UP, 0, id="intended reject is not slow"),
        pytest.param(
            lambda clock: [failed(clock), rejected(clock)], Status.DOWN, 1, id="intended reject mends nothing"
        ),
        pytest.param(
            lambda clock: [probe(clock), failed(clock, method="peap-mschapv2"), probe(clock)],
            Status.DOWN,
            1,
            id="one method fails",
        ),
        pytest.param(
            lambda clock: [*[failed(clock, method="peap-mschapv2")] * 2, failed(clock), failed(clock)],
            Status.DOWN,
            2,
            id="each method has its own count",
        ),
        pytest.param(
            lambda clock: [failed(clock, method="peap-mschapv2"), failed(clock), probe(clock)],
            Status.DOWN,
            1,
            id="a success ends its own failures only",
        ),
        pytest.param(
            lambda clock: [probe(clock), failed(clock, reject=True)], Status.DOWN, 1, id="an intended reject failed"
        ),
        pytest.param(
            lambda clock: [probe(clock), failed(clock, reject=True), rejected(clock)],
            Status.UP,
            0,
            id="an intended reject is well again",
        ),
        pytest.param(lambda clock: [failed(clock)], Status.DOWN, 1, id="failed"),
        pytest.param(lambda clock: [failed(clock)] * 3, Status.DOWN, 3, id="failed thrice"),
        pytest.param(lambda clock: [failed(clock), probe(clock)], Status.UP, 0, id="well again"),
        pytest.param(
            lambda clock: [probe(clock), probe(clock, result=Result.ERROR, passed=None)], Status.UP, 0, id="taught"
        ),
    ],
)
def test_a_pair_stands_as_its_probes_say(
    kept: State,
    clock: FakeClock,
    seen: Callable[[FakeClock], list[Authentication]],
    status: Status,
    failures: int,
) -> None:
    for one in seen(clock):
        kept.authentication(one)
    pair = picture(kept, clock).pairs[PAIR]
    found = told(kept, clock)
    assert (pair.status, pair.failures) == (status, failures)
    assert number(found, "roaming_probe_success", visited="camden", home="hackney") == (status is not Status.DOWN)
    assert number(found, "roaming_probe_failures", visited="camden", home="hackney") == failures


def test_one_dead_method_keeps_a_pair_down_until_it_passes(kept: State, clock: FakeClock) -> None:
    """PEAP is dead at the home, TLS is not; they take turns, a failure is tried twice more, one in 12 is a reject."""
    seen: list[tuple[str, Status, int]] = []

    def turn(one: Authentication) -> None:
        kept.authentication(one)
        pair = picture(kept, clock).pairs[PAIR]
        seen.append((one.method, pair.status, pair.failures))
        assert number(told(kept, clock), "roaming_probe_success", visited="camden", home="hackney") == (
            pair.status is Status.UP
        )

    for number_of_turn in range(23):
        if number_of_turn % 12 == 11:
            turn(rejected(clock))
        elif number_of_turn % 2:
            turn(probe(clock))
        else:
            for _ in range(3):
                turn(failed(clock, method="peap-mschapv2", reason="fell-silent"))
        clock.advance(INTERVAL_S)
    assert {status for _, status, _ in seen} == {Status.DOWN}
    assert [failures for _, _, failures in seen[:5]] == [1, 2, 3, 3, 4]
    pair = picture(kept, clock).pairs[PAIR]
    assert (pair.reason, pair.failures, pair.since) == ("fell-silent", 36, clock.wall() - 23 * INTERVAL_S)
    turn(probe(clock, method="peap-mschapv2"))
    assert seen[-1] == ("peap-mschapv2", Status.UP, 0)
    assert picture(kept, clock).pairs[PAIR].since == clock.wall()


def test_a_home_that_rejects_everybody_is_never_up(kept: State, clock: FakeClock) -> None:
    kept.authentication(rejected(clock))
    pair = picture(kept, clock).pairs[PAIR]
    assert (pair.status, pair.at, pair.success_at, pair.reason) == (Status.UNKNOWN, clock.wall(), None, "")
    labels = {"visited": "camden", "home": "hackney"}
    assert number(told(kept, clock), "roaming_probe_success", **labels) is None
    assert number(told(kept, clock), "roaming_probe_failures", **labels) is None
    for method in ("tls", "peap-mschapv2"):
        kept.authentication(
            probe(clock, method=method, result=Result.REJECT, passed=False, reason="rejected-by-home-proxy")
        )
        clock.advance(INTERVAL_S)
        kept.authentication(rejected(clock))
        pair = picture(kept, clock).pairs[PAIR]
        assert (pair.status, pair.at, pair.reason) == (Status.DOWN, clock.wall(), "rejected-by-home-proxy")


def test_a_method_that_is_no_longer_probed_is_forgotten(kept: State, clock: FakeClock) -> None:
    kept.authentication(failed(clock, method="peap-mschapv2"))
    for _ in range(6):
        clock.advance(INTERVAL_S)
        kept.authentication(probe(clock))
        assert picture(kept, clock).pairs[PAIR].status is Status.DOWN
    clock.advance(1)
    kept.authentication(probe(clock))
    assert picture(kept, clock).pairs[PAIR].status is Status.UP


def test_what_was_never_probed_is_unknown_and_absent(kept: State, clock: FakeClock) -> None:
    pairs = picture(kept, clock).pairs
    assert len(pairs) == 2 * 3
    assert {pair.status for pair in pairs.values()} == {Status.UNKNOWN}
    assert {name for name, _ in told(kept, clock)} == {"roaming_probe_interval_seconds"}


def test_a_probe_that_taught_nothing_leaves_the_pair_to_age(kept: State, clock: FakeClock) -> None:
    kept.authentication(probe(clock))
    clock.advance(3 * INTERVAL_S)
    kept.authentication(probe(clock, result=Result.ERROR, passed=None, reason="agent-unreachable"))
    assert picture(kept, clock).pairs[PAIR].status is Status.UP
    clock.advance(1)
    pair, found = picture(kept, clock).pairs[PAIR], told(kept, clock)
    assert (pair.status, pair.since) == (Status.STALE, clock.wall() - 1)
    labels = {"visited": "camden", "home": "hackney"}
    assert number(found, "roaming_probe_success", **labels) is None
    assert number(found, "roaming_path_up", visited="camden", path="camden-rad-1") is None
    assert number(found, "roaming_probe_timestamp_seconds", **labels) == clock.wall() - 3 * INTERVAL_S - 1
    assert number(found, "roaming_probe_unknown_total", visited="camden", reason="agent-unreachable") == 1


def test_since_is_when_it_became_what_it_is(kept: State, clock: FakeClock) -> None:
    kept.authentication(probe(clock))
    first = clock.wall()
    clock.advance(10)
    kept.authentication(probe(clock))
    assert picture(kept, clock).pairs[PAIR].since == first
    clock.advance(10)
    kept.authentication(failed(clock))
    clock.advance(10)
    kept.authentication(failed(clock))
    pair = picture(kept, clock).pairs[PAIR]
    assert (pair.since, pair.at, pair.success_at, pair.seconds) == (first + 20, first + 30, first + 10, 0.3)


@pytest.mark.parametrize(
    ("changed", "up"),
    [
        ({"path": "b", "silent": ("a",)}, {"a": 0, "b": 1}),
        ({"path": "b", "silent": ("a",), "passed": False, "reason": "no-answer"}, {"a": 0, "b": 0}),
        ({"path": "b", "silent": ("a",), "passed": False, "reason": "no-answer-beyond"}, {"b": 1}),
        ({"path": "a", "passed": False, "reason": "rejected-by-hub"}, {"a": 1}),
        ({"path": "", "passed": False, "reason": "no-proxy"}, {}),
    ],
)
def test_a_proxy_answered_or_did_not(
    kept: State, clock: FakeClock, changed: dict[str, object], up: dict[str, float]
) -> None:
    kept.authentication(probe(clock, **changed))
    found = {dict(labels)["path"]: float(text) for (name, labels), text in told(kept, clock).items() if "path" in name}
    assert found == up
    assert {key[1] for key in picture(kept, clock).paths} == set(up)


def test_a_pair_that_is_not_of_the_federation_has_no_state(kept: State, clock: FakeClock) -> None:
    kept.authentication(probe(clock, home="elsewhere"))
    assert ("camden", "elsewhere") not in picture(kept, clock).pairs
    found = told(kept, clock)
    assert number(found, "roaming_auth_total", source="probe", visited="camden", home="other", result="accept") == 1


@pytest.mark.parametrize("jump", [-86_400.0, -60.0, 60.0, 14_400.0])
def test_a_clock_that_jumps_makes_nothing_old_or_negative(kept: State, clock: FakeClock, jump: float) -> None:
    kept.authentication(probe(clock))
    kept.replace(Batch("snmp:x", clock.wall(), 600, (Sample(UP, ("ap-1", "town-hall", "camden"), 1),)))
    clock.advance(30)
    clock.jump(jump)
    seen, found = picture(kept, clock), told(kept, clock)
    assert seen.pairs[PAIR].status is Status.UP
    assert seen.pairs[PAIR].at == pytest.approx(clock.wall() - 30)
    assert seen.access_points["ap-1"].status is Status.UP
    assert number(found, "roaming_probe_timestamp_seconds", visited="camden", home="hackney") == clock.wall() - 30
    assert number(found, "roaming_collection_failures_total", collector="probes", reason="clock") == 1


def test_a_probe_from_the_future_is_taken_as_of_now(kept: State, clock: FakeClock) -> None:
    kept.authentication(probe(clock, at=clock.wall() + 3600))
    assert picture(kept, clock).pairs[PAIR].at == clock.wall()
    assert number(told(kept, clock), "roaming_collection_failures_total", collector="probes", reason="clock") == 1


def test_a_probe_that_is_ahead_by_a_little_is_of_now(kept: State, clock: FakeClock) -> None:
    kept.authentication(probe(clock, at=clock.wall() + 3))
    assert picture(kept, clock).pairs[PAIR].at == clock.wall()
    assert number(told(kept, clock), "roaming_collection_failures_total", collector="probes", reason="clock") is None


@pytest.mark.parametrize(("origin", "collector"), [("snmp:camden-wlc", "snmp"), ("elsewhere", "other")])
def test_a_batch_from_the_future_is_counted(kept: State, clock: FakeClock, origin: str, collector: str) -> None:
    counts = []
    for ahead_s in (0, 3600):
        kept.replace(Batch(origin, clock.wall() + ahead_s, 60, (Sample(UP, ("ap-1", "town-hall", "camden"), 1),)))
        found = told(kept, clock)
        counts.append(number(found, "roaming_collection_failures_total", collector=collector, reason="clock"))
    assert counts == [None, 1]


def test_the_reason_is_of_the_method_that_fails_most(kept: State, clock: FakeClock) -> None:
    for _ in range(2):
        kept.authentication(failed(clock, method="peap-mschapv2", reason="fell-silent"))
    clock.advance(10)
    kept.authentication(failed(clock, reason="no-answer"))
    assert picture(kept, clock).pairs[PAIR].reason == "fell-silent"


def test_only_what_was_let_in_has_a_length(kept: State, clock: FakeClock) -> None:
    for one in (rejected(clock), probe(clock, seconds=math.inf), probe(clock, seconds=0.0), probe(clock, seconds=2.0)):
        kept.authentication(one)
    found, labels = told(kept, clock), {"visited": "camden", "home": "hackney"}
    assert number(found, "roaming_auth_pair_seconds_count", **labels) == 2
    assert number(found, "roaming_auth_pair_seconds_sum", **labels) == 2.0


def test_a_device_and_a_path_say_since_when(kept: State, clock: FakeClock) -> None:
    first = clock.wall()
    seen = []
    for up in (1, 1, 0):
        kept.replace(Batch("snmp:x", clock.wall(), 600, (Sample(UP, ("ap-1", "town-hall", "camden"), up),)))
        kept.authentication(probe(clock) if up else failed(clock))
        now = picture(kept, clock)
        seen += [(now.access_points["ap-1"], now.paths["camden", "camden-rad-1"])]
        clock.advance(10)
    works = [DeviceState(Status.UP, first, first), DeviceState(Status.UP, first + 10, first)]
    assert seen == [(one, one) for one in (*works, DeviceState(Status.DOWN, first + 20, first + 20))]
    clock.advance(4 * INTERVAL_S)
    assert picture(kept, clock).paths["camden", "camden-rad-1"].status is Status.STALE


def test_what_is_gone_disappears(kept: State, clock: FakeClock) -> None:
    def shown(*names: str) -> Batch:
        samples = tuple(Sample(UP, (name, "town-hall", "camden"), 1) for name in names)
        return Batch("snmp:camden-wlc", clock.wall(), 60, samples)

    def access_points() -> set[str]:
        return {dict(labels)["access_point"] for name, labels in told(kept, clock) if name == UP.name}

    kept.replace(shown("ap-1", "ap-2", "stranger"))
    assert access_points() == {"ap-1", "ap-2", "stranger"}
    clock.advance(10)
    kept.replace(shown("ap-2"))
    assert access_points() == {"ap-2"}
    assert {name: one.status for name, one in picture(kept, clock).access_points.items()} == {
        "ap-1": Status.STALE,
        "ap-2": Status.UP,
    }
    clock.advance(61)
    assert access_points() == set()
    assert picture(kept, clock).access_points["ap-2"].status is Status.STALE


def test_the_picture_shows_every_device_of_the_estate(kept: State, clock: FakeClock) -> None:
    samples = (
        Sample(family("roaming_server_up"), ("camden-rad-1", "camden", "both"), 1),
        Sample(family("roaming_radsec_up"), ("hub-east", "federation", "hub"), 0),
        Sample(family("roaming_certificate_expiry_timestamp_seconds"), ("radsec", "hub-east", "federation"), 2e9),
    )
    kept.replace(Batch("status:all", clock.wall(), 60, samples))
    seen = picture(kept, clock)
    assert {name: one.status for name, one in seen.servers.items()} == {
        "camden-rad-1": Status.UP,
        "hackney-home": Status.UNKNOWN,
        "hub-east": Status.UNKNOWN,
    }
    assert {name: one.status for name, one in seen.radsec.items()} == {
        "camden-rad-1": Status.UNKNOWN,
        "hub-east": Status.DOWN,
    }
    assert seen.certificates == {("radsec", "hub-east"): 2e9}


@pytest.mark.parametrize(
    "increment",
    [
        Increment(family("roaming_traps_total"), ("one-label",)),
        Increment(family("roaming_traps_total"), ("wlc", "camden", "ap-down"), -1),
        Increment(family("roaming_traps_total"), ("wlc", "camden", "ap-down"), math.nan),
        Increment(family("roaming_traps_total"), ("wlc", "camden", "ap-down"), math.inf),
        Increment(family("roaming_server_up"), ("a", "b", "hub")),
    ],
)
def test_what_would_be_no_counter_is_refused_and_raises_nothing(
    kept: State, clock: FakeClock, increment: Increment
) -> None:
    kept.count(increment)
    assert {name for name, _ in told(kept, clock)} == {"roaming_probe_interval_seconds"}


def test_nothing_grows_over_two_hundred_cycles(kept: State, clock: FakeClock) -> None:
    sizes = []
    for cycle in range(200):
        samples = tuple(Sample(UP, (f"ap-{cycle}-{index}", f"site-{cycle}", "camden"), 1) for index in range(20))
        kept.replace(Batch("snmp:camden-wlc", clock.wall(), 60, samples))
        kept.replace(Batch(f"snmp:once-{cycle}", clock.wall(), 15, samples))
        kept.authentication(probe(clock) if cycle % 2 else failed(clock))
        kept.count(Increment(family("roaming_traps_total"), ("camden-wlc", "camden", "ap-down")))
        clock.advance(30)
        kept.exposition(clock.wall())
        sizes.append(kept.size)
    assert sizes[199] == sizes[20]


def test_every_thread_may_count(kept: State, clock: FakeClock) -> None:
    def work() -> None:
        for _ in range(500):
            kept.authentication(probe(clock))
            kept.exposition(clock.wall())

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    labels = {"source": "probe", "visited": "camden", "home": "hackney", "result": "accept"}
    assert number(told(kept, clock), "roaming_auth_total", **labels) == 2000
