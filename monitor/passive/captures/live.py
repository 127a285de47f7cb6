"""Sensors that are heard as it happens, as one stream: nobody waits for the next packet to learn of the last one."""

from __future__ import annotations

import time
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from monitor.errors import CaptureError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from monitor.passive.captures.merge import Sensor, Taken

_SECOND: Final = 1_000_000_000
HOLD_NS: Final = 2 * _SECOND
"""How long what was taken waits for what another sensor took before: dumpcap hands over twice a second."""
QUIET_NS: Final = _SECOND
"""After so long without a packet nothing is waited for."""
MOST: Final = 100_000
"""What waits at most; of more, the older half waits no longer."""
_TURN: Final = 4096
"""What one sensor may bring before the others' turn."""
_PAUSE_S: Final = 0.05
_TIME: Final[Callable[[Any], int]] = itemgetter(0)


@dataclass(slots=True)
class Live:
    """Merges sensors as they come. One that breaks ends all, and `error` says why after what was heard is told.

    Raises `CaptureError` where one breaks before anything was heard.
    """

    steady_ns: Callable[[], int] = time.monotonic_ns
    sleep: Callable[[float], None] = time.sleep
    error: CaptureError | None = None
    _held: list[Taken] = field(default_factory=list)
    _newest: int = 0
    _came: int = 0
    _told: int = 0

    def __call__(self, sensors: tuple[Sensor, ...]) -> Iterator[Taken]:
        """Yield what all sensors take, by time, and a silence for each second in which nothing of use comes."""
        streams = [sensor.passed() for sensor in sensors]
        while streams and self.error is None:
            before = self._count(sensors)
            streams = [stream for stream in streams if self._goes_on(stream)]
            yield from self._released(self._newest - HOLD_NS)
            yield from self._quiet(sensors)
            if self._count(sensors) == before and streams:
                self.sleep(_PAUSE_S)
        yield from self._released(self._newest)

    def _count(self, sensors: tuple[Sensor, ...]) -> int:
        return sum(sensor.capture.count for sensor in sensors)

    def _goes_on(self, stream: Iterator[Taken]) -> bool:
        """Take what a sensor has by now, and return whether it goes on."""
        try:
            for _ in range(_TURN):
                one = next(stream, None)
                if one is None:
                    return False
                if one[2] is None and one[3] is None:
                    return True
                self._held.append(one)
                self._newest, self._came = max(self._newest, one[0]), self.steady_ns()
        except CaptureError as error:
            if not self._newest:
                raise
            self.error = error
            return False
        return True

    def _released(self, until: int) -> Iterator[Taken]:
        """Return what need not wait any more; of too much, the older half."""
        held = self._held
        held.sort(key=_TIME)
        count = bisect_right(held, until, key=_TIME)
        count = max(count, len(held) // 2) if len(held) > MOST else count
        self._held = held[count:]
        return iter(held[:count])

    def _quiet(self, sensors: tuple[Sensor, ...]) -> Iterator[Taken]:
        now = self.steady_ns()
        if not self._newest or min(now - self._came, now - self._told) < QUIET_NS:
            return
        self._told = now
        for one in chain.from_iterable(sensor.rest() for sensor in sensors):
            self._held.append(one)
            self._newest = max(self._newest, one[0])
        yield from self._released(self._newest)
        yield self._newest + now - self._came, 0, None, None
