"""Runs tasks in their intervals: none waits for itself, none stops another, and all end when they are told."""

from __future__ import annotations

import asyncio
import logging
import math
import traceback
from typing import TYPE_CHECKING, Final

from monitor.errors import MonitorError
from monitor.sample import FOR_EVER, Batch, Collector, Failure, Sample, failed, family

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from monitor.runner.task import Task
    from monitor.sample import Clock, Sink

_LOG: Final = logging.getLogger(__name__)
_SECONDS: Final = family("roaming_collection_seconds")
_TIMESTAMP: Final = family("roaming_collection_timestamp_seconds")


class Runner:
    """Starts every task within a tenth of its interval, then in its interval, with that much jitter.

    `at_once` bounds how many run at once; those that run for ever are not counted. A start that is due while the
    former one still runs is left out and counted as an overrun. It raises ValueError for a task whose name does not
    begin with a `Collector`: that is a label.
    """

    PATIENCE: Final = 3
    """Intervals that a task may take before it is cancelled."""
    LEAST_S: Final = 120.0
    """It may always take that long: the patience with a silent server does not shrink with an interval."""
    JITTER: Final = 0.1
    """Share of the interval by which a start is late, at most: the devices are not all asked in one moment."""
    PAUSE_S: Final = 10.0
    """Seconds until a task that should run for ever is started again."""

    def __init__(self, tasks: Sequence[Task], sink: Sink, *, clock: Clock, random: Random, at_once: int = 64) -> None:
        self._tasks = tuple(tasks)
        for task in self._tasks:
            _collector(task)
        self._sink = sink
        self._clock = clock
        self._random = random
        self._slots = asyncio.Semaphore(at_once)
        self._waited_for = {index for index, task in enumerate(self._tasks) if math.isfinite(task.every_s)}

    @property
    def ready(self) -> bool:
        """Whether every task has ended once, well or not."""
        return not self._waited_for

    async def run(self) -> None:
        """Run until cancelled; then every task is cancelled and has ended."""
        async with asyncio.TaskGroup() as group:
            for index, task in enumerate(self._tasks):
                again = math.isfinite(task.every_s)
                group.create_task(self._again(index, task) if again else self._for_ever(task), name=task.name)

    async def _again(self, index: int, task: Task) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            await asyncio.sleep(due + self._random.uniform(0, self.JITTER * task.every_s) - loop.time())
            async with self._slots:
                await self._once(task)
            self._waited_for.discard(index)
            due = self._next(task, due, loop.time())

    def _next(self, task: Task, due: float, now: float) -> float:
        """Return the next start on the task's grid; those that are missed are counted."""
        missed = max(0, math.ceil((now - due) / task.every_s) - 1)
        if missed:
            self._sink.count(failed(_collector(task), Failure.OVERRUN, missed))
            _LOG.warning("%s took longer than its interval: %d left out", task.name, missed)
        return due + (missed + 1) * task.every_s

    async def _for_ever(self, task: Task) -> None:
        while True:
            await self._guarded(task)
            await asyncio.sleep(self.PAUSE_S)

    async def _once(self, task: Task) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        patience = max(self.PATIENCE * task.every_s, self.LEAST_S)
        try:
            async with asyncio.timeout(patience):
                await self._guarded(task)
        except TimeoutError:
            self._sink.count(failed(_collector(task), Failure.TIMEOUT))
            _LOG.warning("%s was cancelled after %.0f s", task.name, patience)
        self._tell(task, loop.time() - begun)

    async def _guarded(self, task: Task) -> None:
        try:
            await task.run(self._sink)
        except Exception as error:  # noqa: BLE001  whatever one task does, the others go on
            self._sink.count(failed(_collector(task), Failure.INTERNAL))
            _LOG.error("%s failed: %s", task.name, told(error))

    def _tell(self, task: Task, seconds: float) -> None:
        now, labels = self._clock.wall(), (_collector(task).value,)
        samples = (Sample(_SECONDS, labels, seconds), Sample(_TIMESTAMP, labels, now))
        self._sink.replace(Batch(f"runner:{labels[0]}", now, FOR_EVER, samples))


def told(error: BaseException) -> str:
    """Return what the log may hold of an error: our own words, or its kind and where it was raised.

    The words of a foreign error may repeat what it was given: a community, a password.
    """
    if isinstance(error, MonitorError):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {frames[-1].name} ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}{where}"


def _collector(task: Task) -> Collector:
    return Collector(task.name.partition(":")[0])
