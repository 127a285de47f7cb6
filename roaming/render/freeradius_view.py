"""What a RADIUS server's templates print, decided here: clients, realms, pools, virtual servers, VLANs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from roaming.errors import RenderError
from roaming.federation import NOBODY, hub_order, nas_clients, operator_name, realm_routes
from roaming.model.terms import Role, Scheme, Transport
from roaming.targets.freeradius import FREERADIUS

if TYPE_CHECKING:
    from ipaddress import IPv4Address

    from roaming.federation import NasClient
    from roaming.model.base import SecretRef
    from roaming.model.borough import Borough, RadiusServer
    from roaming.model.federation import Hub
    from roaming.model.network import Network
    from roaming.model.site import Site

FEDERATION_POOL: Final = "federation"
_UDP_PORT: Final = 1812
_TLS_PORT: Final = 2083


@dataclass(frozen=True, slots=True)
class Client:
    """A RADIUS client over UDP; `facts` are what our policies read of it with %{client:…}."""

    name: str
    address: IPv4Address
    secret: SecretRef
    server: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TlsClient:
    """A RADIUS client over TLS, and the name that its certificate must have."""

    name: str
    address: IPv4Address
    tls_name: str


@dataclass(frozen=True, slots=True)
class Upstream:
    """A server that requests are sent on to."""

    name: str
    address: IPv4Address
    port: int
    status_check: str
    secret: SecretRef | None = None
    tls_name: str | None = None
    username: str | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """Upstream servers in order of preference."""

    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Realm:
    """A realm of ours and the module or policy that deals with it."""

    name: str
    slug: str
    action: str
    local: bool


@dataclass(frozen=True, slots=True)
class VirtualServer:
    """A virtual server: the policies it runs, and whether the peers' certificates are pinned."""

    name: str
    authorize: tuple[str, ...]
    post_auth: tuple[str, ...]
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class WlanVlans:
    """The VLANs of one WLAN at a site."""

    ssid: str
    staff: int
    visitors: int


@dataclass(frozen=True, slots=True)
class SiteVlans:
    """A site's VLANs: by WLAN, and for a request that names none of them."""

    name: str
    visitors: int
    wlans: tuple[WlanVlans, ...]


def _radsec(server: RadiusServer) -> bool:
    return server.federation is not None and server.federation.transport is Transport.RADSEC


def clients(network: Network, server: RadiusServer) -> tuple[Client, ...]:
    """Return who asks a server over UDP: access points, agents, proxies of a home, hubs that come without TLS."""
    points = (_nas(client) for client in nas_clients(network, server))
    return (*points, *_proxies_of_home(network, server), *_watchers(network, server), *_udp_hubs(network, server))


def _nas(client: NasClient) -> Client:
    facts = [("owner", client.owner.slug), ("operator", operator_name(client.owner))]
    if client.site is not None:
        facts.append(("site", _site_name(client.owner, client.site)))
    return Client(client.device.name, client.device.address, client.device.secret, "inside", tuple(facts))


def _site_name(owner: Borough, site: Site) -> str:
    return f"{owner.slug}/{site.slug}"


def _proxies_of_home(network: Network, server: RadiusServer) -> tuple[Client, ...]:
    """Return the proxies that send a home server its realms: those that do not answer for them themselves."""
    asking = {
        proxy.name: proxy
        for borough in network.served(server, Role.HOME)
        for proxy in network.proxies(borough)
        if proxy not in network.homes(borough)
    }
    return tuple(Client(proxy.name, proxy.address, _shared(server), "home") for proxy in asking.values())


def _watchers(network: Network, server: RadiusServer) -> tuple[Client, ...]:
    """Return the agent that asks a server whether it lives, where it is no client for anything else."""
    if Role.PROXY in server.roles:
        return ()
    agents = (borough.agent for borough in network.boroughs if server in borough.radius)
    return tuple(Client(agent.name, agent.address, agent.secret, "status") for agent in agents)


def _shared(server: RadiusServer) -> SecretRef:
    """Return what a home server shares with the proxies that ask it."""
    if server.secret is None:
        message = f"{server.name} is a home for a borough whose proxies stand apart: it needs a secret"
        raise RenderError(message)
    return server.secret


def _udp_hubs(network: Network, server: RadiusServer) -> tuple[Client, ...]:
    face = server.federation
    if face is None or face.secret is None or _radsec(server):
        return ()
    return tuple(Client(hub.name, hub.address, face.secret, "federation") for hub in network.hubs)


def tls_clients(network: Network, server: RadiusServer) -> tuple[TlsClient, ...]:
    """Return the hubs that ask a server over TLS, and the monitor, which only looks at its certificate."""
    if not _radsec(server):
        return ()
    hubs = (TlsClient(hub.name, hub.address, hub.tls_name) for hub in network.hubs)
    monitor = network.federation.monitor
    return (*hubs, *((TlsClient(monitor.name, monitor.address, NOBODY),) if monitor else ()))


def realms(network: Network, server: RadiusServer) -> tuple[Realm, ...]:
    """Return the realms that are answered inside, and how."""
    return tuple(
        Realm(
            route.realm,
            route.borough.slug,
            _home_pool(route.borough) if route.homes else f"eap_{route.borough.slug}",
            local=not route.homes,
        )
        for route in realm_routes(network, server)
    )


def _home_pool(borough: Borough) -> str:
    return f"home_{borough.slug}"


def pools(network: Network, server: RadiusServer) -> tuple[Pool, ...]:
    """Return the pools of servers that a server sends requests on to."""
    homes = {
        _home_pool(route.borough): Pool(_home_pool(route.borough), tuple(home.name for home in route.homes))
        for route in realm_routes(network, server)
        if route.homes
    }
    federation = Pool(FEDERATION_POOL, tuple(hub.name for hub in hub_order(network, server)))
    return (*homes.values(), *((federation,) if server.federation is not None else ()))


def upstream_servers(network: Network, server: RadiusServer) -> tuple[Upstream, ...]:
    """Return the servers of all pools: home servers apart, and the hubs."""
    homes = {
        home.name: _home_upstream(route.borough, home)
        for route in realm_routes(network, server)
        for home in route.homes
    }
    hubs = (_hub_upstream(server, hub) for hub in hub_order(network, server))
    return (*homes.values(), *(hubs if server.federation is not None else ()))


def _home_upstream(borough: Borough, home: RadiusServer) -> Upstream:
    asks = home.status_check == "request"
    return Upstream(
        home.name,
        home.address,
        _UDP_PORT,
        str(home.status_check),
        secret=_shared(home),
        username=borough.identity.probe.reject_user if asks else None,
    )


def _hub_upstream(server: RadiusServer, hub: Hub) -> Upstream:
    if _radsec(server):
        return Upstream(hub.name, hub.address, _TLS_PORT, "status-server", tls_name=hub.tls_name)
    secret = server.federation.secret if server.federation else None
    return Upstream(hub.name, hub.address, _UDP_PORT, "status-server", secret=secret)


def servers(network: Network, server: RadiusServer) -> tuple[VirtualServer, ...]:
    """Return the virtual servers: inside for access points, federation for hubs, home for a borough's own proxies.

    Status answers Status-Server and refuses everything else.
    """
    inside = VirtualServer(
        "inside", ("roaming_syntax", "roaming_visited", "roaming_own_realms", "roaming_elsewhere"), ("roaming_vlan",)
    )
    asked = ("roaming_syntax", "roaming_own_realms", "roaming_nowhere"), ("from_federation", "roaming_cui")
    federation = _federation_server(server, *asked)
    home = VirtualServer("home", *asked)
    if Role.PROXY not in server.roles:
        return (home, VirtualServer("status", ("roaming_status_only",), ()))
    return (inside, federation, home) if _proxies_of_home(network, server) else (inside, federation)


def _federation_server(server: RadiusServer, authorize: tuple[str, ...], post_auth: tuple[str, ...]) -> VirtualServer:
    """Pin the hubs' certificates: once a connection where the version can, else at each request."""
    at_connection = "check-client-connections" in FREERADIUS.abilities(server.version)
    if _radsec(server) and not at_connection:
        authorize = ("roaming_pinned", *authorize)
    return VirtualServer("federation", authorize, post_auth, pinned=_radsec(server) and at_connection)


def sites(network: Network, server: RadiusServer) -> tuple[SiteVlans, ...]:
    """Return the VLANs of the sites whose access points ask a server, themselves or through a controller.

    A controller's site is known by the controller and the NAS-Identifier.
    """
    askers = nas_clients(network, server)
    found = {_site_name(one.owner, one.site): one.site for one in askers if one.site is not None}
    found |= {f"{one.device.name}/{tag}": site for one in askers for tag, site in one.places}
    return tuple(_site_vlans(network, name, site) for name, site in found.items())


def by_nas_identifier(network: Network, server: RadiusServer) -> bool:
    """Whether a server has to ask some of its clients from which of their sites somebody comes."""
    return any(client.places for client in nas_clients(network, server))


def _site_vlans(network: Network, name: str, site: Site) -> SiteVlans:
    wlans = (network.wlans_by_name[wlan] for wlan in site.wlans)
    numbers = {"staff": site.vlans.staff.id, "visitors": site.vlans.visitors.id}
    return SiteVlans(
        name,
        numbers["visitors"],
        tuple(
            WlanVlans(wlan.ssid, numbers[wlan.vlans.home_staff], numbers[wlan.vlans.visitors])
            for wlan in wlans
            if wlan.scheme is not Scheme.GOVWIFI
        ),
    )
