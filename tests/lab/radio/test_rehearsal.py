"""A push that a real walk on simulated radios forbids: the command of `ROAM_REHEARSAL` as people set it."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from typing import TYPE_CHECKING

import pytest
import typer

from roaming.cli.carry import Terms, Undertaking, carry_out
from roaming.load import load
from roaming.push import RehearsalCommand, Stage
from roaming.render import render
from tests.push.guarded import GuardedSession
from tests.push.test_campaign import campaign

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("radio")]

SITE = "  - slug: service-centre\n"
SCENARIO = "wrong-mobility-domain"


def test_a_walk_that_fails_touches_no_access_point(
    repository: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    inventory, kept = tmp_path / "inventory", tmp_path / "kept"
    shutil.copytree(repository / "lab" / "inventory", inventory)
    file = inventory / "boroughs" / "hackney.yml"
    assert file.read_text().count(SITE) == 1
    file.write_text(file.read_text().replace(SITE, f"{SITE}    rehearsals: [{SCENARIO}]\n"))
    network = load(inventory).network
    bundle = render(network).limited("hackney/service-centre")
    sessions = {device.name: GuardedSession() for device in bundle.devices}
    work = campaign(network, bundle, tmp_path, sessions)
    wanted = work.wanted(bundle)
    program = shlex.join([sys.executable, "-m", "lab.cli"])
    command = RehearsalCommand.parse(f"{program} radio {{scenario}} -i {{inventory}} -o {shlex.quote(str(kept))}")
    one = Undertaking(work, work.plan(wanted), wanted, Terms(yes=True), bundle.digest(), Stage(inventory, command))
    with pytest.raises(typer.Exit) as ended:
        carry_out(one)
    said = capfd.readouterr()
    assert ended.value.exit_code == 1, said.err
    assert f"{SCENARIO} for hackney/service-centre: failed, exit status 1 after " in said.out
    assert "mobility_domain is not that of hackney-sc-ap1: beef here, d6a7 there" in said.err
    assert not [name for name, session in sessions.items() if session.orders or session.written]
    # What the walk kept says why, and the capture does not contradict it.
    roam = json.loads((kept / "walk.json").read_text())["roams"][1]
    assert "hackney-sc-ap2: mobility_domain is not that of hackney-sc-ap1: beef here, d6a7 there" in roam["faults"]
    assert not [fault for fault in roam["faults"] if "capture" in fault]
    assert "FAIL" in (kept / "walk.svg").read_text()
