"""Servers, endpoints and access points as the picture shows them, from the batches that tell of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from monitor.metrics.picture import DeviceState, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from monitor.metrics.shown import Block
    from monitor.target import Estate

WATCHED: Final = ("roaming_server_up", "roaming_radsec_up", "roaming_radsec_trusted", "roaming_access_point_up")
"""Families of which the first label names the device and the number says whether it works."""

_STATUS: Final = {1.0: Status.UP, 0.0: Status.DOWN}


@dataclass(slots=True)
class _Seen:
    value: float
    at: float
    since: float
    origin: str
    until: float


@dataclass(slots=True)
class Devices:
    """One family of devices by name. Those of the estate are remembered when nothing tells of them any more."""

    known: frozenset[str]
    _seen: dict[str, _Seen] = field(default_factory=dict)
    _origins: dict[str, frozenset[str]] = field(default_factory=dict)

    def learn(self, origin: str, shown: Mapping[str, float], at: float, until: float) -> None:
        """Take all that an origin shows now; with nothing it shows nothing any more."""
        former = self._origins.pop(origin, frozenset[str]())
        for name, value in shown.items():
            before = self._seen.get(name)
            since = before.since if before and before.value == value else at
            self._seen[name] = _Seen(value, at, since, origin, until)
        if shown:
            self._origins[origin] = frozenset(shown)
        for name in former.difference(shown):
            self._gone(name, origin, at)

    def _gone(self, name: str, origin: str, at: float) -> None:
        seen = self._seen.get(name)
        if seen is None or seen.origin != origin:
            return
        if name in self.known:
            seen.until = min(seen.until, at)
        else:
            del self._seen[name]

    def states(self, now: float, wall: Callable[[float], float]) -> dict[str, DeviceState]:
        """Return every device of the estate, and others that are shown now."""
        unknown = DeviceState(Status.UNKNOWN)
        found = dict.fromkeys(self.known, unknown)
        for name, seen in self._seen.items():
            if seen.until > now:
                status, since = _STATUS.get(seen.value, Status.UNKNOWN), seen.since
            elif name in self.known:
                status, since = Status.STALE, seen.until
            else:
                continue
            found[name] = DeviceState(status, wall(seen.at), wall(since))
        return found

    def __len__(self) -> int:
        return len(self._seen) + len(self._origins)


def watched(estate: Estate) -> dict[str, Devices]:
    """Return what is kept for each watched family."""
    radius = (*estate.servers, *estate.hubs)
    radsec = frozenset(target.name for target in radius if target.federation)
    names = {
        "roaming_server_up": frozenset(target.name for target in radius),
        "roaming_radsec_up": radsec,
        "roaming_radsec_trusted": radsec,
        "roaming_access_point_up": frozenset(name for site in estate.sites for name in site.access_points),
    }
    return {family: Devices(names[family]) for family in WATCHED}


def shown_by(block: Block | None) -> dict[str, float]:
    """Return what a batch says of each device."""
    return {} if block is None else {labels[0]: value for labels, value in block.values.items()}
