"""What may be there only once."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from roaming.model.site import AccessPoint
from roaming.rules import walk
from roaming.rules.rule import Finding, Given, Rule, repeated

if TYPE_CHECKING:
    from roaming.load import ModelPath
    from roaming.model.borough import Borough
    from roaming.model.network import Network
    from roaming.model.site import Site

LAST_MAC = 0xFFFF_FFFF_FFFF

Named = Iterator[tuple[tuple[str, str], "ModelPath"]]


def realm_unique(given: Given) -> Iterator[Finding]:
    """Find realms that are claimed twice."""
    claims = (
        (realm, (*path, "realms", index))
        for path, borough in walk.boroughs(given.network)
        for index, realm in enumerate(borough.realms)
    )
    for realm, path, first in repeated(claims):
        yield Finding(path, f"the realm {realm} is claimed a second time", first)


def name_unique(given: Given) -> Iterator[Finding]:
    """Find names that two things of a kind share."""
    network = given.network
    names = chain(_devices(network), _boroughs(network), _parts(network))
    for (kind, name), path, first in repeated(names):
        yield Finding(path, f"the {kind} {name} is named a second time", first)


def _devices(network: Network) -> Named:
    for index, hub in enumerate(network.hubs):
        yield ("device", hub.name), ("hubs", index, "name")
    for index, upstream in enumerate(network.upstreams):
        yield ("device", upstream.name), ("upstreams", index, "name")
    if monitor := network.federation.monitor:
        yield ("device", monitor.name), ("federation", "monitor", "name")
    yield from _borough_devices(network)


def _borough_devices(network: Network) -> Named:
    for path, borough in walk.boroughs(network):
        yield ("device", borough.agent.name), (*path, "agent", "name")
        if borough.apart:
            yield ("device", borough.apart.name), (*path, "worker", "name")
    yield from _named(walk.servers(network))
    yield from _named(walk.access_points(network))
    yield from _named(walk.controllers(network))
    yield from _named(walk.controlled(network))


class _HasName(Protocol):
    """A device of any kind."""

    @property
    def name(self) -> str:
        """Its name."""
        ...


def _named(machines: Iterator[tuple[ModelPath, object, _HasName]]) -> Named:
    return ((("device", machine.name), (*path, "name")) for path, _, machine in machines)


def _boroughs(network: Network) -> Named:
    for path, borough in walk.boroughs(network):
        yield ("borough", borough.slug), (*path, "borough", "slug")
        yield ("GSS code", borough.borough.gss), (*path, "borough", "gss")


def _parts(network: Network) -> Named:
    for index, wlan in enumerate(network.wlans):
        yield ("WLAN", wlan.name), ("wlans", index, "name")
    for path, certificate in walk.certificates(network):
        yield ("certificate", certificate.name), (*path, "name")
    for path, borough, site in walk.sites(network):
        yield (f"site of {borough.slug}", site.slug), (*path, "slug")
    for path, borough, location in walk.locations(network):
        yield (f"GovWifi location of {borough.slug}", location.name), (*path, "name")


def federation_address_unique(given: Given) -> Iterator[Finding]:
    """Find addresses that two members show to the federation."""
    for address, path, first in repeated(_federation_addresses(given.network)):
        yield Finding(path, f"the address {address} faces the federation a second time", first)


def _federation_addresses(network: Network) -> Iterator[tuple[IPv4Address, ModelPath]]:
    for index, hub in enumerate(network.hubs):
        yield hub.address, ("hubs", index, "address")
    for index, upstream in enumerate(network.upstreams):
        yield upstream.address, ("upstreams", index, "address")
    if monitor := network.federation.monitor:
        yield monitor.address, ("federation", "monitor", "address")
    for path, _, face in walk.faces(network):
        yield face.address, (*path, "address")


def address_unique(given: Given) -> Iterator[Finding]:
    """Find addresses that two devices of one borough, or two hubs, share."""
    network = given.network
    hubs = ((("the operator", hub.management), ("hubs", i, "management")) for i, hub in enumerate(network.hubs))
    inside = (item for path, borough in walk.boroughs(network) for item in _inside(path, borough))
    # An IPv4Address hashes slowly, and there are as many as devices.
    numbers = (((owner, int(address)), path) for (owner, address), path in chain(hubs, inside, _lent(network)))
    for (owner, number), path, first in repeated(numbers):
        yield Finding(path, f"the address {IPv4Address(number)} is used a second time within {owner}", first)


def _inside(path: ModelPath, borough: Borough) -> Iterator[tuple[tuple[str, IPv4Address], ModelPath]]:
    yield (borough.slug, borough.agent.address), (*path, "agent", "address")
    if borough.apart:
        yield (borough.slug, borough.apart.address), (*path, "worker", "address")
    for index, server in enumerate(borough.radius):
        yield (borough.slug, server.address), (*path, "radius", index, "address")
    for index, controller in enumerate(borough.controllers):
        yield (borough.slug, controller.address), (*path, "controllers", index, "address")
    for number, site in enumerate(borough.sites):
        for index, access_point in enumerate(site.access_points):
            if isinstance(access_point, AccessPoint):
                at = (*path, "sites", number, "access_points", index, "address")
                yield (borough.slug, access_point.address), at


def _lent(network: Network) -> Iterator[tuple[tuple[str, IPv4Address], ModelPath]]:
    """Yield the servers that are shared with a borough, where they are: its devices must reach them."""
    lent = {
        (service.partner, name): (*path, "shared_services", index, "radius", number)
        for path, borough in walk.boroughs(network)
        for index, service in enumerate(borough.shared_services)
        for number, name in enumerate(service.radius)
        if service.partner != borough.slug
    }
    yield from (((slug, network.servers_by_name[name].address), path) for (slug, name), path in lent.items())


def tls_name_unique(given: Given) -> Iterator[Finding]:
    """Find TLS names that two peers share."""
    network = given.network
    hubs = ((hub.tls_name, ("hubs", index, "tls_name")) for index, hub in enumerate(network.hubs))
    faces = ((face.tls_name, (*path, "tls_name")) for path, _, face in walk.faces(network) if face.tls_name)
    for name, path, first in repeated(chain(hubs, faces)):
        yield Finding(path, f"the TLS name {name} belongs to a second peer", first)


def nas_identifier_unique(given: Given) -> Iterator[Finding]:
    """Find NAS-Identifiers that two access points share."""
    names = (
        (ap.identifier, (*path, "nas_identifier" if ap.nas_identifier else "name"))
        for path, _, ap in walk.access_points(given.network)
    )
    for name, path, first in repeated(names):
        yield Finding(path, f"the NAS-Identifier {name} is used by a second access point", first)


def mac_unique(given: Given) -> Iterator[Finding]:
    """Find MAC addresses that are used twice; a radio uses one for each of its WLANs."""
    network = given.network
    macs = (item for path, site, ap in walk.access_points(network) for item in _macs(network, path, site, ap))
    for number, path, first in repeated(chain(macs, _controlled_macs(network))):
        mac = ":".join(f"{octet:02x}" for octet in number.to_bytes(6, "big"))
        yield Finding(path, f"the MAC address {mac} is used a second time", first)


def _controlled_macs(network: Network) -> Iterator[tuple[int, ModelPath]]:
    for path, _, ap in walk.controlled(network):
        for key, mac in (("ethernet_mac", ap.ethernet_mac), ("radio_mac", ap.radio_mac)):
            yield int(mac.replace(":", ""), 16), (*path, key)


def _macs(network: Network, path: ModelPath, site: Site, access_point: AccessPoint) -> Iterator[tuple[int, ModelPath]]:
    yield int(access_point.ethernet_mac.replace(":", ""), 16), (*path, "ethernet_mac")
    for index, radio in enumerate(access_point.radios):
        first = int(radio.bssid.replace(":", ""), 16)
        at = (*path, "radios", index, "bssid")
        offered = len(network.offered(site, radio.band))
        yield from ((bssid & LAST_MAC, at) for bssid in range(first, first + offered))


def secret_shared(given: Given) -> Iterator[Finding]:
    """Find secrets that two owners use."""
    first: dict[str, tuple[str, ModelPath]] = {}
    for name, owner, path in walk.secrets(given.network):
        whose, before = first.setdefault(name, (owner, path))
        if whose != owner:
            yield Finding(path, f"the secret {name} of {owner} is also used by {whose}", before)


RULES = (
    Rule(
        id="realm-unique",
        scheme="any",
        text="A realm belongs to one borough, and is named once.",
        why="The hubs send a realm's requests to one home; with two, staff are rejected by the wrong council.",
        source="RFC 7542 §3: realm-based routing of NAIs",
        fix="leave the realm with the borough that registered the domain",
        find=realm_unique,
    ),
    Rule(
        id="name-unique",
        scheme="any",
        text="Devices, boroughs, WLANs and certificates have names of their own; so have the sites of a borough.",
        why="A name is how a push, a log line and an alert say which thing is meant.",
        source="docs/architecture.md",
        fix="rename one of the two",
        find=name_unique,
    ),
    Rule(
        id="federation-address-unique",
        scheme="any",
        text="No two members face the federation with the same address.",
        why="A hub knows its UDP peers by source address; private addresses inside boroughs may well overlap.",
        source="RFC 2865 §3: the secret is selected by the source address; RFC 1918 §3",
        fix="give each proxy, hub and upstream a public address of its own",
        find=federation_address_unique,
    ),
    Rule(
        id="address-unique-in-borough",
        scheme="any",
        text="No two devices of a borough have the same address, the servers shared with it counted.",
        why="What is meant for one of them reaches the other.",
        source="RFC 791 §2.3",
        fix="correct the address of one of the two",
        find=address_unique,
    ),
    Rule(
        id="tls-name-unique",
        scheme="any",
        text="Every RadSec peer has a TLS name of its own.",
        why="A hub takes a peer's identity, and so its Operator-Name, from that name.",
        source="RFC 6614 §2.3, RFC 5580 §4.1",
        fix="give each proxy and hub a name, and a certificate with that name",
        find=tls_name_unique,
    ),
    Rule(
        id="nas-identifier-unique",
        scheme="any",
        text="No two access points have the same NAS-Identifier.",
        why="It is the R0KH-ID of fast transition and the name of the access point in every log.",
        source="RFC 2865 §5.32, IEEE 802.11-2020 §13.2",
        fix="set nas_identifier on one of the two, or rename it",
        find=nas_identifier_unique,
    ),
    Rule(
        id="mac-unique",
        scheme="any",
        text="No MAC address is used twice; a radio takes one for each WLAN on its band, counting up from bssid.",
        why="Clients and the neighbour reports know an access point by its BSSID.",
        source="IEEE 802.11-2020 §9.2.4.3.4",
        fix="leave room for as many addresses as the site has WLANs between two bssids",
        find=mac_unique,
    ),
    Rule(
        id="secret-shared",
        scheme="any",
        text="No two owners use the same secret.",
        why="Whoever knows a neighbour's secret can speak as that neighbour.",
        source="RFC 2865 §3, RFC 6614 §2.3; GovWifi set_up.md: a secret per location",
        fix="give each borough secrets of its own",
        find=secret_shared,
    ),
)
