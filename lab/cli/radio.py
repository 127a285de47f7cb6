"""`roam-lab radio`."""

from __future__ import annotations

import json
import signal
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from lab.cli.options import JsonOption  # noqa: TC001  typer reads annotations at run time
from lab.cli.progress import console, steps
from lab.pki import generate
from lab.radio.edits import EDITS
from lab.radio.guest import GuestShop, Qemu, cache_folder, ensure_guest
from lab.radio.kept import keep
from lab.radio.plan import make_plan
from lab.radio.run import walk
from lab.radio.scenario import find_scenario, read_scenario
from lab.radio.summary import lost, tallies
from lab.radio.timeline import draw
from lab.radio.verdict import Judgement, judge_roams
from roaming.cli.options import DEFAULT_INVENTORY, InventoryOption
from roaming.load import load
from roaming.render import render

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from lab.radio.plan import Plan
    from lab.radio.run import Walked
    from lab.radio.summary import Spread
    from lab.radio.verdict import Roam

EMULATED = "Emulated: the times compare with one another and not with those of real radios (docs/radio.md)."
_STEPS = 12
# A shell's exit status of what a signal ended is this and the signal's number.
_SIGNALLED = 128


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("radio")(radio)


def radio(
    scenario: Annotated[str, typer.Argument(help="One of ours, such as walk, or a file that ends in .yml.")],
    *,
    inventory: InventoryOption = DEFAULT_INVENTORY,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Keep logs, console, capture and picture here [out/radio/SCENARIO]."),
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
        with _tidied_when_ended():
            walked = walk(machine, guest, plan, kept, step)
    judgement = judged(plan, walked, kept)
    for note in walked.air.notes:
        typer.echo(f"note: {note}", err=True)
    if as_json:
        typer.echo(json.dumps(judgement.document(), indent=2))
    else:
        console().print(table(judgement))
        console().print(summary(judgement))
        for line in sentences(judgement, kept):
            typer.echo(line)
    raise typer.Exit(0 if judgement.passed else 1)


def judged(plan: Plan, walked: Walked, kept: Path) -> Judgement:
    """Hold a walk against its scenario; keep what it was, and a drawing of it, in `kept`."""
    roams = judge_roams(plan, walked.steps, walked.logs, walked.air)
    judgement = Judgement(plan.scenario.scenario, walked.ran.emulated, walked.seconds, roams, plan.supposed)
    keep(judgement, kept)
    span = (walked.steps[0]["began"], walked.steps[-1]["ended"])
    (kept / "walk.svg").write_text(draw(plan, judgement, span, walked.logs), encoding="utf-8")
    return judgement


@contextmanager
def _tidied_when_ended() -> Iterator[None]:
    """Have other signals unwind like Ctrl-C: what the guest was lent holds secrets, and has to go with it."""

    def end(number: int, _: FrameType | None) -> None:
        raise SystemExit(_SIGNALLED + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def table(judgement: Judgement) -> Table:
    """Show each roam with its times."""
    unit = "ms, emulated" if judgement.emulated else "ms"
    found = Table(title=f"radio {judgement.scenario}, times in {unit}", title_justify="left")
    for heading in ("client", "from", "to", "kind", "D1", "D2", "phases", "log", "VLAN", "verdict"):
        found.add_column(heading, overflow="fold")
    for roam in judgement.roams:
        d1, d2, log = ("" if ms is None else f"{ms:.1f}" for ms in (roam.d1_ms, roam.d2_ms, roam.log_ms))
        verdict = "pass" if roam.passed else "FAIL"
        kind = f"{roam.kind}, steered" if roam.steered else roam.kind
        found.add_row(roam.client, roam.start, roam.to, kind, d1, d2, _phases(roam), log, roam.vlan, verdict)
    return found


def summary(judgement: Judgement) -> Table:
    """Show each kind with the median and the worst of its times."""
    found = Table(title=f"by kind; {lost(judgement.roams)} lost", title_justify="left")
    for heading in ("kind", "roams", "D1 median", "D1 worst", "D2 median", "D2 worst"):
        found.add_column(heading, justify="left" if heading == "kind" else "right")
    for tally in tallies(judgement.roams):
        found.add_row(tally.kind, str(tally.roams), *_times(tally.d1), *_times(tally.d2))
    return found


def _times(spread: Spread | None) -> tuple[str, str]:
    return (f"{spread.median:.1f}", f"{spread.worst:.1f}") if spread else ("", "")


def _phases(roam: Roam) -> str:
    phases = roam.air.phases if roam.air else {}
    return ", ".join(f"{name.replace('_', '-')} {ms:.1f}" for name, ms in phases.items())


def sentences(judgement: Judgement, kept: Path) -> Iterator[str]:
    """Say what is wrong, what the guest changed in rendered files, and how to take the figures."""
    for step, roam in enumerate(judgement.roams, 1):
        if roam.mishaps:
            yield f"Before step {step}: {', '.join(roam.mishaps)}"
    for roam in judgement.roams:
        for number, fault in enumerate(roam.faults):
            yield f"{'    ' if number else 'FAIL '}{fault}"
    if judgement.supposed:
        yield "Rendered as if the inventory said:"
        yield from (f"  {one}" for one in judgement.supposed)
    yield "The guest's edits in rendered files, and there are no others:"
    yield from (f"  {edit}" for edit in EDITS)
    if judgement.emulated:
        yield EMULATED
    passed = sum(roam.passed for roam in judgement.roams)
    kept_words = "logs, air.pcap and the picture walk.svg"
    yield f"{passed} of {len(judgement.roams)} as expected; {judgement.seconds:.0f} s; {kept_words} are in {kept}"
