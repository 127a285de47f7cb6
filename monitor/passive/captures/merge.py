"""Several sensors' captures as one stream, by the clock that they share."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from monitor.errors import CaptureError
from monitor.passive.captures.air import Ear
from monitor.passive.captures.links import AIR_LINKS, LINKS
from monitor.passive.captures.pipe import SILENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from monitor.passive.captures.air import Data, Heard
    from monitor.passive.captures.files import Capture
    from monitor.passive.captures.links import Datagram

WINDOW: Final = 1024
"""How many things of a sensor are put in order at once: what comes later than that stays out of order."""
_TIME: Final[Callable[[Any], int]] = itemgetter(0)

Taken = tuple[int, int, "Datagram | None", "Heard | Data | None"]
"""When in nanoseconds, which sensor, and either RADIUS or the air; neither says that nothing has come by then."""


@dataclass(slots=True)
class Sensor:
    """One capture, filtered. After `taken` has ended, it knows what was wrong with the capture."""

    number: int
    capture: Capture
    links: Mapping[int, Callable[[bytes], Datagram | None]]
    unknown: dict[int, int] = field(default_factory=dict)
    late: int = 0
    _ear: Ear = field(default_factory=Ear)

    def taken(self) -> Iterator[Taken]:
        """Yield what passes the filter, by time.

        Raises `CaptureError` for what is no capture, and for one in which every packet is of an unknown link type.
        """
        buffer: list[Taken] = []
        last = 0
        for one in self.passed():
            buffer.append(one)
            if len(buffer) >= 2 * WINDOW:
                buffer.sort(key=_TIME)
                self.late += buffer[0][0] < last
                last = buffer[WINDOW - 1][0]
                yield from buffer[:WINDOW]
                del buffer[:WINDOW]
        buffer.sort(key=_TIME)
        self.late += bool(buffer) and buffer[0][0] < last
        yield from buffer

    def passed(self) -> Iterator[Taken]:
        """Yield the same as it comes, and a silence at time 0 where a stream has nothing more by now."""
        number, hear = self.number, self._ear.hear
        radius, air = self.links.get, AIR_LINKS.get
        heard: list[Heard | Data] = []
        for ns, link, octets in self.capture.packets():
            if look := radius(link):
                if found := look(octets):
                    yield ns, number, found, None
            elif look_up := air(link):
                if frame := look_up(octets):
                    hear(ns, frame, heard)
                if heard:
                    yield from [(one.ns, number, None, one) for one in heard]
                    heard.clear()
            elif link == SILENT:
                self._refuse_unknown()
                yield 0, number, None, None
            else:
                self.unknown[link] = self.unknown.get(link, 0) + 1
        yield from self.rest()
        self._refuse_unknown()

    def rest(self) -> list[Taken]:
        """Return what waits for an acknowledgement that does not come any more."""
        heard: list[Heard | Data] = []
        self._ear.rest(heard)
        return [(one.ns, self.number, None, one) for one in heard]

    def _refuse_unknown(self) -> None:
        if self.unknown and sum(self.unknown.values()) == self.capture.count:
            kinds = ", ".join(str(link) for link in sorted(self.unknown))
            message = f"{self.capture.name}: link type {kinds} is not understood; those that are: {LINKS}"
            raise CaptureError(message)


def merged(sensors: Iterable[Sensor]) -> Iterator[Taken]:
    """Yield what all sensors took, by time."""
    streams = [sensor.taken() for sensor in sensors]
    return streams[0] if len(streams) == 1 else heapq.merge(*streams, key=_TIME)
