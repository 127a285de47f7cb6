"""What the guest is told: rendered files, wires of the inventory's addresses, and no more secrets than it needs."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from lab.pki import generate
from lab.radio.edits import edited, setting
from lab.radio.scenario import Client, Kind, Link, Security, Supposed, find_scenario, read_scenario
from roaming.load import load
from roaming.render import render
from roaming.secrets import MemoryStore, materialise
from roaming.targets import TARGETS
from tests.lab.radio.walked import planned

if TYPE_CHECKING:
    from pathlib import Path

    from lab.pki import Material
    from lab.radio.plan import Plan
    from roaming.model.network import Network


def on_radio(repository: Path, tmp_path: Path, radio: str) -> Network:
    """Return the lab's inventory with another radio in hackney-sc-ap1."""
    shutil.copytree(repository / "lab" / "inventory", tmp_path / "inventory")
    rendered = 'band: "5", channel: 52, width_mhz: 40, interface: wlan0, bssid: "02:00:0a:0c:15:00"'
    changes = {
        "wlans.yml": ('"2.4": off, "5": wpa2-wpa3, "6": off', '"2.4": wpa2, "5": wpa2-wpa3, "6": wpa3'),
        "boroughs/hackney.yml": (rendered, f'{radio}, interface: wlan0, bssid: "02:00:0a:0c:15:00"'),
    }
    for name, (old, new) in changes.items():
        file = tmp_path / "inventory" / name
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))
    return load(tmp_path / "inventory").network


def nodes(plan: Plan) -> dict[str, Any]:
    return {node["name"]: node for node in plan.document["nodes"]}


def test_every_file_is_as_rendered_but_for_the_edits(network: Network, material: Material) -> None:
    plan = planned(network, material, "shared-building")
    store = MemoryStore(material.secrets, material.certificates)
    for device in render(network).devices:
        for file in device.files if device.name in nodes(plan) else ():
            text = materialise(file, TARGETS[device.target].quotings, store).decode()
            expected = edited(text, {}) if file.path.endswith("hostapd.conf") else text
            assert plan.files[f"{device.name}{file.path}"].decode() == expected


def test_at_home_no_hub_is_needed(network: Network, material: Material) -> None:
    assert nodes(planned(network, material, "walk")).keys() == {
        "hackney-proxy-1",
        "hackney-home-1",
        "hackney-sc-ap1",
        "hackney-sc-ap2",
    }


def test_a_visitor_crosses_the_hubs(network: Network, material: Material) -> None:
    visitor = (Client(name="officer", home="camden"),)
    found = nodes(planned(network, material, "walk", clients=visitor))
    assert {"hub-east", "hub-west", "camden-rad-1", "camden-rad-2", "hackney-proxy-1"} <= found.keys()


def test_each_reaches_those_of_its_networks_and_no_others(network: Network, material: Material) -> None:
    found = nodes(planned(network, material, "shared-building"))
    (foot,) = found["camden-ps-ap1"]["feet"]
    assert foot["address"] == "10.7.1.21"
    assert sorted(foot["neighbours"]) == ["10.7.0.11", "10.7.0.12", "10.7.1.22"]
    inside, outside = found["islington-rad-1"]["feet"]
    assert sorted(inside["neighbours"]) == ["10.19.1.31", "10.19.1.32"]
    assert "198.51.100.10" in outside["neighbours"]
    assert inside["bridge"] != outside["bridge"]


def test_servers_that_share_several_boroughs_have_one_route_to_each_other(repository: Path) -> None:
    """In the council's inventory a pair of servers serves three boroughs."""
    network = load(repository / "inventory").network
    points = {"access_points": ("brent-cc-ap1", "brent-cc-ap2"), "clients": (Client(name="officer", home="brent"),)}
    walk = tuple(
        step.model_copy(update={"to": step.to.replace("hackney-sc", "brent-cc")})
        for step in read_scenario(find_scenario("walk")).walk
    )
    found = nodes(planned(network, generate(network), "walk", **points, walk=walk))
    assert len(found["brent-rad-1"]["feet"]) > 2
    for node in found.values():
        routes = [address for foot in node["feet"] for address in foot["neighbours"]]
        assert sorted(set(routes)) == sorted(routes), node["name"]
    assert {"10.5.0.12", "10.5.1.11"} <= set(found["brent-rad-1"]["feet"][0]["neighbours"])


@pytest.mark.parametrize(
    ("link", "words"),
    [
        (Link(device="hackney-proxy-1", delay_ms=20), ["delay", "20ms"]),
        (Link(device="hackney-proxy-1", loss_percent=3), ["loss", "3%"]),
        (Link(device="hackney-proxy-1", delay_ms=5, loss_percent=1), ["delay", "5ms", "loss", "1%"]),
    ],
)
def test_a_link_is_slow_or_loses(network: Network, material: Material, link: Link, words: list[str]) -> None:
    found = nodes(planned(network, material, "walk", links=(link,)))
    assert [foot["netem"] for foot in found["hackney-proxy-1"]["feet"]] == [words, words]
    assert found["hackney-home-1"]["feet"][0]["netem"] == []


@pytest.mark.parametrize(("home", "vlan"), [("hackney", 211), ("camden", 221)])
def test_the_vlan_is_the_owner_s_choice(network: Network, material: Material, home: str, vlan: int) -> None:
    assert planned(network, material, "walk").station("hackney-sc-ap1").vlan(home) == vlan


@pytest.mark.parametrize(
    ("radio", "runs"),
    [
        ('band: "5", channel: 52, width_mhz: 40', ("36", 5180)),
        ('band: "5", channel: 149, width_mhz: 20', ("149", 5745)),
        ('band: "6", channel: 53, width_mhz: 80', ("53", 6215)),
    ],
)
def test_the_frequency_is_that_of_the_channel_in_its_band(
    repository: Path, material: Material, tmp_path: Path, radio: str, runs: tuple[str, int]
) -> None:
    station = planned(on_radio(repository, tmp_path, radio), material, "walk").station("hackney-sc-ap1")
    assert (setting(station.configuration, "channel"), station.frequency) == runs


@pytest.mark.parametrize(
    ("wants", "suites", "protected"),
    [
        ({}, "FT-EAP WPA-EAP-SHA256 WPA-EAP", 1),
        ({"ft": False}, "WPA-EAP-SHA256 WPA-EAP", 1),
        ({"security": Security.WPA3}, "FT-EAP WPA-EAP-SHA256", 2),
        ({"security": Security.WPA3, "ft": False}, "WPA-EAP-SHA256", 2),
        ({"security": Security.WPA2}, "FT-EAP WPA-EAP", 0),
    ],
)
def test_what_a_client_knows(
    network: Network, material: Material, wants: dict[str, Any], suites: str, protected: int
) -> None:
    plan = planned(network, material, "walk", clients=(Client(name="officer", home="hackney", **wants),))
    (client,) = plan.document["clients"]
    assert f"\tkey_mgmt={suites}\n\tieee80211w={protected}\n" in client["files"]["wpa_supplicant.conf"]


@pytest.mark.parametrize(
    ("wlan", "said", "rendered"),
    [
        (None, (), {"ft_over_ds": "0", "ieee80211w": "1", "bss_transition": "1"}),
        (
            {"fast_roaming": {"over_ds": True}},
            ("govroam: fast_roaming: {over_ds: true}",),
            {"ft_over_ds": "1", "ieee80211w": "1", "bss_transition": "1"},
        ),
        (
            {"bands": {"5": "wpa3"}, "fast_roaming": {"bss_transition": False}},
            ('govroam: bands: {"5": wpa3}', "govroam: fast_roaming: {bss_transition: false}"),
            {"wpa_key_mgmt": "WPA-EAP-SHA256 FT-EAP", "ieee80211w": "2", "bss_transition": None, "ft_over_ds": "0"},
        ),
    ],
)
def test_what_a_scenario_supposes_is_rendered(
    network: Network,
    material: Material,
    wlan: dict[str, Any] | None,
    said: tuple[str, ...],
    rendered: dict[str, str | None],
) -> None:
    """And what it does not speak of is as in the inventory."""
    supposed = Supposed.model_validate_json(json.dumps(wlan)) if wlan else None
    plan = planned(network, material, "walk", wlan=supposed)
    assert plan.supposed == said
    for station in plan.stations:
        assert {key: setting(station.configuration, key) for key in rendered} == rendered
        assert station.configuration == edited(station.rendered, {})


@pytest.mark.parametrize(
    ("radio", "candidate"),
    [
        ('band: "5", channel: 52, width_mhz: 40', "115,36,9"),
        ('band: "5", channel: 149, width_mhz: 20', "125,149,9"),
        ('band: "6", channel: 53, width_mhz: 80', "131,53,14"),
        ('band: "2.4", channel: 6, width_mhz: 20', "81,6,7"),
    ],
)
def test_a_client_is_steered_to_the_channel_that_is_run(
    repository: Path, material: Material, tmp_path: Path, radio: str, candidate: str
) -> None:
    plan = planned(on_radio(repository, tmp_path, radio), material, "steered")
    back = plan.document["steps"][5]
    assert (back["do"], back["from"]) == ("steered", ["hackney-sc-ap2", "wlan0"])
    assert back["neighbour"] == f"02:00:0a:0c:15:00,0x0000,{candidate},0301ff"


def test_a_client_leaves_before_a_border_and_to_forget(network: Network, material: Material) -> None:
    plan = planned(network, material, "shared-building")
    in_full = [step.expect is Kind.FULL_EAP for step in plan.scenario.walk]
    assert [step["leave"] for step in plan.document["steps"]] == in_full


def test_a_spoiled_setting_stands_on_one_access_point(network: Network, material: Material) -> None:
    plan = planned(network, material, "wrong-mobility-domain")
    assert ["mobility_domain=beef" in station.configuration for station in plan.stations] == [False, True]
    assert not [station for station in plan.stations if "mobility_domain=beef" in station.rendered]


def test_no_secret_is_in_what_is_shown_of_a_plan(network: Network, material: Material) -> None:
    plan = planned(network, material, "shared-building")
    assert not [name for name, value in material.secrets.items() if value in repr(plan)]


def test_the_document_is_json(network: Network, material: Material) -> None:
    plan = planned(network, material, "shared-building")
    assert json.loads(json.dumps(plan.document)) == plan.document


def test_what_the_guest_is_told_of_mishaps(network: Network, material: Material) -> None:
    told = planned(network, material, "access-point-dies").document["steps"]
    assert [(step["client"], step["do"], step["kill"], step["together"]) for step in told[4:]] == [
        ("clerk", "join", [], False),
        ("officer", "roam", ["hackney-sc-ap2"], False),
        ("porter", "roam", [], True),
        ("clerk", "unaided", [], True),
    ]


def test_who_failed_joins_anew(network: Network, material: Material) -> None:
    *_, failed, after = planned(network, material, "hub-lost").document["steps"]
    assert (failed["fails"], failed["leave"]) == (True, True)
    assert (after["fails"], after["do"]) == (False, "join")


def test_many_clients_have_a_radio_and_an_address_each(network: Network, material: Material) -> None:
    plan = planned(network, material, "shift-change")
    assert len({client["mac"] for client in plan.document["clients"]}) == 20
    assert [step["together"] for step in plan.document["steps"]] == [False, *[True] * 19] * 2
    assert [step["after_s"] for step in plan.document["steps"]][20:23] == [0, 0.15, 0.3]
