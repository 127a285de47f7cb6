"""Captures in, conversations and roams out: everything put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.passive.captures.conversations import Conversations
from monitor.passive.captures.files import capture_file
from monitor.passive.captures.links import RADIUS_PORTS, radius_links
from monitor.passive.captures.merge import WINDOW, Sensor, merged
from monitor.passive.captures.roams import Roams

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from monitor.passive.captures.conversations import Conversation
    from monitor.passive.captures.files import Capture
    from monitor.passive.captures.merge import Taken
    from monitor.passive.captures.roam import Roam


@dataclass(slots=True)
class Reading:
    """One pass over captures of sensors with one clock, by their files or as they come (`merge` is `Live` then).

    What is kept in memory does not grow with their length.
    """

    sources: Iterable[Path | Capture]
    ports: frozenset[int] = RADIUS_PORTS
    sensors: tuple[Sensor, ...] = field(init=False)
    radius: Conversations = field(default_factory=Conversations)
    roams: Roams = field(default_factory=Roams)
    merge: Callable[[tuple[Sensor, ...]], Iterator[Taken]] = merged

    def __post_init__(self) -> None:
        filters = radius_links(self.ports)
        captures = (capture_file(one) if isinstance(one, Path) else one for one in self.sources)
        self.sensors = tuple(Sensor(number, one, filters) for number, one in enumerate(captures))

    def found(self) -> Iterator[Conversation | Roam]:
        """Yield what is found, as soon as it is known how it ended. Raises `CaptureError`."""
        take, hear = self.radius.take, self.roams.take
        for ns, source, datagram, heard in self.merge(self.sensors):
            if datagram is not None:
                yield from take(ns, source, datagram)
            elif heard is not None:
                yield from hear(heard)
            else:
                yield from self.radius.silence(ns)
                yield from self.roams.silence(ns)
        yield from self.radius.close()
        yield from self.roams.close()

    def packets(self) -> int:
        """Return how many packets were read."""
        return sum(sensor.capture.count for sensor in self.sensors)

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
    capture, name = sensor.capture, sensor.capture.name
    if not capture.whole:
        yield f"{name}: cut off or damaged after {capture.count} packets; what stands before is read"
    for link, count in sorted(sensor.unknown.items()):
        yield f"{name}: {count} packets of link type {link} are passed over"
    if capture.timeless:
        yield f"{name}: {capture.timeless} packets without a time are passed over"
    if sensor.late:
        yield f"{name}: packets are more than {WINDOW} places out of order; what they belong to may be missing"
