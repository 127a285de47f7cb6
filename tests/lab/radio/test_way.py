"""A step that went in another way than it asks for fails, and says what stood in the way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from lab.radio.journal import read_attempts
from lab.radio.scenario import Kind
from lab.radio.way import Going, wrong_way
from monitor.passive.captures import Kind as Heard
from tests.lab.radio.walked import LOGS, MAC, ONE, TWO, captured, planned, reconfigured

if TYPE_CHECKING:
    from lab.pki import Material
    from lab.radio.journal import Attempt
    from roaming.model.network import Network

AP1, AP2 = "hackney-sc-ap1", "hackney-sc-ap2"
ANSWER = f"5.0: wlan0: BSS-TM-RESP {MAC} status_code=0 bss_termination_delay=0 target_bssid={TWO}\n"
SEEN: dict[str, Any] = {"began": 4.0, "ended": 6.0, "pmf": True}
NOT_WPA3 = "which is not WPA3"


def attempt(name: str) -> Attempt:
    return read_attempts((LOGS / f"{name}.log").read_text())[1]


@pytest.mark.parametrize(
    ("answer", "log", "said"),
    [
        (ANSWER, "steered", []),
        ("", "steered", [f"tablet did not answer {AP1}, which asked it to go to {AP2}"]),
        (ANSWER.replace("code=0", "code=7"), None, [f"tablet would not go from {AP1} to {AP2} (status 7)"]),
        (ANSWER.replace(TWO, ONE), None, [f"tablet chose {AP1} when {AP1} asked it to go to {AP2}"]),
        (ANSWER, None, []),
        (
            ANSWER,
            "walk",
            [f"tablet went to {AP2}, and not because {AP1} asked it to, by wpa_supplicant's log"],
        ),
    ],
)
def test_steered(network: Network, material: Material, answer: str, log: str | None, said: list[str]) -> None:
    plan = planned(network, material, "steered")
    step = next(one for one in plan.scenario.walk if one.client == "tablet" and one.expect is Kind.FT_AIR)
    going = Going(AP1, attempt(log) if log else None, None, SEEN)
    assert list(wrong_way(plan, step, going, {f"{AP1}.hostapd.log": answer})) == said


def test_who_must_fail_may_be_silent(network: Network, material: Material) -> None:
    plan = planned(network, material, "steered")
    step = plan.scenario.walk[-1]
    assert (step.client, step.expect) == ("officer", Kind.FAILED)
    assert list(wrong_way(plan, step, Going(AP1, None, None, SEEN), {})) == []


@pytest.mark.parametrize(
    ("where", "spoiled", "said"),
    [
        (("over-ds", 2), (AP1, AP2), [f"{AP1}: ft_over_ds is 0", f"{AP2}: ft_over_ds is 0"]),
        (("over-ds", 2), (AP2,), []),
        (("over-ds", 4), (AP1, AP2), []),
        (("steered", 3), (AP1,), [f"{AP1}: bss_transition is missing"]),
        (("steered", 3), (AP2,), []),
    ],
)
def test_a_setting_that_rules_a_way_out_is_named(
    network: Network, material: Material, where: tuple[str, int], spoiled: tuple[str, ...], said: list[str]
) -> None:
    """Where two access points differ in one, that is said elsewhere."""
    scenario, number = where
    old, new = {"over-ds": ("ft_over_ds=1", "ft_over_ds=0"), "steered": ("bss_transition=1\n", "")}[scenario]
    plan = planned(network, material, scenario)
    for name in spoiled:
        plan = reconfigured(plan, name, old, new)
    going = Going(AP1, attempt("steered"), None, SEEN)
    assert list(wrong_way(plan, plan.scenario.walk[number], going, {f"{AP1}.hostapd.log": ANSWER})) == said


@pytest.mark.parametrize(
    ("akm", "pmf", "said"),
    [
        ("FT-802.1X", True, []),
        ("802.1X-SHA256", True, []),
        ("802.1X", True, [f"officer at {AP2}: it asked for 802.1X in the capture, {NOT_WPA3}"]),
        ("", True, [f"officer at {AP2}: it asked for no keys in the capture, {NOT_WPA3}"]),
        ("FT-802.1X", False, [f"officer at {AP2}: hostapd has it without protected management frames, {NOT_WPA3}"]),
    ],
)
def test_wpa3(network: Network, material: Material, akm: str, said: list[str], *, pmf: bool) -> None:
    plan = planned(network, material, "wpa3")
    step = next(one for one in plan.scenario.walk if one.client == "officer" and one.expect is Kind.FT_AIR)
    air = replace(captured(TWO, 5.0, Heard.FT_AIR), akm=akm)
    assert list(wrong_way(plan, step, Going(AP1, attempt("walk"), air, {**SEEN, "pmf": pmf}), {})) == said
