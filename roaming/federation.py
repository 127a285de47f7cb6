"""What the federation's daemons have to agree on, worked out in one place: routes, names, mobility, timers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from roaming.errors import RenderError
from roaming.model.base import seconds
from roaming.model.terms import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roaming.model.borough import Agent, Borough, Controller, RadiusServer
    from roaming.model.federation import Federation, Hub
    from roaming.model.network import Network
    from roaming.model.site import AccessPoint, Site

Item = TypeVar("Item")

NOBODY: Final = "nobody.invalid"
"""The name of no certificate (RFC 6761 §6.4): a TLS peer that is pinned to it gets no further than the handshake."""

# FreeRADIUS 3.2 realms.c: outside these bounds it changes a value with a warning only.
CHECK_INTERVAL: Final = 6
ANSWERS_TO_ALIVE: Final = 3
CHECK_JITTER: Final = 2
# radsecproxy.h, STATUS_SERVER_PERIOD, and the random delay that radsecproxy.c adds.
STATUS_PERIOD: Final = 25
STATUS_JITTER: Final = 7
# hostapd and eapol_test send a request again after 3 s and, twice as patient, after 6 s more.
CLIENT_RETRIES: Final = (3, 9, 21, 45)


def mobility_domain(owner: str, wlan: str) -> str:
    """Return the 802.11r mobility domain of a WLAN of an infrastructure owner: four hexadecimal digits.

    It ends where the owner ends: FT carries the VLAN with the key, and VLAN numbers do not cross boroughs.
    """
    return hashlib.sha256(f"{owner}/{wlan}".encode()).hexdigest()[:4]


def operator_name(borough: Borough) -> str:
    """Return a borough's Operator-Name: namespace 1, a realm (RFC 5580 §4.1)."""
    return f"1{borough.realm}"


@dataclass(frozen=True, slots=True)
class RealmRoute:
    """Where a RADIUS server sends a realm of a borough that it serves: nowhere (it answers), or to these servers."""

    realm: str
    borough: Borough
    homes: tuple[RadiusServer, ...]


def realm_routes(network: Network, server: RadiusServer) -> tuple[RealmRoute, ...]:
    """Return the realms that never leave for the hubs from a server; every other realm does, if it is a proxy."""
    served = {borough.slug for role in Role for borough in network.served(server, role)}
    return tuple(
        RealmRoute(realm, borough, () if server in network.homes(borough) else network.homes(borough))
        for borough in network.boroughs
        if borough.slug in served
        for realm in borough.realms
    )


def hub_order(network: Network, server: RadiusServer) -> tuple[Hub, ...]:
    """Return the hubs in a server's order of preference; it alternates by borough, so that each carries a share."""
    owner = next(index for index, borough in enumerate(network.boroughs) if server in borough.radius)
    return rotated(network.hubs, owner)


def proxy_order(network: Network, borough: Borough, hub: Hub) -> tuple[RadiusServer, ...]:
    """Return a borough's proxies in a hub's order of preference; it alternates by hub."""
    return rotated(network.proxies(borough), network.hubs.index(hub))


def rotated(items: Sequence[Item], by: int) -> tuple[Item, ...]:
    """Return the items in order, starting elsewhere."""
    start = by % len(items) if items else 0
    return (*items[start:], *items[:start])


@dataclass(frozen=True, slots=True)
class NasClient:
    """An access point, a controller or an agent as a RADIUS client of its borough's proxies.

    An agent has no site. A controller has many, in `places`: it says by NAS-Identifier from which one somebody asks.
    """

    device: AccessPoint | Agent | Controller
    owner: Borough
    site: Site | None
    places: tuple[tuple[str, Site], ...] = ()


def nas_clients(network: Network, server: RadiusServer) -> tuple[NasClient, ...]:
    """Return the access points, controllers and agents that a proxy serves: those of the boroughs that own them."""
    served = {borough.slug: borough for borough in network.served(server, Role.PROXY)}
    agents = (NasClient(borough.agent, borough, None) for borough in served.values())
    points = (
        NasClient(point, served[site.owner], site) for _, site, point in network.access_points() if site.owner in served
    )
    controllers = (
        NasClient(controller, borough, None, controller_places(network, borough, controller))
        for borough, controller in network.controllers()
        if borough.slug in served
    )
    return (*agents, *points, *controllers)


def site_tag(controller: Controller, site: Site) -> str:
    """Return the name of a site on a controller: the tag of its access points, and their NAS-Identifier."""
    return f"{controller.owns.prefix}{site.slug}"


def controller_places(network: Network, borough: Borough, controller: Controller) -> tuple[tuple[str, Site], ...]:
    """Return the sites where a controller may have access points, each with its tag."""
    sites = {site.slug: site for site, _ in network.controlled(borough, controller)}
    return tuple((site_tag(controller, site), site) for site in sites.values())


@dataclass(frozen=True, slots=True)
class Timers:
    """Seconds. `hub_failover` and `server_failover` bound the time until a new authentication succeeds again.

    FreeRADIUS calls a server zombie when a request had no answer for `response_window` and nothing came from it for
    a quarter of `zombie_period`; a zombie is passed over. radsecproxy passes a server over when a Status-Server had no
    answer for `retry_interval`.
    """

    response_window: int
    zombie_period: int
    check_interval: int
    check_timeout: int
    answers_to_alive: int
    retry_interval: int
    hub_failover: int
    server_failover: int


def timers(federation: Federation) -> Timers:
    """Return the timers that reach the federation's failover target.

    Raises `RenderError` for a target that the daemons' own bounds do not allow.
    """
    target = seconds(federation.failover_target)
    # A zombie has three quarters of its period left for the answers that revive it.
    window = -(-(2 * (CHECK_INTERVAL + CHECK_JITTER) + 2) // 3)
    hub_failover = next(retry for retry in CLIENT_RETRIES if retry > window)
    slack = target - STATUS_PERIOD - STATUS_JITTER
    least = CLIENT_RETRIES[0]
    if slack < least:
        message = (
            f"failover_target {federation.failover_target} cannot be reached: radsecproxy asks a silent server only"
            f" every {STATUS_PERIOD} to {STATUS_PERIOD + STATUS_JITTER} s, so the least is {target - slack + least}s"
        )
        raise RenderError(message)
    retry = min(slack, 10)
    return Timers(
        response_window=window,
        zombie_period=4 * window,
        check_interval=CHECK_INTERVAL,
        check_timeout=CLIENT_RETRIES[0],
        answers_to_alive=ANSWERS_TO_ALIVE,
        retry_interval=retry,
        hub_failover=hub_failover,
        server_failover=STATUS_PERIOD + STATUS_JITTER + retry,
    )
