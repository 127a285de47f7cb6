"""The two inventories in the repository hold what they promise: London, and the small federation of the lab."""

from __future__ import annotations

from datetime import date
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

import pytest

from roaming.load import Inventory, load
from roaming.model.terms import BandMode, Role, Scheme, Transport
from roaming.rules import check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from roaming.model.network import Network

MEMBERS_OF_2020 = (
    "brent",
    "camden",
    "croydon",
    "ealing",
    "greenwich",
    "hackney",
    "hounslow",
    "kensington-and-chelsea",
    "kingston-upon-thames",
    "lambeth",
    "newham",
    "southwark",
    "sutton",
    "tower-hamlets",
    "waltham-forest",
    "westminster",
)
BORROWED_PROXIES = {
    "kensington-and-chelsea": "westminster",
    "lewisham": "brent",
    "richmond-upon-thames": "wandsworth",
    "southwark": "brent",
    "sutton": "kingston-upon-thames",
}
INSIDE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
OUTSIDE = tuple(map(IPv4Network, ("198.51.100.0/24", "203.0.113.0/24")))
DOCUMENTATION_6 = "2001:db8:"
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module", params=["inventory", "lab/inventory"])
def either(request: pytest.FixtureRequest, repository: Path) -> Inventory:
    return load(repository / request.param)


@pytest.fixture(scope="module")
def london(repository: Path) -> Network:
    return load(repository / "inventory").network


@pytest.fixture(scope="module")
def lab(repository: Path) -> Network:
    return load(repository / "lab" / "inventory").network


def inside(network: Network) -> Iterator[IPv4Address]:
    yield from (hub.management for hub in network.hubs)
    for borough in network.boroughs:
        yield borough.agent.address
        yield from (server.address for server in borough.radius)
    yield from (ap.address for _, _, ap in network.access_points())


def outside(network: Network) -> Iterator[IPv4Address]:
    yield from (hub.address for hub in network.hubs)
    yield from (upstream.address for upstream in network.upstreams)
    yield from (server.address for server in network.federation.govwifi)
    for borough in network.boroughs:
        yield from (server.federation.address for server in borough.radius if server.federation)
        for location in borough.govwifi.locations if borough.govwifi else ():
            yield from location.source_ips


def test_addresses_are_private_or_for_documentation(either: Inventory) -> None:
    assert [address for address in inside(either.network) if not any(address in net for net in INSIDE)] == []
    assert [address for address in outside(either.network) if not any(address in net for net in OUTSIDE)] == []
    for _, site in either.network.sites():
        for vlan in (site.vlans.staff, site.vlans.visitors):
            assert vlan.subnet is None or any(vlan.subnet.subnet_of(net) for net in INSIDE)
            assert vlan.ipv6 is None or str(vlan.ipv6).startswith(DOCUMENTATION_6)


def test_no_address_is_used_twice(either: Inventory) -> None:
    # Overlaps inside boroughs are allowed; these two inventories have none, so that either can be brought up whole.
    addresses = [*inside(either.network), *outside(either.network)]
    assert len(addresses) == len(set(addresses))


def test_realms_are_real_and_contacts_are_not(either: Inventory) -> None:
    for borough in either.network.boroughs:
        assert all(realm.endswith(".gov.uk") for realm in borough.realms)
        assert borough.borough.contact.endswith(".example")


def test_every_file_is_named_after_its_borough(either: Inventory) -> None:
    for index, borough in enumerate(either.network.boroughs):
        assert either.marks.place(("boroughs", index)).file.endswith(f"boroughs/{borough.slug}.yml")


def test_a_site_says_where_it_is_and_who_says_so(either: Inventory) -> None:
    for _, site in either.network.sites():
        latitude, longitude = site.location
        assert 51.28 < latitude < 51.70
        assert -0.52 < longitude < 0.34
        assert site.postcode
        assert site.approximate == ("centroid" in site.source)


def test_certificates_outlive_the_year(either: Inventory) -> None:
    for certificate in either.network.certificates_by_name.values():
        assert certificate.not_after.year >= 2027
        assert certificate.kind == "ca" or certificate.issuer


def test_london_breaks_no_rule(repository: Path) -> None:
    assert check(load(repository / "inventory"), TODAY) == ()


def test_the_lab_lacks_second_servers_and_nothing_else(repository: Path) -> None:
    problems = check(load(repository / "lab" / "inventory"), TODAY)
    assert {(problem.rule, problem.file.rsplit("/", 1)[-1]) for problem in problems} == {
        ("two-servers", "hackney.yml"),
        ("two-servers", "islington.yml"),
    }


def test_london_is_all_33_boroughs(london: Network) -> None:
    codes = sorted(borough.borough.gss for borough in london.boroughs)
    assert codes == [f"E09{number:06}" for number in range(1, 34)]


def test_members_of_2020_have_several_buildings(london: Network) -> None:
    for borough in london.boroughs:
        assert len(borough.sites) >= (3 if borough.slug in MEMBERS_OF_2020 else 1)
        assert bool(borough.govwifi) == (borough.slug in MEMBERS_OF_2020)


def test_london_has_two_ways_through_everything(london: Network) -> None:
    assert len(london.hubs) == 2
    assert [upstream.realms for upstream in london.upstreams] == ["any", "any"]
    for borough in london.boroughs:
        assert len(london.proxies(borough)) == 2
        assert len(london.homes(borough)) == 2


def test_boroughs_that_share_ict_share_proxies(london: Network) -> None:
    owners = {
        borough.slug: owner.slug
        for borough in london.boroughs
        for owner in london.boroughs
        if london.proxies(borough)[0] in owner.radius and owner is not borough
    }
    assert owners == BORROWED_PROXIES


def test_london_has_more_than_one_version_and_way_to_be_home(london: Network) -> None:
    servers = london.servers_by_name.values()
    assert {server.version for server in servers} == {"3.2.1", "3.2.7"}
    assert {server.roles for server in servers} == {(Role.HOME,), (Role.PROXY,), (Role.HOME, Role.PROXY)}


def test_govwifi_is_beside_the_federation(london: Network) -> None:
    assert {wlan.scheme: wlan.ssid for wlan in london.wlans} == {Scheme.GOVROAM: "govroam", Scheme.GOVWIFI: "GovWifi"}
    assert {server.region for server in london.federation.govwifi} == {"london", "dublin"}
    assert all(wlan.bands.ghz_6 in {BandMode.OFF, BandMode.WPA3} for wlan in london.wlans)


def test_the_lab_has_the_three_kinds_of_borough(lab: Network) -> None:
    roles = {borough.slug: [server.roles for server in borough.radius] for borough in lab.boroughs}
    assert roles == {
        "camden": [(Role.HOME, Role.PROXY), (Role.HOME, Role.PROXY)],
        "hackney": [(Role.PROXY,), (Role.HOME,)],
        "islington": [(Role.HOME, Role.PROXY)],
    }


def test_the_lab_has_two_hubs_and_a_realm_outside(lab: Network) -> None:
    assert [hub.name for hub in lab.hubs] == ["hub-east", "hub-west"]
    (upstream,) = lab.upstreams
    assert upstream.realms == ("leeds.gov.uk",)
    assert upstream.transport is Transport.UDP
    assert [probe.realm for probe in upstream.probes] == ["leeds.gov.uk"]


def test_the_lab_has_two_buildings_a_borough_a_shared_one_and_a_library_behind_a_controller(lab: Network) -> None:
    counts = {borough.slug: [len(site.access_points) for site in borough.sites] for borough in lab.boroughs}
    assert counts == {"camden": [1, 2], "hackney": [1, 2, 2], "islington": [1, 1, 2]}


def test_one_building_of_the_lab_is_shared_and_has_two_owners(lab: Network) -> None:
    shared = [(site.postcode, site.owner, site.hosts) for _, site in lab.sites() if len(site.hosts) > 1]
    assert shared == [("N1C 4AG", "camden", ("camden", "islington")), ("N1C 4AG", "islington", ("islington", "camden"))]
