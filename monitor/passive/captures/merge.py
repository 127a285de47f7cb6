"""Several sensors' files as one stream, by the clock that they share."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from monitor.errors import CaptureError
from monitor.passive.captures.air import Ear
from monitor.passive.captures.files import CaptureFile
from monitor.passive.captures.links import AIR_LINKS, LINKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from monitor.passive.captures.air import Data, Heard
    from monitor.passive.captures.links import Datagram

WINDOW: Final = 1024
"""How many things of a sensor are put in order at once: what comes later than that stays out of order."""
_TIME: Final[Callable[[Any], int]] = itemgetter(0)

Taken = tuple[int, int, "Datagram | None", "Heard | Data | None"]
"""When in nanoseconds, which sensor, and either RADIUS or the air."""


@dataclass(slots=True)
class Sensor:
    """One file, filtered. After `taken` has ended, it knows what was wrong with the file."""

    number: int
    path: Path
    links: Mapping[int, Callable[[bytes], Datagram | None]]
    file: CaptureFile = field(init=False)
    unknown: dict[int, int] = field(default_factory=dict)
    late: int = 0
    _ear: Ear = field(default_factory=Ear)

    def __post_init__(self) -> None:
        self.file = CaptureFile(self.path)

    def taken(self) -> Iterator[Taken]:
        """Yield what passes the filter, by time.

        Raises `CaptureError` for what is no capture, and for one in which every packet is of an unknown link type.
        """
        buffer: list[Taken] = []
        last = 0
        for one in self._passed():
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

    def _passed(self) -> Iterator[Taken]:
        number, hear = self.number, self._ear.hear
        radius, air = self.links.get, AIR_LINKS.get
        heard: list[Heard | Data] = []
        for ns, link, octets in self.file.packets():
            if look := radius(link):
                if found := look(octets):
                    yield ns, number, found, None
            elif look_up := air(link):
                if frame := look_up(octets):
                    hear(ns, frame, heard)
                if heard:
                    yield from [(one.ns, number, None, one) for one in heard]
                    heard.clear()
            else:
                self.unknown[link] = self.unknown.get(link, 0) + 1
        self._ear.rest(heard)
        yield from [(one.ns, number, None, one) for one in heard]
        self._refuse_unknown()

    def _refuse_unknown(self) -> None:
        if self.unknown and sum(self.unknown.values()) == self.file.count:
            kinds = ", ".join(str(link) for link in sorted(self.unknown))
            message = f"{self.path}: link type {kinds} is not understood; those that are: {LINKS}"
            raise CaptureError(message)


def merged(sensors: Iterable[Sensor]) -> Iterator[Taken]:
    """Yield what all sensors took, by time."""
    streams = [sensor.taken() for sensor in sensors]
    return streams[0] if len(streams) == 1 else heapq.merge(*streams, key=_TIME)
