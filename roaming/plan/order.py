"""Who goes together and who never: RADIUS servers, then hubs one by one, then access points.

A hub needs 45 to 78 s to find a restarted home server again, so the hubs, which start afresh, come after the servers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roaming.model.bundle import DeviceKind
from roaming.model.terms import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roaming.model.network import Network
    from roaming.plan.change import DevicePlan

_ORDER = (DeviceKind.RADIUS_SERVER, DeviceKind.HUB, DeviceKind.CONTROLLER, DeviceKind.ACCESS_POINT)


@dataclass(frozen=True, slots=True)
class Wave:
    """Devices of one kind that may be away at the same time."""

    kind: DeviceKind
    devices: tuple[DevicePlan, ...]


def partners(network: Network) -> dict[str, frozenset[str]]:
    """Return for each hub and RADIUS server those that carry on while it is away: they may never be away together.

    Two servers are partners when they have one role for one borough; all hubs are each other's.
    """
    groups = [frozenset(hub.name for hub in network.hubs)]
    groups += [
        frozenset(server.name for server in network.servers(borough, role))
        for borough in network.boroughs
        for role in Role
    ]
    names = {name for group in groups for name in group}
    return {name: frozenset().union(*(group for group in groups if name in group)) - {name} for name in names}


def waves(devices: Iterable[DevicePlan], network: Network) -> tuple[Wave, ...]:
    """Return the waves in which devices are changed; no wave holds two partners."""
    apart = partners(network)
    devices = tuple(devices)
    found: list[Wave] = []
    for kind in _ORDER:
        groups: list[list[DevicePlan]] = []
        for device in (plan for plan in devices if plan.device.kind is kind):
            avoid = apart.get(device.device.name, frozenset())
            group = next((group for group in groups if not avoid & {one.device.name for one in group}), None)
            if group is None:
                groups.append([device])
            else:
                group.append(device)
        found.extend(Wave(kind, tuple(group)) for group in groups)
    return tuple(found)
