"""Every endpoint of the inventory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.discover.part import within
from monitor.target import FEDERATION, Target, TargetKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roaming.model.network import Network


def targets(network: Network, limit: str | None = None) -> tuple[Target, ...]:
    """Return every endpoint of the inventory, in its order; `limit` names owners as a shell's pattern does."""
    hubs = (Target(hub.name, TargetKind.HUB, FEDERATION, hub.site, str(hub.management)) for hub in network.hubs)
    return tuple(target for target in (*hubs, *_borough_targets(network)) if within(target.owner, limit))


def _borough_targets(network: Network) -> Iterator[Target]:
    for borough in network.boroughs:
        agent = borough.agent
        yield Target(agent.name, TargetKind.AGENT, borough.slug, "", str(agent.address))
        for server in borough.radius:
            yield Target(server.name, TargetKind.RADIUS_SERVER, borough.slug, "", str(server.address))
        for controller in borough.controllers:
            yield Target(controller.name, TargetKind.CONTROLLER, borough.slug, "", str(controller.address))
    for borough, site, ap in network.access_points():
        yield Target(ap.name, TargetKind.ACCESS_POINT, borough.slug, site.slug, str(ap.address))
