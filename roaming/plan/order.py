"""Who goes together and who never: RADIUS servers, then hubs one by one, then controllers, then access points.

A hub needs 45 to 78 s to find a restarted home server again, so the hubs, which start afresh, come after the servers.
Each kind begins with a canary, so that a fault of a kind is met where it costs least.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from roaming.model.bundle import DeviceKind
from roaming.model.terms import Venue
from roaming.plan.control import BATCH
from roaming.plan.failover import partners

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from roaming.model.network import Network
    from roaming.plan.change import DevicePlan

_ORDER = (DeviceKind.RADIUS_SERVER, DeviceKind.HUB, DeviceKind.CONTROLLER, DeviceKind.ACCESS_POINT)


@dataclass(frozen=True, slots=True)
class Wave:
    """Devices of one kind that may be away at the same time. A canary is the first wave of its kind: one site."""

    kind: DeviceKind
    devices: tuple[DevicePlan, ...]
    name: str
    canary: bool


def waves(
    devices: Iterable[DevicePlan], network: Network, batch: int = BATCH, away: Collection[str] = ()
) -> tuple[Wave, ...]:
    """Return the waves in which devices are changed: every device in one, no two partners in any.

    A wave is named by its place ("2 of 5", "1 of 5 (canary)"), and holds at most `batch` devices. `away` are devices
    that could not be read: their partners will be held, which proves nothing, so none is a canary if others can be.
    """
    apart = partners(network)
    devices = tuple(devices)
    groups: list[tuple[DeviceKind, tuple[DevicePlan, ...], bool]] = []
    for kind in _ORDER:
        here = [one for one in devices if one.device.kind is kind]
        sure = [one for one in here if apart.get(one.device.name, frozenset()).isdisjoint(away)]
        canary = _canary(sure or here, network, apart, batch) if here else ()
        groups += [(kind, canary, True)] if canary else []
        groups += [(kind, group, False) for group in _batches(_without(here, canary), apart, batch)]
    count = len(groups)
    return tuple(
        Wave(kind, group, f"{number} of {count}{' (canary)' if first else ''}", first)
        for number, (kind, group, first) in enumerate(groups, start=1)
    )


def _canary(
    devices: Sequence[DevicePlan], network: Network, apart: Mapping[str, frozenset[str]], batch: int
) -> tuple[DevicePlan, ...]:
    """Return one site's devices, of the site with the fewest; of devices that have no site, one.

    One that somebody stands in for is rather taken than one that nobody does, and a coordination centre last of all.
    """
    places = [tuple(group) for _, group in groupby(sorted(devices, key=_place), key=_place)]
    centres = {(borough.slug, site.slug) for borough, site in network.sites() if site.venue is Venue.EMERGENCY}
    position = {one.device.name: number for number, one in enumerate(devices)}

    def cost(place: tuple[DevicePlan, ...]) -> tuple[bool, bool, int, int]:
        first = place[0].device
        alone = not all(apart.get(one.device.name) for one in place)
        return (first.owner, first.site) in centres, alone, len(place), min(position[one.device.name] for one in place)

    chosen = min(places, key=cost)
    return next(_batches(sorted(chosen, key=lambda one: position[one.device.name]), apart, batch))


def _place(plan: DevicePlan) -> tuple[str, str, str]:
    device = plan.device
    sited = device.site and device.kind in {DeviceKind.CONTROLLER, DeviceKind.ACCESS_POINT}
    return device.owner, device.site, "" if sited else device.name


def _without(devices: Iterable[DevicePlan], gone: tuple[DevicePlan, ...]) -> list[DevicePlan]:
    names = {one.device.name for one in gone}
    return [one for one in devices if one.device.name not in names]


def _batches(
    devices: Iterable[DevicePlan], apart: Mapping[str, frozenset[str]], batch: int
) -> Iterator[tuple[DevicePlan, ...]]:
    """Yield groups in the order of the devices: each joins the first that has room and holds no partner of it."""
    groups: list[dict[str, DevicePlan]] = []
    room: list[dict[str, DevicePlan]] = []
    for device in devices:
        avoid = apart.get(device.device.name, frozenset())
        group = next((group for group in room if avoid.isdisjoint(group)), None)
        if group is None:
            group = {}
            groups.append(group)
            room.append(group)
        group[device.device.name] = device
        if len(group) == batch:
            room.remove(group)
    return (tuple(group.values()) for group in groups)
