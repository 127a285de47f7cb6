"""A device that is polled, and everything of the inventory that its rows may be called."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from monitor.target import TargetKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.pollers.reader import Endpoint


@dataclass(frozen=True, slots=True)
class KnownAccessPoint:
    """An access point of the inventory: the labels of its metrics."""

    name: str
    site: str
    owner: str

    @property
    def labels(self) -> tuple[str, str, str]:
        """Return them in the families' order."""
        return (self.name, self.site, self.owner)


@dataclass(frozen=True)
class Device:
    """A controller with its access points, or one access point by itself, which is then the only one listed.

    `servers` are names of RADIUS servers by the address that the device has for them. `ssids` are ours. `guests` are
    the names of access points that come to a controller only when their own is gone.
    """

    name: str
    kind: TargetKind
    owner: str
    endpoint: Endpoint
    access_points: tuple[KnownAccessPoint, ...]
    servers: Mapping[str, str] = field(default_factory=dict)
    ssids: frozenset[str] = frozenset()
    guests: frozenset[str] = frozenset()

    @property
    def standalone(self) -> bool:
        """True for an access point that no controller speaks for."""
        return self.kind is TargetKind.ACCESS_POINT

    @cached_property
    def by_name(self) -> Mapping[str, KnownAccessPoint]:
        """Its access points by name without regard to case: controllers keep the case that somebody typed."""
        return {one.name.casefold(): one for one in self.access_points}
