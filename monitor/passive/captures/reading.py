"""Files in, conversations and roams out: everything of a capture put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.passive.captures.conversations import Conversations
from monitor.passive.captures.links import RADIUS_PORTS, radius_links
from monitor.passive.captures.merge import WINDOW, Sensor, merged
from monitor.passive.captures.roams import Roams

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from monitor.passive.captures.conversations import Conversation
    from monitor.passive.captures.roam import Roam


@dataclass(slots=True)
class Reading:
    """One pass over some files of sensors with one clock. What is kept in memory does not grow with their length."""

    paths: Iterable[Path]
    ports: frozenset[int] = RADIUS_PORTS
    sensors: tuple[Sensor, ...] = field(init=False)
    radius: Conversations = field(default_factory=Conversations)
    roams: Roams = field(default_factory=Roams)

    def __post_init__(self) -> None:
        filters = radius_links(self.ports)
        self.sensors = tuple(Sensor(number, path, filters) for number, path in enumerate(self.paths))

    def found(self) -> Iterator[Conversation | Roam]:
        """Yield what is found, as soon as it is known how it ended. Raises `CaptureError`."""
        take, hear = self.radius.take, self.roams.take
        for ns, source, datagram, heard in merged(self.sensors):
            if datagram is not None:
                yield from take(ns, source, datagram)
            elif heard is not None:
                yield from hear(heard)
        yield from self.radius.close()
        yield from self.roams.close()

    def packets(self) -> int:
        """Return how many packets were read."""
        return sum(sensor.file.count for sensor in self.sensors)

    def notes(self) -> Iterator[str]:
        """Yield what was wrong, after `found` has ended."""
        for sensor in self.sensors:
            yield from _notes(sensor)
        if self.radius.malformed:
            yield f"{self.radius.malformed} packets on RADIUS' ports are no RADIUS, or broken"
        if self.radius.strays:
            yield f"{self.radius.strays} RADIUS answers belong to no request that was captured"
        if self.roams.malformed:
            yield f"{self.roams.malformed} management frames are broken"
        if self.roams.unkind:
            yield f"{self.roams.unkind} roams in networks without 802.1X, no fast transitions, are passed over"


def _notes(sensor: Sensor) -> Iterator[str]:
    file, path = sensor.file, sensor.path
    if not file.whole:
        yield f"{path}: cut off or damaged after {file.count} packets; what stands before is read"
    for link, count in sorted(sensor.unknown.items()):
        yield f"{path}: {count} packets of link type {link} are passed over"
    if file.timeless:
        yield f"{path}: {file.timeless} packets without a time are passed over"
    if sensor.late:
        yield f"{path}: packets are more than {WINDOW} places out of order; what they belong to may be missing"
