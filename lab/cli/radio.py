"""`roam-lab radio`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from lab.cli.options import JsonOption  # noqa: TC001  typer reads annotations at run time
from lab.cli.progress import console, steps
from lab.pki import generate
from lab.radio.edits import EDITS
from lab.radio.guest import GuestShop, Qemu, cache_folder, ensure_guest
from lab.radio.plan import make_plan
from lab.radio.run import walk
from lab.radio.scenario import find_scenario, read_scenario
from lab.radio.verdict import Judgement, judge_roams
from roaming.cli.options import DEFAULT_INVENTORY, InventoryOption
from roaming.load import load
from roaming.render import render

if TYPE_CHECKING:
    from collections.abc import Iterator

_STEPS = 12


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("radio")(radio)


def radio(
    scenario: Annotated[str, typer.Argument(help="One of ours, such as walk, or a file that ends in .yml.")],
    *,
    inventory: InventoryOption = DEFAULT_INVENTORY,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Keep logs, console and capture here [out/radio/SCENARIO].")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Walk clients through a building of simulated radios, with the access points' rendered configuration.

    Exit status 1 when a roam is not what the scenario expects.

    Example: roam-lab radio walk -i lab/inventory
    """
    wanted = read_scenario(find_scenario(scenario))
    network = load(inventory).network
    plan = make_plan(network, render(network), generate(network), wanted)
    kept = out or Path("out", "radio", wanted.scenario)
    with steps(_STEPS + len(wanted.walk)) as step:
        machine = Qemu()
        machine.require()
        guest = ensure_guest(GuestShop(cache_folder(), step))
        walked = walk(machine, guest, plan, kept, step)
    roams = judge_roams(plan, walked.steps, walked.logs)
    judgement = Judgement(wanted.scenario, walked.ran.emulated, walked.seconds, roams)
    if as_json:
        typer.echo(json.dumps(judgement.document(), indent=2))
    else:
        console().print(table(judgement))
        for line in sentences(judgement, kept):
            typer.echo(line)
    raise typer.Exit(0 if judgement.passed else 1)


def table(judgement: Judgement) -> Table:
    """Show each roam with what was expected."""
    unit = "ms, emulated" if judgement.emulated else "ms"
    figures = (f"D2 {unit}", f"log {unit}")
    found = Table(title=f"radio {judgement.scenario}", title_justify="left")
    for heading in ("client", "from", "to", "kind", *figures, "VLAN", "expected", "verdict"):
        found.add_column(heading, overflow="fold")
    for roam in judgement.roams:
        took = ("" if ms is None else f"{ms:.0f}" for ms in (roam.d2_ms, roam.log_ms))
        verdict = "pass" if roam.passed else "FAIL"
        found.add_row(roam.client, roam.start, roam.to, roam.kind, *took, roam.vlan, roam.expected, verdict)
    return found


def sentences(judgement: Judgement, kept: Path) -> Iterator[str]:
    """Say what is wrong, what the guest changed in rendered files, and how to take the figures."""
    for roam in judgement.roams:
        for number, fault in enumerate(roam.faults):
            yield f"{'    ' if number else 'FAIL '}{fault}"
    yield "The guest's edits in rendered files, and there are no others:"
    yield from (f"  {edit}" for edit in EDITS)
    if judgement.emulated:
        yield "Emulated: the times compare with one another and not with those of real radios (docs/radio.md)."
    passed = sum(roam.passed for roam in judgement.roams)
    yield f"{passed} of {len(judgement.roams)} as expected; {judgement.seconds:.0f} s; logs and air.pcap in {kept}"
