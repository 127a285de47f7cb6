"""A walk held against its scenario: right kinds pass, and a wrong one names the access point and the setting."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lab.radio.plan import make_plan
from lab.radio.scenario import Kind, find_scenario, read_scenario
from lab.radio.verdict import Judgement, Roam, judge_roams
from roaming.render import render

if TYPE_CHECKING:
    from lab.pki import Material
    from lab.radio.plan import Plan
    from roaming.model.network import Network

LOGS = Path(__file__).parent / "logs"
ONE, TWO = "02:00:0a:0c:15:00", "02:00:0a:0c:16:00"
# When each step of the recorded walk began and ended, and where the client was then.
WALKED = [
    (1796060973.2719254, 1796060973.9763658, ONE),
    (1796060974.476468, 1796060975.2641726, TWO),
    (1796060975.764272, 1796060976.4366548, ONE),
    (1796060976.9367542, 1796060977.620554, TWO),
]
UNREADABLE = (
    "1.0: FT: RRB-OUI(02:00:0a:0c:15:00) received frame from remote AP 02:00:0a:0c:16:00 oui_suffix=1\n"
    "1.1: FT(RRB): Failed to decrypt\n"
)


@pytest.fixture
def plan(network: Network, material: Material) -> Plan:
    return make_plan(network, render(network), material, read_scenario(find_scenario("walk")))


def steps(vlan: str = "211", *, connected: bool = True) -> list[dict[str, Any]]:
    return [
        {"began": began, "ended": ended, "at": at, "vlan": vlan, "connected": connected} for began, ended, at in WALKED
    ]


def logs(name: str = "walk") -> dict[str, str]:
    return {"officer.wpa_supplicant.log": (LOGS / f"{name}.log").read_text()}


def spoiled(plan: Plan, name: str, old: str, new: str) -> Plan:
    stations = tuple(
        replace(one, configuration=one.configuration.replace(old, new)) if one.name == name else one
        for one in plan.stations
    )
    assert stations != plan.stations
    return replace(plan, stations=stations)


def test_a_walk_as_expected(plan: Plan) -> None:
    roams = judge_roams(plan, steps(), logs())
    assert [roam.faults for roam in roams] == [(), (), (), ()]
    assert [(roam.start, roam.to) for roam in roams[:2]] == [
        ("", "hackney-sc-ap1"),
        ("hackney-sc-ap1", "hackney-sc-ap2"),
    ]
    assert [roam.kind for roam in roams] == [Kind.INITIAL, Kind.FT_AIR, Kind.FT_AIR, Kind.FT_AIR]


def test_a_wrong_vlan(plan: Plan) -> None:
    assert judge_roams(plan, steps("221"), logs())[1].faults == ("officer at hackney-sc-ap2: in VLAN 221, not 211",)


def test_a_client_that_did_not_come(plan: Plan) -> None:
    roam = judge_roams(plan, steps(connected=False), logs())[1]
    assert (roam.kind, roam.log_ms) == (Kind.FAILED, None)
    assert roam.faults[0] == "officer from hackney-sc-ap1 to hackney-sc-ap2: failed, not ft_air"


def test_one_that_never_left(plan: Plan) -> None:
    seen = steps()
    seen[1] |= {"connected": False, "at": ONE}
    assert judge_roams(plan, seen, logs())[2].faults == ("officer was at hackney-sc-ap1 already: that is no roam",)


@pytest.mark.parametrize("name", ["hackney-sc-ap1", "hackney-sc-ap2"])
def test_a_wrong_mobility_domain_fails_even_after_an_ft_roam(plan: Plan, name: str) -> None:
    other = {"hackney-sc-ap1": "hackney-sc-ap2", "hackney-sc-ap2": "hackney-sc-ap1"}[name]
    roam = judge_roams(spoiled(plan, name, "mobility_domain=d6a7", "mobility_domain=beef"), steps(), logs())[1]
    assert roam.kind is Kind.FT_AIR
    assert roam.faults == (f"{name}: mobility_domain is not that of {other}: beef here, d6a7 there",)


def test_a_wrong_key_is_named_and_not_shown(plan: Plan) -> None:
    broken = spoiled(plan, "hackney-sc-ap2", "r0kh=ff:ff:ff:ff:ff:ff * ", "r0kh=ff:ff:ff:ff:ff:ff * 0")
    roam = judge_roams(broken, steps(connected=False), {**logs(), "hackney-sc-ap1.hostapd.log": UNREADABLE})[2]
    assert roam.faults[1:] == (
        "hackney-sc-ap2: r0kh is not that of hackney-sc-ap1",
        "hackney-sc-ap1: cannot decrypt the key messages of hackney-sc-ap2 (r0kh, r1kh)",
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("bridge=brvlan211\n", "", "bridge is missing, so 802.11r's key messages never reach another access point"),
        (" FT-EAP", "", "wpa_key_mgmt offers no FT-EAP"),
    ],
)
def test_a_template_without_802_11r(plan: Plan, old: str, new: str, said: str) -> None:
    broken = spoiled(spoiled(plan, "hackney-sc-ap1", old, new), "hackney-sc-ap2", old, new)
    roam = judge_roams(broken, steps(), logs())[1]
    assert roam.faults == (f"hackney-sc-ap1: {said}", f"hackney-sc-ap2: {said}")


def test_json_says_that_a_run_was_emulated() -> None:
    roam = Roam("officer", "", "a", Kind.INITIAL, Kind.INITIAL, 12.5, 20.0, "211", ())
    assert Judgement("walk", emulated=True, seconds=3.14, roams=(roam,)).document() == {
        "scenario": "walk",
        "emulated": True,
        "passed": True,
        "seconds": 3.1,
        "roams": [
            {
                "client": "officer",
                "from": None,
                "to": "a",
                "kind": "initial",
                "expected": "initial",
                "d2_ms": 12.5,
                "log_ms": 20.0,
                "vlan": "211",
                "passed": True,
                "faults": [],
            }
        ],
    }
