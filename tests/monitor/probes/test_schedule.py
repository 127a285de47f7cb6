"""The laws of the schedule, in virtual time: nothing waits, nothing storms, everything has its turn."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import count, pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.probes import Pace, Pair, Probe, Schedule

if TYPE_CHECKING:
    from collections.abc import Callable

METHODS = ("tls", "peap-mschapv2")


def pair(visited: str, home: str, *, proxies: int = 2, methods: tuple[str, ...] = METHODS, reject: bool = True) -> Pair:
    names = tuple(f"{visited}-rad-{number}" for number in range(1, proxies + 1))
    return Pair(visited, home, home, f"{visited}-agent", methods, names, "peap-mschapv2" if reject else "")


def square(size: int) -> tuple[Pair, ...]:
    names = [f"borough-{number}" for number in range(size)]
    return tuple(pair(visited, home) for visited in names for home in names)


@dataclass
class End:
    """How a probe ends, and after how many seconds."""

    seconds: float = 0.5
    passed: bool | None = True
    reached: bool = True


@dataclass
class World:
    """Runs a schedule; `end` says how each probe ends. It sleeps when `asleep` says so: (at, for how long)."""

    pairs: tuple[Pair, ...]
    pace: Pace
    end: Callable[[Probe], End] = lambda _: End()
    asleep: tuple[tuple[float, float], ...] = ()
    begin: float = 0.0
    started: list[tuple[float, Probe]] = field(default_factory=list)
    most: Counter[str] = field(default_factory=Counter)
    most_overall: int = 0

    def run(self, seconds: float) -> World:
        now = self.begin
        schedule = Schedule(self.pairs, self.pace, now)
        numbers = count()
        running: list[tuple[float, int, Probe, End]] = []
        naps = list(self.asleep)
        while now < self.begin + seconds:
            while running and running[0][0] <= now:
                _, _, probe, end = heapq.heappop(running)
                schedule.ended(probe, passed=end.passed, reached=end.reached, now=now)
            for probe in schedule.due(now):
                self.started.append((now, probe))
                end = self.end(probe)
                heapq.heappush(running, (now + end.seconds, next(numbers), probe, end))
            agents = Counter(probe.pair.agent for _, _, probe, _ in running)
            self.most |= agents
            self.most_overall = max(self.most_overall, agents.total())
            wait = max(0.001, schedule.wait_s(now))
            now = min(now + wait, running[0][0]) if running else now + wait
            if naps and now >= naps[0][0]:
                now += naps.pop(0)[1]
        return self

    def starts(self) -> dict[Pair, list[tuple[float, Probe]]]:
        found: dict[Pair, list[tuple[float, Probe]]] = defaultdict(list)
        for at, probe in self.started:
            found[probe.pair].append((at, probe))
        return found


@settings(max_examples=40, deadline=None)
@given(
    size=st.integers(1, 5),
    interval=st.floats(10, 600),
    begin=st.floats(0, 1e7),
    share=st.floats(0.001, 0.05),
)
def test_every_pair_is_probed_in_every_interval(size: int, interval: float, begin: float, share: float) -> None:
    world = World(square(size), Pace(interval), lambda _: End(share * interval), begin=begin).run(4 * interval)
    assert set(world.starts()) == set(world.pairs)
    for times in world.starts().values():
        moments = [begin, *(at for at, _ in times)]
        assert max(later - sooner for sooner, later in pairwise(moments)) <= interval * 1.26
        assert len(times) == pytest.approx(4, abs=1)


@settings(max_examples=30, deadline=None)
@given(
    ends=st.lists(
        st.builds(End, st.floats(0.01, 200), st.sampled_from([True, False, None]), st.booleans()), min_size=1
    ),
    per_agent=st.integers(1, 4),
    overall=st.integers(1, 9),
)
def test_never_more_at_once_than_the_bounds(ends: list[End], per_agent: int, overall: int) -> None:
    order = count()
    world = World(
        square(4),
        Pace(100, per_agent=per_agent, overall=overall),
        lambda _: ends[next(order) % len(ends)],
    ).run(500)
    assert world.most_overall <= overall
    assert max(world.most.values()) <= per_agent


@pytest.mark.parametrize("proxies", [1, 2, 3])
@pytest.mark.parametrize("methods", [METHODS, METHODS[:1]])
@pytest.mark.parametrize("reject", [True, False])
def test_methods_paths_and_rejects_have_their_turns(proxies: int, methods: tuple[str, ...], *, reject: bool) -> None:
    one = pair("camden", "hackney", proxies=proxies, methods=methods, reject=reject)
    pace = Pace(100)
    probes = [probe for _, probe in World((one,), pace).run(100 * 2 * pace.reject_every).started]
    regular = [probe for probe in probes if not probe.reject]
    ways = len(methods) * proxies
    for at in range(len(regular) - ways + 1):
        turn = regular[at : at + ways]
        assert len({(probe.method, probe.proxies[0]) for probe in turn}) == ways
    assert all(set(probe.proxies) == set(one.proxies) for probe in probes)
    assert len(probes) - len(regular) == (2 if reject else 0)
    assert {probe.method for probe in probes if probe.reject} <= {"peap-mschapv2"}


def test_a_failure_is_tried_twice_more_by_the_next_proxy_first() -> None:
    one = pair("camden", "hackney")
    world = World((one,), Pace(300), lambda _: End(1.0, passed=False)).run(700)
    times = [at for at, _ in world.started[:3]]
    first, second, third = (probe for _, probe in world.started[:3])
    assert [later - sooner for sooner, later in pairwise(times)] == pytest.approx([31.0, 31.0], abs=0.1)
    assert (first.tries, second.tries, third.tries) == (0, 1, 2)
    assert first.method == second.method == third.method
    assert second.proxies[0] == first.proxies[1]
    assert third.proxies[0] == first.proxies[0]
    assert world.started[3][0] - times[0] == pytest.approx(300, abs=1)


def test_what_taught_nothing_is_not_repeated() -> None:
    world = World((pair("camden", "hackney"),), Pace(300), lambda _: End(1.0, passed=None)).run(1200)
    assert len(world.started) == 4


def test_dead_agents_delay_nobody_once_they_are_known() -> None:
    pairs = square(12)

    def end(probe: Probe) -> End:
        dead = probe.pair.visited in {"borough-0", "borough-1", "borough-2"}
        return End(100.0, passed=None, reached=False) if dead else End()

    well = World(pairs, Pace(300, overall=10)).run(1200)
    world = World(pairs, Pace(300, overall=10), end).run(1200)
    before, after = well.starts(), world.starts()
    for one in pairs:
        if one.visited not in {"borough-0", "borough-1", "borough-2"}:
            wanted = [at for at, _ in before[one] if at > 450]
            assert [at for at, _ in after[one] if at > 450] == pytest.approx(wanted, abs=2)
    assert world.most["borough-3-agent"] <= 4


@pytest.mark.parametrize("nap", [31, 120, 3600, 86_400])
def test_a_pause_makes_no_storm(nap: float) -> None:
    pairs = square(10)
    world = World(pairs, Pace(300), asleep=((700, nap),)).run(700 + nap + 900)
    waking = 700 + nap
    after = [(at, probe) for at, probe in world.started if at >= waking]
    soon = [probe for at, probe in after if at <= waking + 30]
    assert len(soon) <= 2 * len(pairs) * 30 / 300
    within = {probe.pair for at, probe in after if at <= waking + 305}
    assert within == set(pairs)


def test_a_clock_that_goes_back_stops_nothing() -> None:
    pairs = square(10)
    schedule = Schedule(pairs, Pace(300), 10_000)
    for probe in schedule.due(10_001):
        schedule.ended(probe, passed=True, reached=True, now=10_001)
    assert not schedule.due(50)
    probed: Counter[Pair] = Counter()
    for second in range(51, 351):
        for probe in schedule.due(second):
            probed[probe.pair] += 1
            schedule.ended(probe, passed=True, reached=True, now=second)
    assert set(probed) == set(pairs)
    assert max(probed.values()) == 1


def test_the_moments_are_the_same_after_a_restart() -> None:
    first = World(square(3), Pace(300), begin=0).run(300).starts()
    later = World(square(3), Pace(300), begin=3000).run(300).starts()
    assert {one: round(times[0][0], 3) for one, times in first.items()} == {
        one: round(times[0][0] - 3000, 3) for one, times in later.items()
    }


def test_the_pairs_are_spread_over_the_interval() -> None:
    world = World(square(33), Pace(300, overall=1000)).run(300)
    thirds = Counter(int(at // 30) for at, _ in world.started)
    assert len(world.started) == 33 * 33
    assert max(thirds.values()) < 1.5 * 33 * 33 / 10


def test_without_a_method_there_is_no_pair() -> None:
    with pytest.raises(ValueError, match="camden and hackney have no method in common with a probe"):
        pair("camden", "hackney", methods=())
