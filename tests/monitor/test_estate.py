"""The federation as the monitor sees it, from an inventory."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.discover import estate, targets
from monitor.target import RadiusTarget, TargetKind
from roaming.load import load

REPOSITORY = Path(__file__).parents[2]
LAB = load(REPOSITORY / "lab" / "inventory").network
LONDON = load(REPOSITORY / "inventory").network


def test_every_borough_visits_every_home() -> None:
    found = estate(LONDON)
    slugs = tuple(borough.slug for borough in LONDON.boroughs)
    assert tuple(borough.slug for borough in found.boroughs) == slugs
    assert found.homes[: len(slugs)] == slugs
    assert set(found.homes[len(slugs) :]) == {one.realm for upstream in LONDON.upstreams for one in upstream.probes}


def test_a_server_says_what_it_does_and_where_its_radsec_is() -> None:
    found = estate(LAB)
    assert {one.name: one.role for one in found.servers} == {
        "camden-rad-1": "both",
        "camden-rad-2": "both",
        "hackney-home-1": "home",
        "hackney-proxy-1": "proxy",
        "islington-rad-1": "both",
    }
    by_name = {one.name: one for one in (*found.servers, *found.hubs)}
    home = by_name["hackney-home-1"]
    assert (home.federation, home.tls_name) == ("", "")
    assert by_name["hub-east"] == RadiusTarget(
        "hub-east", "federation", "hub", "10.0.0.10", "198.51.100.10", "hub-east.roaming.example"
    )


def test_a_site_knows_its_access_points_whoever_configures_them() -> None:
    sites = {site.key: site for site in estate(LONDON).sites}
    for borough, site in LONDON.sites():
        found = sites[f"{borough.slug}/{site.slug}"]
        assert found.access_points == tuple(ap.name for ap in site.access_points)
        assert (found.name, found.hosts, found.position) == (site.name, site.hosts, site.location)


def test_controllers_are_targets() -> None:
    found = [target.name for target in targets(LONDON) if target.kind is TargetKind.CONTROLLER]
    assert found == [controller.name for _, controller in LONDON.controllers()]
    assert found


@pytest.mark.parametrize(
    ("limit", "boroughs", "hubs"),
    [
        (None, ["camden", "hackney", "islington"], 2),
        ("camden", ["camden"], 0),
        ("*n", ["camden", "islington", "federation"], 2),
        ("federation", [], 2),
        ("nowhere", [], 0),
    ],
)
def test_a_limit_is_what_an_owner_has(limit: str | None, boroughs: list[str], hubs: int) -> None:
    found = estate(LAB, limit)
    assert [borough.slug for borough in found.boroughs] == [name for name in boroughs if name != "federation"]
    assert len(found.hubs) == hubs
    assert found.homes == estate(LAB).homes
    owners = {target.owner for target in targets(LAB, limit)}
    assert owners == {*boroughs, *(["federation"] if hubs else [])}
