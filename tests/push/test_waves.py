"""Who goes together: a canary of one site, batches, partners never both away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roaming.load import load
from roaming.model.borough import Borough, SharedService
from roaming.model.bundle import DeviceBundle, DeviceKind, RemoteFile
from roaming.model.terms import Role, Venue
from roaming.plan import Change, DevicePlan, FileChange, ServiceAction, Wave, failover_groups, partners, waves
from roaming.render import render
from roaming.targets import Action
from tests.conftest import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterable

LAB = load(REPOSITORY / "lab" / "inventory").network
LONDON = load(REPOSITORY / "inventory").network
ORDER = [DeviceKind.RADIUS_SERVER, DeviceKind.HUB, DeviceKind.CONTROLLER, DeviceKind.ACCESS_POINT]


def pending(device: DeviceBundle) -> DevicePlan:
    change = FileChange("/f", Change.CREATED, "", None, RemoteFile(b"", 0o644, "root", "root"))
    return DevicePlan(device, (change,), (ServiceAction("a-service", Action.RESTART),))


LAB_PLANS = tuple(map(pending, render(LAB).devices))
LONDON_PLANS = tuple(map(pending, render(LONDON).devices))


def names(wave: Wave) -> list[str]:
    return [one.device.name for one in wave.devices]


def access_point(owner: str, site: str, name: str) -> DevicePlan:
    return pending(DeviceBundle(owner, site, name, DeviceKind.ACCESS_POINT, "hostapd", "2.10", ()))


def test_the_lab_goes_in_this_order() -> None:
    found = waves(LAB_PLANS, LAB)
    assert [(wave.name, wave.kind.value, names(wave)) for wave in found] == [
        ("1 of 7 (canary)", "radius-server", ["camden-rad-1"]),
        ("2 of 7", "radius-server", ["camden-rad-2", "hackney-proxy-1", "hackney-home-1", "islington-rad-1"]),
        ("3 of 7 (canary)", "hub", ["hub-east"]),
        ("4 of 7", "hub", ["hub-west"]),
        ("5 of 7 (canary)", "controller", ["hackney-wlc"]),
        ("6 of 7 (canary)", "access-point", ["camden-th-ap1"]),
        (
            "7 of 7",
            "access-point",
            [
                "camden-ps-ap1",
                "camden-ps-ap2",
                "hackney-th-ap1",
                "hackney-sc-ap1",
                "hackney-sc-ap2",
                "islington-th-ap1",
                "islington-us-ap1",
                "islington-ps-ap1",
                "islington-ps-ap2",
            ],
        ),
    ]
    assert [wave.canary for wave in found] == [True, False, True, False, True, True, False]


def test_a_batch_has_a_size() -> None:
    found = [wave for wave in waves(LAB_PLANS, LAB, 2) if wave.kind is DeviceKind.ACCESS_POINT]
    assert [len(wave.devices) for wave in found] == [1, 2, 2, 2, 2, 1]


def test_hubs_go_one_by_one_whatever_the_batch() -> None:
    assert [len(wave.devices) for wave in waves(LONDON_PLANS, LONDON, 1000) if wave.kind is DeviceKind.HUB] == [1, 1]


def test_the_canary_is_the_smallest_site_and_a_coordination_centre_comes_last() -> None:
    plans = [access_point("camden", "town-hall", "one"), *(access_point("camden", "big", f"ap{n}") for n in range(3))]
    assert names(waves(plans, LAB)[0]) == ["one"]
    network = replace(LAB, boroughs=tuple(map(with_centres, LAB.boroughs)))
    assert names(waves(plans, network)[0]) == ["ap0", "ap1", "ap2"]
    assert names(waves([*plans, access_point("camden", "small", "x")], network)[0]) == ["x"]


def with_centres(borough: Borough) -> Borough:
    """Make a borough's town hall its coordination centre."""
    sites = [
        site.model_copy(update={"venue": Venue.EMERGENCY}) if site.slug == "town-hall" else site
        for site in borough.sites
    ]
    return borough.model_copy(update={"sites": tuple(sites)})


def test_two_sites_of_one_name_are_two() -> None:
    plans = [access_point("camden", "town-hall", "a"), access_point("hackney", "town-hall", "b")]
    assert [names(wave) for wave in waves(plans, LONDON)] == [["a"], ["b"]]


def test_a_large_site_is_no_larger_canary_than_a_batch() -> None:
    plans = [access_point("camden", "big", f"ap{n:02}") for n in range(25)]
    assert [(wave.canary, len(wave.devices)) for wave in waves(plans, LONDON, 10)] == [
        (True, 10),
        (False, 10),
        (False, 5),
    ]


def test_a_server_that_somebody_stands_in_for_is_the_canary() -> None:
    plans = {one.device.name: one for one in LAB_PLANS}
    alone_first = [plans["hackney-home-1"], plans["camden-rad-2"]]
    assert names(waves(alone_first, LAB)[0]) == ["camden-rad-2"]


def test_a_server_that_will_be_held_is_no_canary() -> None:
    plans = [one for one in LAB_PLANS if one.device.name in {"camden-rad-1", "islington-rad-1", "hackney-home-1"}]
    assert names(waves(plans, LAB)[0]) == ["camden-rad-1"]
    assert names(waves(plans, LAB, away={"camden-rad-2"})[0]) == ["hackney-home-1"]
    assert names(waves(plans[:1], LAB, away={"camden-rad-2"})[0]) == ["camden-rad-1"]


def test_a_shared_server_is_a_partner_in_every_borough_it_serves() -> None:
    assert partners(LAB)["hackney-proxy-1"] == frozenset()
    lent = SharedService.model_validate({"with": "camden", "radius": ("hackney-proxy-1",), "roles": (Role.PROXY,)})
    boroughs = [
        borough.model_copy(update={"shared_services": (lent,)}) if borough.slug == "hackney" else borough
        for borough in LAB.boroughs
    ]
    apart = partners(replace(LAB, boroughs=tuple(boroughs)))
    assert apart["hackney-proxy-1"] == {"camden-rad-1", "camden-rad-2"}
    assert apart["camden-rad-1"] == {"camden-rad-2", "hackney-proxy-1"}
    assert apart["hub-east"] == {"hub-west"}


@given(
    chosen=st.lists(st.sampled_from(LONDON_PLANS), unique_by=lambda one: one.device.name),
    batch=st.integers(1, 12),
)
def test_law_every_device_in_one_wave_and_no_partners_together(chosen: list[DevicePlan], batch: int) -> None:
    found = waves(chosen, LONDON, batch)
    assert sorted(name for wave in found for name in names(wave)) == sorted(one.device.name for one in chosen)
    groups = tuple(failover_groups(LONDON))
    for wave in found:
        assert 1 <= len(wave.devices) <= batch
        assert {one.device.kind for one in wave.devices} == {wave.kind}
        assert all(len(group.intersection(names(wave))) <= 1 for group in groups)
    assert [ORDER.index(wave.kind) for wave in found] == sorted(ORDER.index(wave.kind) for wave in found)
    _canaries(found)


def _canaries(found: Iterable[Wave]) -> None:
    seen: set[DeviceKind] = set()
    for wave in found:
        assert wave.canary is (wave.kind not in seen)
        seen.add(wave.kind)
        if wave.canary:
            assert len({(one.device.owner, one.device.site) for one in wave.devices}) == 1


@given(st.lists(st.sampled_from(LONDON_PLANS), unique_by=lambda one: one.device.name))
def test_law_the_same_devices_go_the_same_way(chosen: list[DevicePlan]) -> None:
    assert waves(chosen, LONDON) == waves(tuple(chosen), LONDON)
    assert len({wave.name for wave in waves(chosen, LONDON)}) == len(waves(chosen, LONDON))


@pytest.mark.parametrize("kind", list(DeviceKind))
def test_one_device_is_one_canary(kind: DeviceKind) -> None:
    plan = pending(DeviceBundle("camden", "", "only", kind, "x", "1", ()))
    assert waves([plan], LONDON) == (Wave(kind, (plan,), "1 of 1 (canary)", canary=True),)
