"""What a plan must rehearse first: what those sites demand whose radios it touches, each scenario once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from roaming.load import load
from roaming.model.bundle import DeviceKind
from roaming.plan import Plan, Rehearsal, Unreachable, rehearsals
from tests.plan.test_effects import device, pending

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from roaming.model.network import Network

DEMANDS = {
    "hackney/service-centre": ("walk", "change-of-shift"),
    "hackney/town-hall": ("walk",),
    "hackney/central-library": ("library",),
}
AP1, AP2 = "hackney/service-centre/hackney-sc-ap1", "hackney/service-centre/hackney-sc-ap2"
HALL = "hackney/town-hall/hackney-th-ap1"
OTHER = "camden/town-hall/camden-th-ap1"


def demanding(network: Network, demands: Mapping[str, tuple[str, ...]]) -> Network:
    """Return the network with sites that demand rehearsals."""
    boroughs = []
    for borough in network.boroughs:
        sites = [
            site.model_copy(update={"rehearsals": demands.get(f"{borough.slug}/{site.slug}", ())})
            for site in borough.sites
        ]
        boroughs.append(borough.model_copy(update={"sites": tuple(sites)}))
    return replace(network, boroughs=tuple(boroughs))


@pytest.fixture(scope="module")
def network(repository: Path) -> Network:
    return demanding(load(repository / "lab" / "inventory").network, DEMANDS)


def controller(name: str) -> Plan:
    one = pending(f"hackney//{name}", DeviceKind.CONTROLLER)
    return Plan((replace(one, device=replace(one.device, site="")),))


@pytest.mark.parametrize(
    ("plan", "demanded"),
    [
        (Plan((pending(AP1),)), ("walk for hackney/service-centre", "change-of-shift for hackney/service-centre")),
        (
            Plan((pending(HALL), pending(AP2), pending(AP1))),
            ("walk for hackney/town-hall, hackney/service-centre", "change-of-shift for hackney/service-centre"),
        ),
        (Plan((pending(OTHER),)), ()),
        (Plan((pending("hackney//hackney-proxy-1", DeviceKind.RADIUS_SERVER),)), ()),
        (Plan((pending("federation/data-centre-east/hub-east", DeviceKind.HUB),)), ()),
        (controller("hackney-wlc"), ("library for hackney/central-library",)),
        (Plan((replace(pending(AP1), files=(), actions=()),)), ()),
        (Plan((), (Unreachable(device(AP1, DeviceKind.ACCESS_POINT), "gone"),)), ()),
    ],
    ids=[
        "its site",
        "two sites",
        "a site without",
        "a server",
        "a hub",
        "a controller",
        "nothing to do",
        "unreachable",
    ],
)
def test_a_plan_rehearses_what_its_sites_demand(network: Network, plan: Plan, demanded: tuple[str, ...]) -> None:
    assert tuple(map(str, rehearsals(plan, network))) == demanded


def test_a_rehearsal_knows_its_sites(network: Network) -> None:
    assert rehearsals(Plan((pending(HALL),)), network) == (Rehearsal("walk", ("hackney/town-hall",)),)
