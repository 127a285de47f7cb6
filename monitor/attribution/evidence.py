"""A picture, asked the questions that attribution has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from monitor.metrics import DeviceState, PairState, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.metrics import Picture
    from monitor.target import Estate, RadiusTarget

_UNKNOWN = DeviceState(Status.UNKNOWN)


@dataclass(frozen=True)
class Evidence:
    """A picture of an estate."""

    picture: Picture
    estate: Estate

    @cached_property
    def names(self) -> dict[str, str]:
        """What people call each borough; outside realms go by themselves."""
        return {borough.slug: borough.name for borough in self.estate.boroughs}

    def name(self, slug: str) -> str:
        """Return what people call a borough or an outside realm."""
        return self.names.get(slug, slug)

    def homes(self, borough: str) -> tuple[RadiusTarget, ...]:
        """Return a borough's own home servers."""
        return self._servers(borough, {"home", "both"})

    def proxies(self, borough: str) -> tuple[RadiusTarget, ...]:
        """Return a borough's own proxies."""
        return self._servers(borough, {"proxy", "both"})

    def _servers(self, borough: str, roles: set[str]) -> tuple[RadiusTarget, ...]:
        return tuple(one for one in self.estate.servers if one.owner == borough and one.role in roles)

    def answers(self, server: RadiusTarget) -> DeviceState:
        """Return whether a server answers inside its borough."""
        return self.picture.servers.get(server.name, _UNKNOWN)

    def endpoint(self, server: RadiusTarget) -> DeviceState:
        """Return whether the federation's side of a server answers."""
        return self.picture.radsec.get(server.name, _UNKNOWN)

    def trusted(self, server: RadiusTarget) -> DeviceState:
        """Return whether the federation's side of a server shows the certificate that it should."""
        return self.picture.trusted.get(server.name, _UNKNOWN)

    def access_point(self, name: str) -> DeviceState:
        """Return whether an access point works."""
        return self.picture.access_points.get(name, _UNKNOWN)

    def well_at_home(self, borough: str) -> bool:
        """Tell whether a borough's own staff get in inside their own borough."""
        state = self.picture.pairs.get((borough, borough))
        return state is not None and state.status in {Status.UP, Status.SLOW}

    def inward(self, home: str) -> tuple[PairState, ...]:
        """Return the pairs of a home with the other boroughs."""
        return tuple(state for (visited, to), state in self.picture.pairs.items() if to == home != visited)

    def lost(self, *, home: str = "", visited: str = "") -> tuple[PairState, ...]:
        """Return the pairs of a home, a visited borough or both that are down."""
        ends = (*(self.inward(home) if home else ()), *(self.outward(visited) if visited else ()))
        return tuple(state for state in ends if state.status is Status.DOWN)

    def outward(self, visited: str) -> tuple[PairState, ...]:
        """Return the pairs of a visited borough with the other homes."""
        return tuple(state for (at, home), state in self.picture.pairs.items() if at == visited != home)


def every(states: Iterable[DeviceState], status: Status) -> bool:
    """Tell whether there are states, and all of them are of a status."""
    found = [state.status for state in states]
    return bool(found) and all(one is status for one in found)


def first(states: Iterable[DeviceState | PairState]) -> float | None:
    """Return when the first of these came about; None when none says."""
    return min((state.since for state in states if state.since is not None), default=None)
