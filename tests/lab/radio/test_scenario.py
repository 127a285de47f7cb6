"""Scenarios: ours are sound, and what is wrong with another is said with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.errors import ScenarioError
from lab.radio.plan import make_plan
from lab.radio.scenario import SCENARIOS, Kind, find_scenario, read_scenario
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


def changed(changes: dict[str, str]) -> str:
    text = GOOD
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text


def refused(path: Path, text: str) -> str:
    """Return what is said of a scenario, without its path."""
    path.write_text(text)
    with pytest.raises(ScenarioError) as error:
        read_scenario(path)
    assert str(error.value).startswith(f"{path}:")
    return str(error.value).removeprefix(f"{path}:")


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


SPOILED = "spoiled: [{access_point: %s, setting: r0kh, value: %s}]\nwalk:"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"about: Somebody walks.\n": ""}, "1: `about` is missing: add `about`"),
        ({"clients:": "people: 3\nclients:"}, "4: unknown key `people`: remove it, or see docs/radio.md for the keys"),
        ({"[hackney-sc-ap1, hackney-sc-ap2]": "[]"}, "3: `access_points`: a list of at least 1 is wanted"),
        ({"[hackney-sc-ap1,": "[hackney-sc-ap2, hackney-sc-ap1,"}, "3: the name hackney-sc-ap2 stands twice"),
        (
            {"home: hackney}": "home: 3}"},
            "5: `home`: text is wanted, not the number 3: text that looks like a number goes into quotes",
        ),
        (
            {"name: officer": "name: Officer"},
            "5: `name`: a name of lower-case letters, digits and hyphens is wanted, not 'Officer'",
        ),
        ({"name: officer": "name: officer-of-hackney"}, "5: `name`: at most 15 characters are wanted"),
        ({"home: hackney}": "home: hackney, count: 0}"}, "5: `count`: at least 1 is wanted"),
        ({"home: hackney}": "home: hackney, count: 51}"}, "5: `count`: at most 50 is wanted"),
        ({"home: hackney}": "home: hackney, count: many}"}, "5: `count`: a whole number is wanted, not 'many'"),
        (
            {
                "clients:\n": "clients:\n  - {name: officer-2, home: hackney}\n",
                "name: officer,": "name: officer, count: 2,",
            },
            "6: the name officer-2 stands twice",
        ),
        ({"walk:": SPOILED % ("x", "y")}, "6: x is not among this scenario's access points"),
        ({"walk:": SPOILED % ("hackney-sc-ap1", "é")}, "6: `value`: one line of ASCII is wanted"),
        ({"walk:": SPOILED % ("hackney-sc-ap1", "''")}, "6: `value`: at least 1 character is wanted"),
        ({"walk:": "links: [{device: x, delay_ms: -1}]\nwalk:"}, "6: `delay_ms`: at least 0 is wanted"),
        (
            {"expect: ft_air": "expect: flying"},
            "8: `expect`: 'initial', 'ft_air', 'ft_ds', 'pmk_cached', 'full_eap' or 'failed' is wanted, not 'flying'",
        ),
        ({"expect: ft_air": "expect: initial"}, "8: only the first step of officer is `initial`"),
        ({"expect: initial": "expect: ft_air"}, "7: the first step of officer is `initial`, not `ft_air`"),
        (
            {"officer, to: hackney-sc-ap2, expect: ft_air": "x, to: hackney-sc-ap2, expect: initial"},
            "8: there is no client x in this scenario",
        ),
        ({"to: hackney-sc-ap2": "to: hackney-sc-ap1"}, "8: officer is at hackney-sc-ap1 already"),
        ({"to: hackney-sc-ap2": "to: elsewhere"}, "8: elsewhere is not among this scenario's access points"),
        (
            {"ft_air}": "ft_air, how: flown}"},
            "8: `how`: 'roam', 'over_ds', 'steered' or 'unaided' is wanted, not 'flown'",
        ),
        ({"ft_air}": "ft_air, patience_s: 3600}"}, "8: `patience_s`: at most 120 is wanted"),
        ({"ft_air}": "ft_air, together: 3}"}, "8: `together`: true or false is wanted, not the number 3"),
        ({"ft_air}": "ft_air, together: true}"}, "8: officer is under way then: it takes no two steps `together`"),
        ({"initial}": "initial, together: true}"}, "7: the first step has none before it to be `together` with"),
        ({"initial}": "initial, how: unaided}"}, "7: officer is nowhere then, and joins nothing `unaided`"),
        (
            {"ft_air}": "ft_air, how: unaided, forget: true}"},
            "8: `forget` does not go with `unaided`: the client is told nothing",
        ),
        ({"ft_air}": "ft_air, kill: hub-east}"}, "8: `kill`: a list is wanted, not 'hub-east'"),
        ({"ft_air}": "ft_air, kill: [hub-east, hub-east]}"}, "8: hub-east is lost already"),
        ({"ft_air}": "ft_air, kill: [hub-east], cut: [hub-east]}"}, "8: hub-east is lost already"),
        (
            {"ft_air}": "ft_air, kill: [hackney-sc-ap2]}"},
            "8: hackney-sc-ap2 is dead by then: such a step is `failed`, not `ft_air`",
        ),
        (
            {"expect: initial": "expect: initial, how: steered"},
            "7: officer is nowhere then: no access point can make it `steered`",
        ),
        (
            {"expect: initial": "expect: failed", "expect: ft_air": "expect: initial, how: over_ds"},
            "8: officer is nowhere then: no access point can make it `over_ds`",
        ),
        (
            {"expect: ft_air": "expect: ft_air, how: steered, forget: true"},
            "8: `forget` does not go with `steered`: who has left is asked and asks nothing",
        ),
        ({"home: hackney": "home: hackney, ft: false"}, "8: officer knows no 802.11r (`ft: false`)"),
        (
            {"home: hackney": "home: hackney, ft: false", "expect: ft_air": "expect: full_eap, how: over_ds"},
            "8: officer knows no 802.11r (`ft: false`)",
        ),
        ({"expect: ft_air": "expect: ft_ds"}, "8: officer asks over the air: `ft_ds` needs `how: over_ds`"),
        (
            {"expect: ft_air": "expect: ft_air, how: over_ds"},
            "8: officer asks over the DS: that is `ft_ds`, not `ft_air`",
        ),
        (
            {"home: hackney": "home: hackney, security: wep"},
            "5: `security`: 'wpa2', 'wpa2-wpa3' or 'wpa3' is wanted, not 'wep'",
        ),
        (
            {"walk:": "wlan: {ssid: other}\nwalk:"},
            "6: unknown key `ssid`: remove it, or see docs/radio.md for the keys",
        ),
        (
            {"walk:": "wlan: {fast_roaming: {over_ds: 1}}\nwalk:"},
            "6: `over_ds`: true or false is wanted, not the number 1",
        ),
    ],
)
def test_bad_input(tmp_path: Path, changes: dict[str, str], said: str) -> None:
    assert refused(tmp_path / "mine.yml", changed(changes)) == said


def test_what_is_lost_is_lost_before_the_first_of_those_together(tmp_path: Path) -> None:
    second = "  - {client: clerk, to: hackney-sc-ap1, expect: initial, together: true, cut: [hub-east]}\n"
    text = changed({"clients:\n": "clients:\n  - {name: clerk, home: hackney}\n"}) + second
    said = "10: `kill` and `cut` stand in the first of steps that are taken together"
    assert refused(tmp_path / "mine.yml", text) == said


def test_a_client_that_failed_is_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    steps = "".join(f"  - {{client: officer, to: hackney-sc-ap2, expect: {kind}}}\n" for kind in ("failed", "full_eap"))
    path.write_text(GOOD.partition("  - {client: officer, to: hackney-sc-ap2")[0] + steps)
    assert [step.expect for step in read_scenario(path).walk] == [Kind.INITIAL, Kind.FAILED, Kind.FULL_EAP]


def test_many_clients_have_a_name_and_steps_each(tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    text = GOOD.replace("home: hackney", "home: hackney, count: 3").replace(
        "ft_air}", "ft_air, kill: [hub-east], after_ms: 70}"
    )
    path.write_text(text)
    scenario = read_scenario(path)
    assert [client.name for client in scenario.clients] == ["officer-1", "officer-2", "officer-3"]
    assert [(step.client, step.expect, step.together, step.kill, step.after_ms) for step in scenario.walk] == [
        ("officer-1", Kind.INITIAL, False, (), 0),
        ("officer-2", Kind.INITIAL, True, (), 0),
        ("officer-3", Kind.INITIAL, True, (), 0),
        ("officer-1", Kind.FT_AIR, False, ("hub-east",), 0),
        ("officer-2", Kind.FT_AIR, True, (), 70),
        ("officer-3", Kind.FT_AIR, True, (), 140),
    ]


def test_who_was_turned_away_may_come_another_time(tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    path.write_text(changed({"expect: initial": "expect: failed", "expect: ft_air": "expect: initial"}))
    assert [step.expect for step in read_scenario(path).walk] == ["failed", "initial"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"expect: ft_air": "expect: ft_ds, how: over_ds"},
            (
                "walk: officer from hackney-sc-ap1 to hackney-sc-ap2, `over_ds`: the inventory says `over_ds: false` "
                "of govroam; a scenario can suppose otherwise (`wlan`)"
            ),
        ),
        (
            {
                "expect: ft_air": "expect: ft_air, how: steered",
                "walk:": "wlan: {fast_roaming: {bss_transition: false}}\nwalk:",
            },
            (
                "walk: officer from hackney-sc-ap1 to hackney-sc-ap2, `steered`: the inventory says "
                "`bss_transition: false` of govroam; a scenario can suppose otherwise (`wlan`)"
            ),
        ),
        (
            {"hackney-sc-ap2": "camden-ps-ap1", "expect: ft_air": "expect: full_eap, how: steered"},
            (
                "walk: officer from hackney-sc-ap1 to camden-ps-ap1, `steered`: they are of two mobility domains, and "
                "wpa_supplicant leaves before such a border"
            ),
        ),
    ],
)
def test_a_step_that_the_inventory_rules_out(
    plan_of: Callable[[str], Plan], changes: dict[str, str], said: str
) -> None:
    with pytest.raises(ScenarioError) as error:
        plan_of(changed(changes))
    assert str(error.value) == said


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
        *(
            (
                "ft_air}",
                f"ft_air, {verb}: [hub-east]}}",
                (
                    f"{verb}: hub-east is no device of this walk; it has "
                    "hackney-proxy-1, hackney-home-1, hackney-sc-ap1, hackney-sc-ap2"
                ),
            )
            for verb in ("kill", "cut")
        ),
        (
            "  - {name: officer, home: hackney}",
            "  - {name: officer, home: hackney, count: 50}\n  - {name: clerk, home: hackney, count: 49}",
            "clients and access points have 101 radios, and the kernel simulates 100 at most",
        ),
    ],
)
def test_what_the_inventory_lacks(plan_of: Callable[[str], Plan], old: str, new: str, said: str) -> None:
    with pytest.raises(ScenarioError) as error:
        plan_of(changed({old: new}))
    assert str(error.value) == said


def test_hostapd_cannot_stand_in_for_a_controller(tmp_path: Path, repository: Path, material: Material) -> None:
    network = load(repository / "inventory").network
    point = next(ap.name for _, site in network.sites() for ap in site.controlled)
    controller = next(one.name for borough, one in network.controllers() if point.startswith(borough.slug))
    path = tmp_path / "mine.yml"
    path.write_text(GOOD.replace("hackney-sc-ap2", point))
    with pytest.raises(ScenarioError) as error:
        make_plan(network, render(network), material, read_scenario(path))
    assert str(error.value) == (
        f"{point} is configured by {controller} (iosxe): hostapd cannot stand in for it; "
        "name access points of platform hostapd"
    )


def test_an_unknown_name_is_answered_with_those_there_are(tmp_path: Path) -> None:
    for name in ("walk", "sprint"):
        (tmp_path / f"{name}.yml").touch()
    assert find_scenario("walk", tmp_path) == tmp_path / "walk.yml"
    with pytest.raises(ScenarioError) as error:
        find_scenario("flight", tmp_path)
    assert str(error.value) == "there is no scenario flight: there are sprint, walk; or give a file that ends in .yml"
