"""A sensor: it hears the air for ever, and counts roams to the inventory's access points. Of clients nothing stays.

RADIUS is not counted here. Servers' logs tell of people's authentications, Status-Server and SNMP of the hops; a
capture sees one authentication on every hop, so its counts would be theirs once more.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from monitor.errors import CaptureError
from monitor.passive.captures.attempt import Kind
from monitor.passive.captures.live import Live
from monitor.passive.captures.reading import Reading
from monitor.passive.captures.roam import Roam
from monitor.passive.captures.tap import Machine, Tap
from monitor.sample import FOR_EVER, Batch, Collector, Failure, Increment, Observation, Sample, failed, family

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.sample import Clock, Sink
    from monitor.target import RadioPlace

_LOG: Final = logging.getLogger(__name__)
_SECONDS: Final = family("roaming_roam_seconds")
_ROAMS: Final = family("roaming_roams_total")
_FT_ROAMS: Final = family("roaming_ft_roams_total")
_FALLBACKS: Final = family("roaming_ft_fallbacks_total")
_PACKETS: Final = family("roaming_capture_packets_total")
_FAST: Final = frozenset({Kind.FT_AIR, Kind.FT_DS})
_FT_AKM: Final = "FT-"
_FT_REFUSALS: Final = frozenset({28, 43, 52, 53, 54, 55})
"""Status codes of keys and mobility domains (IEEE 802.11-2020 table 9-50): R0KH unreachable; invalid AKMP, count of FT
action frames, PMKID, MDE, FTE. Others, such as that of a full access point, say nothing against fast roaming."""
_PACKETS_LAST: Final = 6
"""Intervals for which the count of packets is told when no new one comes."""


@dataclass(frozen=True, slots=True)
class RoamCounter:
    """Knows where the BSSIDs of the inventory are; roams of others' networks are nobody's business."""

    places: Mapping[bytes, RadioPlace]
    ssids: frozenset[str] = frozenset()
    """Of the federation: an access point that has one and is not in the inventory is counted as an unknown device."""

    def take(self, one: Roam, sink: Sink) -> None:
        """Count a roam by where it led to; a first association is none."""
        place = self.places.get(one.bssid)
        if place is None:
            if one.ssid in self.ssids:
                sink.count(failed(Collector.CAPTURE, Failure.UNKNOWN_DEVICE))
            return
        if one.kind is Kind.INITIAL:
            return
        labels = (place.owner, one.kind.value)
        sink.count(Increment(_ROAMS, labels))
        if one.d2_ms is not None:
            sink.observe(Observation(_SECONDS, labels, one.d2_ms / 1000))
        fast = one.kind in _FAST
        if (fast or _fell_back(one)) and self._comes_from(place.owner, one):
            where = (place.access_point, place.site, place.owner)
            sink.count(Increment(_FT_ROAMS, where))
            sink.count(Increment(_FALLBACKS, where, float(not fast)))

    def _comes_from(self, owner: str, one: Roam) -> bool:
        """Whether the client was at another access point of this owner: at a border between owners nothing is fast."""
        before = self.places.get(one.previous or b"")
        return before is not None and before.owner == owner


def _fell_back(one: Roam) -> bool:
    """Whether a client that can do 802.11r was refused it, or authenticated in full without asking."""
    if one.kind is Kind.INCOMPLETE:
        return one.fast and one.refused in _FT_REFUSALS
    return one.kind is Kind.FULL_EAP and one.akm.startswith(_FT_AKM)


@dataclass(slots=True)
class CaptureTask:
    """Hears interfaces until it is cancelled; when one cannot be heard it ends, and its runner begins again."""

    interfaces: tuple[str, ...]
    counter: RoamCounter
    machine: Machine = field(default_factory=Machine)
    name: str = Collector.CAPTURE
    every_s: float = FOR_EVER
    _reading: Reading | None = None

    async def run(self, sink: Sink) -> None:
        """Hear and count; what cannot be heard is counted and said."""
        taps: tuple[Tap, ...] = ()
        try:
            taps = tuple(Tap(interface, machine=self.machine) for interface in self.interfaces)
            await asyncio.to_thread(self._hear, taps, sink)
        except CaptureError as error:
            sink.count(failed(Collector.CAPTURE, Failure.UNREACHABLE))
            _LOG.warning("%s", error)
        finally:
            self._reading = None
            for tap in taps:
                tap.stop()

    def packets(self) -> dict[str, int]:
        """Return how many packets each interface has taken up since it was begun; none while nothing is heard."""
        reading = self._reading
        return {} if reading is None else {one.capture.name: one.capture.count for one in reading.sensors}

    def _hear(self, taps: tuple[Tap, ...], sink: Sink) -> None:
        live = Live()
        self._reading = Reading([tap.capture() for tap in taps], merge=live)
        for one in self._reading.found():
            if isinstance(one, Roam):
                self.counter.take(one, sink)
        if live.error is not None:
            raise live.error


@dataclass(frozen=True, slots=True)
class PacketsTask:
    """Tells again and again how many packets a sensor has taken up, so that a deaf one shows."""

    sensor: CaptureTask
    clock: Clock
    name: str = f"{Collector.CAPTURE}:packets"
    every_s: float = 10

    async def run(self, sink: Sink) -> None:
        """Tell it."""
        samples = tuple(Sample(_PACKETS, (name,), count) for name, count in self.sensor.packets().items())
        sink.replace(Batch(self.name, self.clock.wall(), _PACKETS_LAST * self.every_s, samples))
