"""A walk that a guest recorded: its plan, its steps, its supplicant's log, and what a capture of it would tell."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.radio.air import Air
from lab.radio.journal import read_attempts
from lab.radio.plan import make_plan
from lab.radio.scenario import Kind, find_scenario, read_scenario
from monitor.passive.captures import Kind as Heard
from monitor.passive.captures import Roam
from roaming.render import render

if TYPE_CHECKING:
    from lab.pki import Material
    from lab.radio.plan import Plan
    from roaming.model.network import Network

LOGS = Path(__file__).parent / "logs"
MAC = "02:c0:00:00:00:01"
ONE, TWO = "02:00:0a:0c:15:00", "02:00:0a:0c:16:00"
# When each step began and ended, and where the client was then.
WALKED = [
    (1796060973.2719254, 1796060973.9763658, ONE),
    (1796060974.476468, 1796060975.2641726, TWO),
    (1796060975.764272, 1796060976.4366548, ONE),
    (1796060976.9367542, 1796060977.620554, TWO),
]
FAST = {"auth": (0.0, 12.4), "reassoc": (15.9, 1.1)}
FULL = {"auth": (0.0, 0.4), "reassoc": (5.1, 0.3), "eap": (33.1, 30.0), "four_way": (64.0, 6.6)}


def planned(network: Network, material: Material, name: str, **changes: object) -> Plan:
    """Return the plan of one of our scenarios, with changes to it."""
    scenario = read_scenario(find_scenario(name)).model_copy(update=changes)
    return make_plan(network, render(network), material, scenario)


def reconfigured(plan: Plan, name: str, old: str, new: str) -> Plan:
    """Return a plan in which an access point's configuration is otherwise."""
    stations = tuple(
        replace(one, configuration=one.configuration.replace(old, new)) if one.name == name else one
        for one in plan.stations
    )
    assert stations != plan.stations
    return replace(plan, stations=stations)


def line(at: float, text: str) -> str:
    return f"{at:.6f}: wlan0: {text}\n"


def trying(at: float, bssid: str) -> str:
    return line(at, f"SME: Trying to authenticate with {bssid} (SSID='govroam' freq=5180 MHz)")


def connected(at: float, bssid: str) -> str:
    return line(at, f"CTRL-EVENT-CONNECTED - Connection to {bssid} completed [id=0 id_str=]")


def steps(vlan: str = "211", *, connected: bool = True) -> list[dict[str, Any]]:
    return [
        {"began": began, "ended": ended, "at": at, "vlan": vlan, "connected": connected} for began, ended, at in WALKED
    ]


def logs(name: str = "walk") -> dict[str, str]:
    return {"officer.wpa_supplicant.log": (LOGS / f"{name}.log").read_text()}


def captured(bssid: str, start: float, kind: Heard, d2_ms: float | None = 17.0) -> Roam:
    """Return a roam as a capture tells it."""
    spans = {Heard.INCOMPLETE: {}, Heard.INITIAL: FULL, Heard.FULL_EAP: FULL}.get(kind, FAST)
    return Roam(
        client=bytes.fromhex(MAC.replace(":", "")),
        previous=None,
        bssid=bytes.fromhex(bssid.replace(":", "")),
        kind=kind,
        start=round(start * 1_000_000) * 1000,
        d1_ms=None if kind is Heard.INITIAL else 40.0,
        d2_ms=d2_ms,
        d4_ms=None,
        phases={name: ms for name, (_, ms) in spans.items()},
        offsets={name: began for name, (began, _) in spans.items()},
        again=kind is not Heard.INITIAL,
        ssid="govroam",
        akm="FT-802.1X",
        why="",
        acked=True,
        doubtful=False,
        inferred=False,
        fast=kind in {Heard.FT_AIR, Heard.FT_DS},
        refused=None,
    )


def recorded(name: str) -> list[dict[str, Any]]:
    """Return the steps of a walk as the guest recorded them."""
    steps: list[dict[str, Any]] = json.loads((LOGS / f"{name}.json").read_text())
    return steps


def air(name: str = "walk") -> Air:
    """Return a capture that agrees with a recorded log: each D2 ends 2 ms before its connection."""
    found = []
    for one in read_attempts(logs(name)["officer.wpa_supplicant.log"]):
        d2 = min(70.6 if one.kind in {Kind.INITIAL, Kind.FULL_EAP} else 17.0, (one.ms or 0) - 3)
        if one.ended is None:
            found.append(captured(one.bssid, one.began + 0.001, Heard.INCOMPLETE, None))
        else:
            found.append(captured(one.bssid, one.ended - 0.002 - d2 / 1000, Heard(one.kind.value), d2))
    return Air(tuple(found))


def changed(air: Air, number: int, **values: Any) -> Air:  # noqa: ANN401  fields of a Roam
    """Return a capture in which one roam is otherwise."""
    return Air(tuple(replace(one, **values) if at == number else one for at, one in enumerate(air.roams)))
