"""Who stands where: the lab's networks, its nodes, and the lab address of every address of an inventory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network
from itertools import islice
from typing import TYPE_CHECKING, Final

from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from roaming.model.borough import Borough
    from roaming.model.identity import Credentials
    from roaming.model.network import Network

POOL: Final = IPv4Network("10.213.0.0/16")
FEDERATION: Final = "federation"
OPERATOR: Final = "operator"
CONTROL: Final = "control"
MONITOR: Final = "monitor"

# The first address is the bridge's own; the next ones are the lab's, whatever the inventory.
_CONTROL_HOST, _FIRST_HOST = 2, 10
_OBSERVER_HOSTS: Final = {"prometheus": 3, "alertmanager": 4, "grafana": 5, "pager": 6}

# Two hubs in one small network are one accident away from none, says a rule: the lab keeps them as far apart.
_BLOCK: Final = 64


class NodeKind(StrEnum):
    """What a container plays."""

    RADIUS_SERVER = "radius-server"
    HUB = "hub"
    ACCESS_POINT = "access-point"
    CONTROLLER = "controller"
    AGENT = "agent"
    WORKER = "worker"
    UPSTREAM = "upstream"
    GOVWIFI = "govwifi"
    CONTROL = "control"
    MONITOR = "monitor"
    OBSERVER = "observer"

    @property
    def one(self) -> str:
        """Say one of them, with the article that its first sound wants."""
        return f"{'an' if self[0] in 'aeiou' else 'a'} {self}"


ONLOOKERS: Final = (NodeKind.MONITOR, NodeKind.OBSERVER)
"""Those that a lab is whole without."""

OUTSIDERS: Final = (NodeKind.UPSTREAM, NodeKind.GOVWIFI)
"""Those that nobody's inventory manages: the lab configures them itself."""


@dataclass(frozen=True, slots=True)
class Place:
    """An address of the inventory: boroughs may use the same private ones, so it counts within its scope only."""

    scope: str
    address: IPv4Address


@dataclass(frozen=True, slots=True)
class Link:
    """A node's foot in a network. `real` is the inventory's address, absent for what only the lab has."""

    network: str
    address: IPv4Address
    real: IPv4Address | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A container. Engineers log in at the first link; `version` is that of its software.

    `site` is where an access point hangs. What has no link of its own stands in the control container's network.
    """

    name: str
    kind: NodeKind
    owner: str
    links: tuple[Link, ...]
    version: str = ""
    login: Credentials | None = None
    site: str = ""

    @property
    def address(self) -> IPv4Address:
        """Where it is managed."""
        return self.links[0].address

    def link(self, network: str) -> Link | None:
        """Return its foot in a network."""
        return next((link for link in self.links if link.network == network), None)


@dataclass(frozen=True, slots=True)
class Topology:
    """A lab: its networks by name and its nodes."""

    name: str
    networks: Mapping[str, IPv4Network]
    nodes: tuple[Node, ...]

    def node(self, name: str) -> Node:
        """Return a node by name; raises `LabError` with what there is."""
        for node in self.nodes:
            if node.name == name:
                return node
        known = ", ".join(node.name for node in self.nodes)
        message = f"the lab has no {name!r}; it has {known}"
        raise LabError(message)

    def of_kind(self, *kinds: NodeKind) -> tuple[Node, ...]:
        """Return the nodes of some kinds."""
        return tuple(node for node in self.nodes if node.kind in kinds)


@dataclass(frozen=True, slots=True)
class Layout:
    """A lab, and where each address of the inventory went, those without a node included."""

    topology: Topology
    places: Mapping[Place, IPv4Address]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A node before it has lab addresses: the network and place of each of its feet."""

    name: str
    kind: NodeKind
    owner: str
    feet: tuple[tuple[str, Place], ...]
    version: str = ""
    login: Credentials | None = None
    site: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What of an inventory gets nodes: all but what is left out. `boroughs` are the only ones, none means all."""

    boroughs: frozenset[str] = frozenset()
    without: frozenset[NodeKind] = frozenset()

    def holds(self, kind: NodeKind, owner: str) -> bool:
        """Tell whether a device of a kind and an owner gets a node."""
        return kind not in self.without and (not self.boroughs or owner in self.boroughs | {FEDERATION})


WHOLE: Final = Part()


def lay_out(network: Network, name: str, *, pool: IPv4Network = POOL, part: Part = WHOLE) -> Layout:
    """Give every address of an inventory one of the lab, and every device a node.

    What is in no `part` gets no node: its addresses lead nowhere inside the lab.
    Raises `LabError` when the pool is too small or a name stands twice.
    """
    inside = _inside_networks(network)
    wanted = tuple(_wanted(network, inside))
    closed = _closed(network, inside)
    networks = _carve(pool, (FEDERATION, OPERATOR, *dict.fromkeys(inside.values())))
    apart = frozenset(Place(FEDERATION, hub.address) for hub in network.hubs)
    places = _assign(networks, _feet(wanted), apart)
    places |= _monitor(network, networks)
    nodes = [_placed(node, places) for node in wanted if part.holds(node.kind, node.owner)]
    used = {link.network for node in nodes for link in node.links}
    networks = {key: subnet for key, subnet in networks.items() if key in used | {FEDERATION, OPERATOR}}
    nodes = [_with_inside_foot(node, inside, networks) for node in nodes]
    nodes += _own_nodes({key: subnet for key, subnet in networks.items() if key not in closed})
    _refuse_twins(nodes)
    return Layout(Topology(name, networks, tuple(nodes)), places)


def _inside_networks(network: Network) -> dict[str, str]:
    """Return each borough's inside network: boroughs whose devices use each other's servers share one."""
    group = {borough.slug: borough.slug for borough in network.boroughs}
    for one, other in _neighbours(network):
        keep, drop = sorted((group[one], group[other]))
        group = {slug: keep if name == drop else name for slug, name in group.items()}
    return {slug: f"inside-{name}" for slug, name in group.items()}


def _closed(network: Network, inside: Mapping[str, str]) -> frozenset[str]:
    """Return the inside networks that only workers have a foot in: all of whose boroughs have one."""
    open_ones = {inside[borough.slug] for borough in network.boroughs if borough.worker is None}
    return frozenset(inside.values()) - open_ones


def _neighbours(network: Network) -> Iterator[tuple[str, str]]:
    for borough in network.boroughs:
        yield from ((borough.slug, service.partner) for service in borough.shared_services)
        yield from ((borough.slug, site.owner) for site in borough.sites if site.standalone)


def _wanted(network: Network, inside: Mapping[str, str]) -> Iterator[_Wanted]:
    for hub in network.hubs:
        feet = ((OPERATOR, Place(OPERATOR, hub.management)), (FEDERATION, Place(FEDERATION, hub.address)))
        yield _Wanted(hub.name, NodeKind.HUB, FEDERATION, feet, hub.version, hub.credentials)
    for upstream in network.upstreams:
        feet_up = ((FEDERATION, Place(FEDERATION, upstream.address)),)
        yield _Wanted(upstream.name, NodeKind.UPSTREAM, FEDERATION, feet_up)
    for govwifi in network.federation.govwifi:
        yield _Wanted(govwifi.name, NodeKind.GOVWIFI, FEDERATION, ((FEDERATION, Place(FEDERATION, govwifi.address)),))
    for borough in network.boroughs:
        yield from _wanted_inside(borough, inside[borough.slug])


def _wanted_inside(borough: Borough, inside: str) -> Iterator[_Wanted]:
    slug = borough.slug
    for server in borough.radius:
        feet = [(inside, Place(slug, server.address))]
        if server.federation:
            feet.append((FEDERATION, Place(FEDERATION, server.federation.address)))
        yield _Wanted(server.name, NodeKind.RADIUS_SERVER, slug, tuple(feet), server.version, server.credentials)
    agent = borough.agent
    feet = [(inside, Place(slug, agent.address)), *_registered(borough)]
    yield _Wanted(agent.name, NodeKind.AGENT, slug, tuple(feet), "", agent.credentials)
    if worker := borough.worker:
        foot = (OPERATOR, Place(slug, worker.address))
        yield _Wanted(worker.name, NodeKind.WORKER, slug, (foot,), "", worker.credentials)
    for controller in borough.controllers:
        foot = (inside, Place(slug, controller.address))
        version, login = controller.version, controller.credentials
        yield _Wanted(controller.name, NodeKind.CONTROLLER, slug, (foot,), version, login)
    for site in borough.sites:
        for ap in site.standalone:
            foot = (inside, Place(slug, ap.address))
            yield _Wanted(ap.name, NodeKind.ACCESS_POINT, slug, (foot,), ap.version, ap.credentials, site.slug)


def _registered(borough: Borough) -> Iterator[tuple[str, Place]]:
    """Yield the agent's foot that GovWifi sees, where it is behind a registered source: no NAT stands between them."""
    locations = borough.govwifi.locations if borough.govwifi else ()
    sources = (location.source_ips[0] for location in locations if location.from_agent)
    yield from ((FEDERATION, Place(FEDERATION, source)) for source in islice(sources, 1))


def _feet(wanted: Iterable[_Wanted]) -> Iterator[tuple[str, Place]]:
    return (foot for node in wanted for foot in node.feet)


def _monitor(network: Network, networks: Mapping[str, IPv4Network]) -> dict[Place, IPv4Address]:
    """Return where the monitor went: into the control container."""
    monitor = network.federation.monitor
    here = networks[FEDERATION].network_address + _CONTROL_HOST
    return {Place(FEDERATION, monitor.address): here} if monitor else {}


def _carve(pool: IPv4Network, names: tuple[str, ...]) -> dict[str, IPv4Network]:
    """Cut the pool into equal parts, 16 at least, one a network."""
    bits = max(4, (len(names) - 1).bit_length())
    if pool.prefixlen + bits > 28:  # noqa: PLR2004  a /28 has no room for a borough
        message = f"{len(names)} networks do not fit into {pool}"
        raise LabError(message)
    return dict(zip(names, pool.subnets(prefixlen_diff=bits), strict=False))


def _assign(
    networks: Mapping[str, IPv4Network], feet: Iterable[tuple[str, Place]], apart: frozenset[Place]
) -> dict[Place, IPv4Address]:
    """Count addresses up within each network, in the order of the inventory; those `apart` each open a block."""
    free = {name: int(subnet.network_address) + _FIRST_HOST for name, subnet in networks.items()}
    places: dict[Place, IPv4Address] = {}
    for name, place in feet:
        if place in places:
            continue
        if place in apart:
            free[name] += _BLOCK - free[name] % _BLOCK + _FIRST_HOST
        address = IPv4Address(free[name])
        if address not in networks[name] or address == networks[name].broadcast_address:
            message = f"network {name} has more devices than {networks[name]} has addresses: use --limit"
            raise LabError(message)
        places[place] = address
        free[name] += 1
    return places


def _placed(node: _Wanted, places: Mapping[Place, IPv4Address]) -> Node:
    links = tuple(Link(network, places[place], place.address) for network, place in node.feet)
    return Node(node.name, node.kind, node.owner, links, node.version, node.login, node.site)


def _with_inside_foot(node: Node, inside: Mapping[str, str], networks: Mapping[str, IPv4Network]) -> Node:
    """Give a worker its second foot, whose address stands in no inventory: they count down from the network's end."""
    if node.kind is not NodeKind.WORKER:
        return node
    name = inside[node.owner]
    number = [slug for slug, where in inside.items() if where == name].index(node.owner)
    link = Link(name, networks[name].broadcast_address - 1 - number)
    return replace(node, links=(*node.links, link))


def _own_nodes(networks: Mapping[str, IPv4Network]) -> Iterator[Node]:
    """Yield what only the lab has: the control container with a foot in these networks, and the observers."""
    feet = tuple(Link(name, subnet.network_address + _CONTROL_HOST) for name, subnet in networks.items())
    yield Node(CONTROL, NodeKind.CONTROL, FEDERATION, feet)
    yield Node(MONITOR, NodeKind.MONITOR, FEDERATION, ())
    for name, host in _OBSERVER_HOSTS.items():
        address = networks[OPERATOR].network_address + host
        yield Node(name, NodeKind.OBSERVER, FEDERATION, (Link(OPERATOR, address),))


def _refuse_twins(nodes: Iterable[Node]) -> None:
    seen: set[str] = set()
    for node in nodes:
        if node.name in seen:
            message = f"two devices are named {node.name}: a container needs a name of its own"
            raise LabError(message)
        seen.add(node.name)
