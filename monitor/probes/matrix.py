"""The matrix: every pair probed again and again, as a task of the runner."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from monitor.probes.attempt import attempt
from monitor.probes.conclusion import ERRORS, UNREACHED, Heard, conclude
from monitor.probes.schedule import Pace, Schedule
from monitor.probes.shown import Shown
from monitor.sample import FOR_EVER, Collector, Failure, failed
from roaming.eap import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.probes.agents import Agents
    from monitor.probes.attempt import Words
    from monitor.probes.pair import Pair, Probe
    from monitor.sample import Clock, Sink
    from roaming.eap import Outcome

_LOG: Final = logging.getLogger(__name__)
THREAD_NAME: Final = "roam-probe"
"""How the names of the threads begin in which conversations wait."""
_CLOSING_S: Final = 2.0
_MEMORY: Final = 3
"""Intervals for which a certificate counts that is no longer shown."""


class Matrix:
    """Probes every pair until it is cancelled; then its agents are let go of."""

    name = Collector.PROBES.value
    every_s = FOR_EVER

    def __init__(self, pairs: Sequence[Pair], words: Words, agents: Agents, *, pace: Pace, clock: Clock) -> None:
        self._pairs, self._words, self._agents = tuple(pairs), words, agents
        self._pace, self._clock = pace, clock
        self._heard = Heard(pace.interval_s)
        self._shown = Shown(pace.interval_s * _MEMORY)

    async def run(self, sink: Sink) -> None:
        """Probe for ever."""
        self._agents.listen(lambda: _count(sink, Failure.MALFORMED))
        schedule = Schedule(self._pairs, self._pace, self._clock.steady())
        pool = ThreadPoolExecutor(self._pace.overall, thread_name_prefix=THREAD_NAME)
        something = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as running:
                while True:
                    something.clear()
                    for probe in schedule.due(self._clock.steady()):
                        running.create_task(self._one(probe, schedule, pool, sink)).add_done_callback(
                            lambda _: something.set()
                        )
                    await _either(something, schedule.wait_s(self._clock.steady()))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            # Closing a session may wait for the network, and for one that hangs for ever.
            await asyncio.wait({asyncio.create_task(asyncio.to_thread(self._agents.close))}, timeout=_CLOSING_S)

    async def _one(self, probe: Probe, schedule: Schedule, pool: ThreadPoolExecutor, sink: Sink) -> None:
        loop = asyncio.get_running_loop()
        passed, reached = None, True
        try:
            outcomes = await loop.run_in_executor(pool, attempt, probe, self._words, self._agents)
            passed = self._tell(probe, outcomes, sink)
            reached = outcomes[-1].reason not in UNREACHED
        except Exception as error:  # noqa: BLE001  whatever one pair makes of us, the others go on
            # The type alone: a message may repeat what was said to the agent.
            _LOG.error("%s at %s: %s in a probe", probe.pair.home, probe.pair.visited, type(error).__name__)
            _count(sink, Failure.INTERNAL)
        schedule.ended(probe, passed=passed, reached=reached, now=self._clock.steady())

    def _tell(self, probe: Probe, outcomes: tuple[Outcome, ...], sink: Sink) -> bool | None:
        now, visited = self._clock.steady(), probe.pair.visited
        self._heard.note(visited, outcomes, now)
        well = frozenset(proxy for proxy in probe.proxies if self._heard.lately(visited, proxy, now))
        seen = conclude(probe, outcomes, self._clock.wall(), well)
        sink.authentication(seen)
        self._shown.learn(probe.pair, outcomes, self._clock.wall(), sink)
        if (reason := outcomes[-1].reason) in ERRORS:
            _count(sink, ERRORS[Reason(reason)])
        return seen.passed


def _count(sink: Sink, why: Failure) -> None:
    sink.count(failed(Collector.PROBES, why))


async def _either(something: asyncio.Event, seconds: float) -> None:
    """Wait until something happens, but not longer than that."""
    try:
        async with asyncio.timeout(seconds):
            await something.wait()
    except TimeoutError:
        return
