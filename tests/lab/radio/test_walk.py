"""Real hostapd and real supplicants on simulated radios: FT with what is rendered, and what is misconfigured is found.

One boot for all scenarios, most of it emulation: these are slow tests, so there are as few as can show it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.cli.radio import judged
from lab.radio.guest import GuestShop, Qemu, cache_folder, ensure_guest
from lab.radio.plan import make_plan
from lab.radio.run import walk_all
from lab.radio.scenario import Client, How, Kind, Scenario, Security, Step, Supposed, find_scenario, read_scenario
from roaming.model.wlan import FastRoaming
from roaming.render import render

if TYPE_CHECKING:
    from pathlib import Path

    from lab.pki import Material
    from lab.radio.run import Walked
    from lab.radio.verdict import Judgement
    from roaming.model.network import Network

    Walks = dict[str, tuple[Walked, Judgement, Path]]

SCENARIOS = ("walk", "wrong-key", "access-point-dies")
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


@pytest.fixture(scope="module")
def walks(network: Network, material: Material, tmp_path_factory: pytest.TempPathFactory) -> Walks:
    folder = tmp_path_factory.mktemp("radio")
    found = {**{name: read_scenario(find_scenario(name)) for name in SCENARIOS}, "walk": every_way()}
    plans = {folder / name: make_plan(network, render(network), material, one) for name, one in found.items()}
    walked = walk_all(Qemu(), ensure_guest(GuestShop(cache_folder(), print)), plans, print)
    return {
        out.name: (one, judged(plan, one, out), out) for (out, plan), one in zip(plans.items(), walked, strict=True)
    }


def test_every_roam_within_a_building_is_an_ft_roam(walks: Walks, material: Material) -> None:
    walked, judgement, out = walks["walk"]
    faults = [fault for roam in judgement.roams for fault in roam.faults]
    assert not faults, "\n  ".join(("with what is rendered, roams are not what they should be:", *faults))
    ways = [Kind.INITIAL, Kind.FT_AIR, Kind.FT_AIR, Kind.FT_AIR, Kind.INITIAL, Kind.FT_AIR, Kind.FT_DS]
    assert [roam.kind for roam in judgement.roams] == ways
    assert [roam.steered for roam in judgement.roams] == [False] * 5 + [True, False]
    assert [roam.pmf for roam in judgement.roams] == [True] * 4 + [False] * 3
    # The capture is whole, and tells what the supplicant logged; that D2 lies within the log's is a fault otherwise.
    assert walked.air.notes == ()
    assert [roam.air and roam.air.kind.value for roam in judgement.roams] == [roam.kind for roam in judgement.roams]
    assert all(0 < (roam.d2_ms or 0) <= (roam.log_ms or 0) for roam in judgement.roams)
    assert all(abs((roam.d2_ms or 0) - (roam.hostapd_ms or 0)) < HOSTAPD_MS for roam in judgement.roams)
    assert all(0 < (roam.d1_ms or 0) < D1_MS for roam in judgement.roams if roam.start)
    left = {path.name: path.read_bytes() for path in out.iterdir()}
    assert left["air.pcap"][:4] in {b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4"}
    secrets = {name: value.encode() for name, value in material.secrets.items()}
    assert not [(file, name) for file, text in left.items() for name, value in secrets.items() if value in text]


def test_what_is_misconfigured_is_found(walks: Walks) -> None:
    """A wrong key; the wrong mobility domain of another scenario is found in test_rehearsal.py."""
    _, judgement, out = walks["wrong-key"]
    assert not judgement.passed
    assert "hackney-sc-ap2: r0kh is not that of hackney-sc-ap1" in judgement.roams[1].faults
    assert not [fault for fault in judgement.roams[1].faults if "capture" in fault]
    assert "FAIL" in (out / "walk.svg").read_text()


def test_from_a_dead_access_point(walks: Walks) -> None:
    """Who finds its keys at the next one is there long before who has to authenticate in full, told or not."""
    _, judgement, out = walks["access-point-dies"]
    faults = [fault for roam in judgement.roams for fault in roam.faults]
    assert not faults, "\n  ".join(("from a dead access point:", *faults))
    fast, in_vain, unaided = (roam.d1_ms or 0 for roam in judgement.roams[-3:])
    assert 0 < fast < D1_MS < min(in_vain, unaided)
    assert "before 6: hackney-sc-ap2 killed" in (out / "walk.svg").read_text()
