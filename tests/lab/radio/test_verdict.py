"""A walk held against its scenario: right kinds pass, and a wrong one names the access point and the setting."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from lab.radio.journal import Attempt
from lab.radio.scenario import Kind
from lab.radio.verdict import Judgement, Roam, judge_roams
from monitor.passive.captures import Kind as Heard
from tests.lab.radio.walked import ONE, air, captured, changed, logs, planned, reconfigured, recorded, steps

if TYPE_CHECKING:
    from lab.pki import Material
    from lab.radio.plan import Plan
    from roaming.model.network import Network

UNREADABLE = (
    "1.0: FT: RRB-OUI(02:00:0a:0c:15:00) received frame from remote AP 02:00:0a:0c:16:00 oui_suffix=1\n"
    "1.1: FT(RRB): Failed to decrypt\n"
)


@pytest.fixture
def plan(network: Network, material: Material) -> Plan:
    return planned(network, material, "walk")


def test_a_walk_as_expected(plan: Plan) -> None:
    roams = judge_roams(plan, steps(), logs(), air())
    assert [roam.faults for roam in roams] == [(), (), (), ()]
    assert [(roam.start, roam.to) for roam in roams[:2]] == [
        ("", "hackney-sc-ap1"),
        ("hackney-sc-ap1", "hackney-sc-ap2"),
    ]
    assert [roam.kind for roam in roams] == [Kind.INITIAL, Kind.FT_AIR, Kind.FT_AIR, Kind.FT_AIR]


def test_a_wrong_vlan(plan: Plan) -> None:
    assert judge_roams(plan, steps("221"), logs(), air())[1].faults == (
        "officer at hackney-sc-ap2: in VLAN 221, not 211",
    )


def test_a_client_that_did_not_come(plan: Plan) -> None:
    roam = judge_roams(plan, steps(connected=False), logs(), air())[1]
    assert (roam.kind, roam.log_ms) == (Kind.FAILED, None)
    assert roam.faults[0] == "officer from hackney-sc-ap1 to hackney-sc-ap2: failed, not ft_air"


@pytest.fixture
def lost(network: Network, material: Material) -> Plan:
    return planned(network, material, "hub-lost")


def test_a_walk_on_which_both_hubs_are_lost(lost: Plan) -> None:
    """As the guest recorded it; 10 s after it was heard elsewhere, a client is `initial` in a capture."""
    heard = changed(air("hub-lost"), 8, kind=Heard.INITIAL)
    roams = judge_roams(lost, recorded("hub-lost"), logs("hub-lost"), heard)
    assert [roam.faults for roam in roams] == [()] * 9
    assert [(roam.kind, roam.mishaps) for roam in roams if roam.mishaps] == [
        (Kind.FT_AIR, ("hub-east cut off",)),
        (Kind.FT_AIR, ("hub-west killed",)),
    ]
    failed, back = roams[7:]
    assert (failed.kind, failed.air and failed.air.kind, failed.overtaken) == (Kind.FAILED, Heard.INCOMPLETE, ())
    assert (back.start, back.kind) == ("", Kind.FULL_EAP)
    assert [roam.log_ms for roam in roams[4:6]] == [9085.5, 177.9]


def test_one_that_came_though_it_was_to_fail(lost: Plan) -> None:
    walk = list(lost.scenario.walk)
    walk[4] = walk[4].model_copy(update={"expect": Kind.FAILED})
    failing = replace(lost, scenario=lost.scenario.model_copy(update={"walk": tuple(walk)}))
    heard = changed(air("hub-lost"), 8, kind=Heard.INITIAL)
    roam = judge_roams(failing, recorded("hub-lost"), logs("hub-lost"), heard)[4]
    assert roam.faults == ("officer from camden-ps-ap1 to islington-ps-ap2: full_eap, not failed",)


def test_one_that_never_left(plan: Plan) -> None:
    seen = steps()
    seen[1] |= {"connected": False, "at": ONE}
    assert judge_roams(plan, seen, logs(), air())[2].faults == (
        "officer was at hackney-sc-ap1 already: that is no roam",
    )


@pytest.mark.parametrize("name", ["hackney-sc-ap1", "hackney-sc-ap2"])
def test_a_wrong_mobility_domain_fails_even_after_an_ft_roam(plan: Plan, name: str) -> None:
    other = {"hackney-sc-ap1": "hackney-sc-ap2", "hackney-sc-ap2": "hackney-sc-ap1"}[name]
    roam = judge_roams(
        reconfigured(plan, name, "mobility_domain=d6a7", "mobility_domain=beef"), steps(), logs(), air()
    )[1]
    assert roam.kind is Kind.FT_AIR
    assert roam.faults == (f"{name}: mobility_domain is not that of {other}: beef here, d6a7 there",)


def test_a_wrong_key_is_named_and_not_shown(plan: Plan) -> None:
    broken = reconfigured(plan, "hackney-sc-ap2", "r0kh=ff:ff:ff:ff:ff:ff * ", "r0kh=ff:ff:ff:ff:ff:ff * 0")
    roam = judge_roams(broken, steps(connected=False), {**logs(), "hackney-sc-ap1.hostapd.log": UNREADABLE}, air())[2]
    assert roam.faults[1:] == (
        "hackney-sc-ap2: r0kh is not that of hackney-sc-ap1",
        "hackney-sc-ap1: cannot decrypt the key messages of hackney-sc-ap2 (r0kh, r1kh)",
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("bridge=brvlan211\n", "", "bridge is missing, so 802.11r's key messages never reach another access point"),
        (" FT-EAP", "", "wpa_key_mgmt offers no FT-EAP"),
        ("mobility_domain=", "# ", "mobility_domain is missing"),
        ("r0kh=", "# ", "r0kh is missing, so it reads no key message of another access point"),
        ("r1kh=", "# ", "r1kh is missing, so it reads no key message of another access point"),
    ],
)
def test_a_template_without_802_11r(plan: Plan, old: str, new: str, said: str) -> None:
    broken = reconfigured(reconfigured(plan, "hackney-sc-ap1", old, new), "hackney-sc-ap2", old, new)
    roam = judge_roams(broken, steps(), logs(), air())[1]
    assert roam.faults == (f"hackney-sc-ap1: {said}", f"hackney-sc-ap2: {said}")


def test_a_captured_roam_is_laid_beside_each_step(plan: Plan) -> None:
    first, second, *_ = judge_roams(plan, steps(), logs(), air())
    assert (first.d1_ms, first.d2_ms, first.log_ms) == (None, 70.6, 85.9)
    assert (second.d1_ms, second.d2_ms, second.log_ms) == (40.0, 17.0, 176.6)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"bssid": bytes(6)}, "ft_air in wpa_supplicant's log, and no roam in the capture"),
        ({"client": bytes(6)}, "ft_air in wpa_supplicant's log, and no roam in the capture"),
        ({"start": 1}, "ft_air in wpa_supplicant's log, and no roam in the capture"),
        ({"kind": Heard.FULL_EAP}, "full_eap in the capture, ft_air in wpa_supplicant's log"),
        (
            {"kind": Heard.INCOMPLETE, "why": "refused with status 53"},
            "incomplete (refused with status 53) in the capture, ft_air in wpa_supplicant's log",
        ),
        ({"d2_ms": None}, "no D2, because the capture has not both of its ends"),
        ({"d2_ms": 19.004}, "D2 ends 0.004 ms after the log's CTRL-EVENT-CONNECTED"),
        ({"d2_ms": 19.001}, ""),
    ],
)
def test_a_capture_that_tells_otherwise_fails_the_step(plan: Plan, wrong: dict[str, Any], said: str) -> None:
    roams = judge_roams(plan, steps(), logs(), changed(air(), 1, **wrong))
    assert [roam.faults for roam in roams] == [(), (f"officer at hackney-sc-ap2: {said}",) if said else (), (), ()]


def test_a_capture_by_another_clock(plan: Plan) -> None:
    start = air().roams[1].start - 160_000_000
    roam = judge_roams(plan, steps(), logs(), changed(air(), 1, start=start))[1]
    assert roam.faults == ("officer at hackney-sc-ap2: D2 begins 2.432 ms before the log's Trying to authenticate",)


def test_what_the_log_has_as_failed_went_well_in_the_capture(plan: Plan) -> None:
    went = changed(air("wrong-key"), 1, kind=Heard.FT_AIR)
    began = [one.start / 1e9 for one in went.roams]
    seen = steps()[:2]
    seen[0] |= {"began": began[0] - 1, "ended": began[1] - 0.01}
    seen[1] |= {"began": began[1] - 0.01, "ended": began[2] - 0.01, "connected": False, "at": ONE}
    short = replace(plan, scenario=plan.scenario.model_copy(update={"walk": plan.scenario.walk[:2]}))
    roam = judge_roams(short, seen, logs("wrong-key"), went)[1]
    assert roam.faults[1:] == ("officer at hackney-sc-ap2: ft_air in the capture, failed in wpa_supplicant's log",)


def test_json_says_that_a_run_was_emulated() -> None:
    heard = captured(ONE, 10.0, Heard.INITIAL, 12.5)
    tried = Attempt(ONE, 9.999, 10.019, Kind.INITIAL)
    roam = Roam(
        "officer",
        "",
        "a",
        Kind.INITIAL,
        Kind.INITIAL,
        "211",
        (),
        tried,
        heard,
        12.6,
        ("b",),
        pmf=True,
        mishaps=("c killed",),
    )
    judgement = Judgement("walk", emulated=True, seconds=3.14, roams=(roam,), supposed=("as if",))
    assert judgement.document() == {
        "scenario": "walk",
        "emulated": True,
        "passed": True,
        "seconds": 3.1,
        "lost": 0,
        "kinds": {
            "initial": {"roams": 1, "d1_ms": None, "d2_ms": {"median": 12.5, "worst": 12.5}},
        },
        "supposed": ["as if"],
        "roams": [
            {
                "client": "officer",
                "from": None,
                "to": "a",
                "kind": "initial",
                "expected": "initial",
                "d1_ms": None,
                "d2_ms": 12.5,
                "phases": {"auth": 0.4, "reassoc": 0.3, "eap": 30.0, "four_way": 6.6},
                "offsets": {"auth": 0.0, "reassoc": 5.1, "eap": 33.1, "four_way": 64.0},
                "captured": "initial",
                "reassociation": False,
                "inferred": False,
                "why": None,
                "steered": False,
                "akm": "FT-802.1X",
                "pmf": True,
                "overtaken": ["b"],
                "mishaps": ["c killed"],
                "hostapd_ms": 12.6,
                "log_ms": 20.0,
                "vlan": "211",
                "passed": True,
                "faults": [],
            }
        ],
    }
