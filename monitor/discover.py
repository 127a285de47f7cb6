"""Targets from the inventory: nothing is watched that is not in it, and everything in it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.target import Target, TargetKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roaming.model.network import Network


def targets(network: Network) -> tuple[Target, ...]:
    """Return every endpoint of the inventory, in its order."""
    hubs = (Target(hub.name, TargetKind.HUB, "federation", hub.site, str(hub.management)) for hub in network.hubs)
    return (*hubs, *_borough_targets(network))


def service_discovery(found: tuple[Target, ...]) -> list[dict[str, object]]:
    """Return targets in the form of Prometheus' HTTP service discovery.

    Source: https://prometheus.io/docs/prometheus/latest/http_sd/.
    """
    return [
        {
            "targets": [target.address],
            "labels": {"name": target.name, "kind": target.kind, "borough": target.owner, "site": target.site},
        }
        for target in found
    ]


def _borough_targets(network: Network) -> Iterator[Target]:
    for borough in network.boroughs:
        agent = borough.agent
        yield Target(agent.name, TargetKind.AGENT, borough.slug, "", str(agent.address))
        for server in borough.radius:
            yield Target(server.name, TargetKind.RADIUS_SERVER, borough.slug, "", str(server.address))
    for borough, site, ap in network.access_points():
        yield Target(ap.name, TargetKind.ACCESS_POINT, borough.slug, site.slug, str(ap.address))
