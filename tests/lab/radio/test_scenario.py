"""Scenarios: ours are sound, and what is wrong with another is said with its line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from lab.errors import ScenarioError
from lab.radio.plan import make_plan
from lab.radio.scenario import SCENARIOS, find_scenario, read_scenario
from roaming.load import load
from roaming.render import render

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab.pki import Material
    from lab.radio.plan import Plan
    from roaming.model.network import Network

GOOD = """scenario: mine
about: Somebody walks.
access_points: [hackney-sc-ap1, hackney-sc-ap2]
clients:
  - {name: officer, home: hackney}
walk:
  - {client: officer, to: hackney-sc-ap1, expect: initial}
  - {client: officer, to: hackney-sc-ap2, expect: ft_air}
"""
OURS = sorted(SCENARIOS.glob("*.yml"))


@pytest.fixture
def plan_of(tmp_path: Path, network: Network, material: Material) -> Callable[[str], Plan]:
    def make(text: str) -> Plan:
        path = tmp_path / "mine.yml"
        path.write_text(text)
        return make_plan(network, render(network), material, read_scenario(path))

    return make


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_ours_are_sound_and_fit_the_lab_s_inventory(path: Path, network: Network, material: Material) -> None:
    scenario = read_scenario(path)
    assert scenario.scenario == path.stem
    assert make_plan(network, render(network), material, scenario).stations


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("about: Somebody walks.\n", "", ":1: `about` is missing"),
        ("clients:", "people: 3\nclients:", ":4: "),
        ("home: hackney", "home: 3", ":5: `home`: text is wanted, not the number 3"),
        ("expect: ft_air", "expect: flying", ":8: "),
        ("expect: ft_air", "expect: initial", ":8: only the first step of officer is `initial`"),
        ("expect: initial", "expect: ft_air", ":7: the first step of officer is `initial`, not `ft_air`"),
        ("client: officer, to: hackney-sc-ap2", "client: x, to: hackney-sc-ap2", ":8: there is no client x in this"),
        ("to: hackney-sc-ap2", "to: hackney-sc-ap1", ":8: officer is at hackney-sc-ap1 already"),
        ("to: hackney-sc-ap2", "to: elsewhere", ":8: elsewhere is not among this scenario's access points"),
        ("[hackney-sc-ap1,", "[hackney-sc-ap2, hackney-sc-ap1,", ":3: the name hackney-sc-ap2 stands twice"),
        ("walk:", "spoiled: [{access_point: x, setting: r0kh, value: y}]\nwalk:", ":6: x is not among this"),
    ],
)
def test_bad_input(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    path = tmp_path / "mine.yml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(ScenarioError, match=re.escape(f"{path}{said}")):
        read_scenario(path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "hackney-sc-ap2",
            "hackney-sc-ap9",
            "the inventory has no access point hackney-sc-ap9: did you mean hackney-sc-ap2 or hackney-sc-ap1?",
        ),
        ("hackney-sc-ap2", "x", "the inventory has no access point x; 10 others are on hostapd"),
        (
            "home: hackney",
            "home: brent",
            "client officer: there is no borough brent; there are camden, hackney, islington",
        ),
        (
            "walk:",
            "links: [{device: hub-east, delay_ms: 20}]\nwalk:",
            (
                "links: hub-east is no device of this walk; it has "
                "hackney-proxy-1, hackney-home-1, hackney-sc-ap1, hackney-sc-ap2"
            ),
        ),
    ],
)
def test_what_the_inventory_lacks(plan_of: Callable[[str], Plan], old: str, new: str, said: str) -> None:
    with pytest.raises(ScenarioError) as error:
        plan_of(GOOD.replace(old, new))
    assert str(error.value) == said


def test_hostapd_cannot_stand_in_for_a_controller(tmp_path: Path, repository: Path, material: Material) -> None:
    network = load(repository / "inventory").network
    point = next(ap.name for _, site in network.sites() for ap in site.controlled)
    path = tmp_path / "mine.yml"
    path.write_text(GOOD.replace("hackney-sc-ap2", point))
    with pytest.raises(ScenarioError, match=rf"{point} is configured by \S+ \(iosxe\): hostapd cannot stand in for it"):
        make_plan(network, render(network), material, read_scenario(path))


def test_an_unknown_name_is_answered_with_those_there_are(tmp_path: Path) -> None:
    for name in ("walk", "sprint"):
        (tmp_path / f"{name}.yml").touch()
    assert find_scenario("walk", tmp_path) == tmp_path / "walk.yml"
    with pytest.raises(ScenarioError) as error:
        find_scenario("flight", tmp_path)
    assert str(error.value) == "there is no scenario flight: there are sprint, walk; or give a file that ends in .yml"
