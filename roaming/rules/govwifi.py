"""GovWifi: its own servers, known by source address; never part of the federation."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from roaming.model.terms import Scheme
from roaming.rules import walk
from roaming.rules.rule import Finding, Given, Rule, repeated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from ipaddress import IPv4Address

    from roaming.load import ModelPath
    from roaming.model.network import Network

NOT_PUBLIC = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "224.0.0.0/3",
    )
)
"""What no GovWifi server can answer (RFC 6890). `ipaddress` calls the documentation ranges private too; we do not."""

REGIONS = ("london", "dublin")


def source_unique(given: Given) -> Iterator[Finding]:
    """Find source addresses that two locations registered."""
    for address, path, first in repeated(_sources(given.network)):
        yield Finding(path, f"the GovWifi source address {address} is registered a second time", first)


def source_public(given: Given) -> Iterator[Finding]:
    """Find source addresses that the internet does not carry."""
    for address, path in _sources(given.network):
        if any(address in network for network in NOT_PUBLIC):
            yield Finding(path, f"the GovWifi source address {address} is not a public address")


def _sources(network: Network) -> Iterator[tuple[IPv4Address, ModelPath]]:
    for path, _, location in walk.locations(network):
        for index, address in enumerate(location.source_ips):
            yield address, (*path, "source_ips", index)


def not_federated(given: Given) -> Iterator[Finding]:
    """Find ways by which GovWifi would go through the federation."""
    network = given.network
    for index, wlan in enumerate(network.wlans):
        if wlan.ssid.casefold() == "govwifi" and wlan.scheme is not Scheme.GOVWIFI:
            text = f"the SSID {wlan.ssid} with the scheme {wlan.scheme} would send GovWifi users through the federation"
            yield Finding(("wlans", index, "scheme"), text)
    for index, upstream in enumerate(network.upstreams):
        if upstream.scheme is Scheme.GOVWIFI:
            text = f"{upstream.name} is an upstream for GovWifi, which has none: its names have no realm"
            yield Finding(("upstreams", index, "scheme"), text)
    ours = dict(_proxies(network))
    for index, server in enumerate(network.federation.govwifi):
        if server.address in ours:
            text = f"the GovWifi server {server.name} has the address of {ours[server.address]}"
            yield Finding(("federation", "govwifi", index, "address"), text)


def _proxies(network: Network) -> Iterator[tuple[IPv4Address, str]]:
    yield from ((hub.address, hub.name) for hub in network.hubs)
    yield from ((upstream.address, upstream.name) for upstream in network.upstreams)
    for _, _, server in walk.servers(network):
        yield server.address, server.name
        if server.federation:
            yield server.federation.address, server.name


def location_known(given: Given) -> Iterator[Finding]:
    """Find sites that offer GovWifi and are in no location, or in two."""
    places = repeated(
        ((borough.slug, slug), (*path, "sites", index))
        for path, borough, location in walk.locations(given.network)
        for index, slug in enumerate(location.sites)
    )
    for (_, slug), path, first in places:
        yield Finding(path, f"the site {slug} is in a second GovWifi location", first)
    for path, borough, site in walk.sites(given.network):
        known = {slug for location in (borough.govwifi.locations if borough.govwifi else ()) for slug in location.sites}
        for index, name in enumerate(site.wlans):
            if given.network.wlans_by_name[name].scheme is Scheme.GOVWIFI and site.slug not in known:
                yield Finding((*path, "wlans", index), f"{site.slug} offers {name}, but is in no GovWifi location")


def two_regions(given: Given) -> Iterator[Finding]:
    """Find a GovWifi without a server in each region."""
    network = given.network
    if all(wlan.scheme is not Scheme.GOVWIFI for wlan in network.wlans):
        return
    present = {server.region for server in network.federation.govwifi}
    for region in REGIONS:
        if region not in present:
            yield Finding(("federation", "govwifi"), f"there is no GovWifi server in {region}")


def secret_per_location(given: Given) -> Iterator[Finding]:
    """Find locations of one borough that share a secret, or use one that serves something else."""
    first: dict[str, ModelPath] = {}
    registered = {(*path, "secret") for path, _, _ in walk.locations(given.network)}
    for name, _, path in walk.secrets(given.network):
        before = first.setdefault(name, path)
        if before != path and (path in registered or before in registered) and path[:2] == before[:2]:
            yield Finding(path, f"the secret {name} of a GovWifi location is used a second time", before)


RULES = (
    Rule(
        id="govwifi-source-unique",
        scheme="govwifi",
        text="A source address is registered with GovWifi once in the whole country.",
        why="GovWifi knows a location by it: two boroughs behind one NAT cannot both register.",
        source="GovWifi/govwifi-admin app/models/ip.rb (validates :address uniqueness)",
        fix="give each borough an outgoing address of its own",
        find=source_unique,
    ),
    Rule(
        id="govwifi-source-public",
        scheme="govwifi",
        text="Source addresses are public IPv4 host addresses.",
        why="GovWifi's servers see what NAT makes of an access point's address, and refuse to register any other.",
        source="GovWifi/govwifi-admin lib/use_cases/administrator/check_if_valid_ip.rb; RFC 6890",
        fix="write the public address that RADIUS leaves from",
        find=source_public,
    ),
    Rule(
        id="govwifi-not-federated",
        scheme="govwifi",
        text="GovWifi never goes through the federation: it has its own scheme and servers, and no upstream.",
        why="GovWifi is not routed by realm: its names have none, and the proxies reject them.",
        source="GovWifi/govwifi-frontend radius/policy.d/filter, radius/radiusd.conf (proxy_requests = no)",
        fix="use scheme govwifi, and GovWifi's own addresses under federation.govwifi",
        find=not_federated,
    ),
    Rule(
        id="govwifi-location",
        scheme="govwifi",
        text="A site that offers GovWifi is in exactly one GovWifi location.",
        why="The location's secret is what its access points speak with; without one nobody gets in.",
        source="GovWifi tech docs set_up.md: locations, IP addresses and secrets",
        fix="add the site to one location under govwifi.locations",
        find=location_known,
    ),
    Rule(
        id="govwifi-two-regions",
        scheme="govwifi",
        text="At least one GovWifi server in London and one in Dublin are configured.",
        why="Outages of one region last a few hours.",
        source="GovWifi tech docs set_up.md, requirements.md (GW5)",
        fix="add the missing region's servers to federation.govwifi",
        find=two_regions,
    ),
    Rule(
        id="govwifi-secret",
        scheme="govwifi",
        text="Each GovWifi location has a secret of its own, used for nothing else.",
        why="GovWifi makes one secret per location; rotating one must not break another.",
        source="GovWifi tech docs set_up.md (GW7)",
        fix="name the secret that the admin site shows for this location",
        find=secret_per_location,
    ),
)
