"""Who carries on while somebody is away: the groups of which one must always be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roaming.model.terms import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roaming.model.network import Network


def failover_groups(network: Network) -> Iterator[frozenset[str]]:
    """Yield the names of devices that stand in for each other: the one place to say so for a kind of device.

    All hubs; the servers with one role for one borough, those that it shares with others included. A pair that looks
    like one device from outside (SSO) is one name and needs no group.
    """
    yield frozenset(hub.name for hub in network.hubs)
    for borough in network.boroughs:
        for role in Role:
            yield frozenset(server.name for server in network.servers(borough, role))
        for controller in borough.controllers:
            if controller.ha and controller.ha.peer:
                yield frozenset({controller.name, controller.ha.peer})


def partners(network: Network) -> dict[str, frozenset[str]]:
    """Return for each such device those that carry on while it is away: they may never be away together."""
    groups = tuple(failover_groups(network))
    names = {name for group in groups for name in group}
    return {name: frozenset().union(*(group for group in groups if name in group)) - {name} for name in names}
