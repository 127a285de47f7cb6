"""Real hostapd and real supplicants on simulated radios: FT with what is rendered, and what is misconfigured is found.

One boot a test, most of it emulation: these are the slowest tests here, so there are as few as can show it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from lab.cli import app
from lab.radio.guest import GuestShop, Qemu, cache_folder, ensure_guest
from lab.radio.plan import make_plan
from lab.radio.run import walk
from lab.radio.scenario import Client, How, Kind, Scenario, Security, Step, Supposed, find_scenario, read_scenario
from lab.radio.verdict import judge_roams
from roaming.model.wlan import FastRoaming
from roaming.render import render

if TYPE_CHECKING:
    from pathlib import Path

    from lab.pki import Material
    from roaming.model.network import Network

# How far hostapd's own log of D2 may be from the capture's: its work before it logs.
HOSTAPD_MS = 5
# A client that talks 50 times a second has a gap no longer than its roam, and the kernel's work of leaving before it.
D1_MS = 400

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("radio")]


AP1, AP2 = "hackney-sc-ap1", "hackney-sc-ap2"


def every_way() -> Scenario:
    """Return `walk` with a second client, which is steered and asks over the DS: that takes no boot of its own."""
    walk = read_scenario(find_scenario("walk"))
    tablet = Client(name="tablet", home="hackney", security=Security.WPA2)
    ways = (
        Step(client="tablet", to=AP1, expect=Kind.INITIAL),
        Step(client="tablet", to=AP2, expect=Kind.FT_AIR, how=How.STEERED),
        Step(client="tablet", to=AP1, expect=Kind.FT_DS, how=How.OVER_DS),
    )
    supposed = Supposed(fast_roaming=FastRoaming(over_ds=True))
    return walk.model_copy(update={"clients": (*walk.clients, tablet), "walk": (*walk.walk, *ways), "wlan": supposed})


def test_every_roam_within_a_building_is_an_ft_roam(network: Network, material: Material, tmp_path: Path) -> None:
    plan = make_plan(network, render(network), material, every_way())
    walked = walk(Qemu(), ensure_guest(GuestShop(cache_folder(), print)), plan, tmp_path, print)
    roams = judge_roams(plan, walked.steps, walked.logs, walked.air)
    assert [(roam.kind, roam.faults) for roam in roams] == [
        (Kind.INITIAL, ()),
        (Kind.FT_AIR, ()),
        (Kind.FT_AIR, ()),
        (Kind.FT_AIR, ()),
        (Kind.INITIAL, ()),
        (Kind.FT_AIR, ()),
        (Kind.FT_DS, ()),
    ]
    assert [roam.steered for roam in roams] == [False] * 5 + [True, False]
    assert [roam.pmf for roam in roams] == [True] * 4 + [False] * 3
    # The capture is whole, and tells what the supplicant logged; that D2 lies within the log's is a fault otherwise.
    assert walked.air.notes == ()
    assert [roam.air and roam.air.kind.value for roam in roams] == [roam.kind.value for roam in roams]
    assert all(0 < (roam.d2_ms or 0) <= (roam.log_ms or 0) for roam in roams)
    assert all(abs((roam.d2_ms or 0) - (roam.hostapd_ms or 0)) < HOSTAPD_MS for roam in roams)
    assert all(0 < (roam.d1_ms or 0) < D1_MS for roam in roams if roam.start)
    left = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert left["air.pcap"][:4] in {b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4"}
    secrets = {name: value.encode() for name, value in material.secrets.items()}
    assert not [(file, name) for file, text in left.items() for name, value in secrets.items() if value in text]


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ("wrong-key", "hackney-sc-ap2: r0kh is not that of hackney-sc-ap1"),
    ],
)
def test_what_is_misconfigured_is_found(repository: Path, tmp_path: Path, scenario: str, said: str) -> None:
    words = ["radio", scenario, "-i", str(repository / "lab" / "inventory"), "-o", str(tmp_path), "--json"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 1, result.stderr
    roam = json.loads(result.stdout)["roams"][1]
    assert said in roam["faults"]
    assert not [fault for fault in roam["faults"] if "capture" in fault]
    assert "FAIL" in (tmp_path / "walk.svg").read_text()
