"""`roam-lab alarms`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from lab.cli.options import DEFAULT_NAME, LAB_INVENTORY, JsonOption, LabInventoryOption, NameOption, ScaleOption
from lab.cli.progress import console, diary
from lab.cli.watched import watched
from lab.engine import find_engine
from lab.faults import Faults
from lab.folder import folder
from lab.scenarios.alarms import LabEars, Run, chosen
from lab.watch import DEFAULT_SCALE

if TYPE_CHECKING:
    from lab.scenarios.alarms import Outcome


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("alarms")(alarms)


def alarms(
    *,
    inventory: LabInventoryOption = LAB_INVENTORY,
    name: NameOption = DEFAULT_NAME,
    only: Annotated[list[str] | None, typer.Option("--only", help="Only this row; may be repeated.")] = None,
    scale: ScaleOption = DEFAULT_SCALE,
    as_json: JsonOption = False,
) -> None:
    """Play the fault table: break, wait for every alert that must fire, see that no other does, mend.

    A lab that is up is used, and watched if nobody does; without one a lab is made and taken down again.

    Example: roam-lab alarms --only hub-stopped
    """
    rows, say = chosen(only or ()), diary()
    where = folder(name)
    engine = find_engine(where.root)
    with watched(engine, where, inventory, scale, say) as topology:
        run = Run(Faults(engine, topology, where), LabEars(engine, topology), say=say)
        outcomes: list[Outcome] = []
        try:
            for row in rows:
                outcomes.append(run.play(row))
                say(f"{row.name}: {verdict(outcomes[-1])}")
        finally:  # What was played is told, also when a later row cannot be.
            _print(outcomes, as_json=as_json)
    say("done")
    raise typer.Exit(0 if all(outcome.passed for outcome in outcomes) else 1)


def _print(outcomes: list[Outcome], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(document(outcomes), indent=2))
    else:
        console().print(table(outcomes))


def verdict(outcome: Outcome) -> str:
    """Say in a line how a row went."""
    if outcome.passed:
        return f"as expected, after {outcome.detected_s:.0f} s"
    missing = [f"{one} is missing" for one in outcome.missing]
    false = [f"{alarm} ({alarm.owner}) is false" for alarm in outcome.false]
    return ", ".join((*missing, *false, *(("it does not heal",) if outcome.healed_s is None else ())))


def table(outcomes: list[Outcome]) -> Table:
    """Show what came of each row."""
    found = Table()
    for heading in ("fault", "expected", "fired", "owner", "detected", "silent again", "false alarms", ""):
        found.add_column(heading, overflow="fold")
    for outcome in outcomes:
        fired = [f"{alarm} {seconds:.0f} s" for alarm, seconds in outcome.fired]
        found.add_row(
            "\n".join(outcome.row.faults),
            "\n".join(map(str, outcome.row.expected)),
            "\n".join(fired) or "nothing",
            "\n".join(alarm.owner for alarm, _ in outcome.fired),
            _seconds(outcome.detected_s),
            _seconds(outcome.healed_s),
            "\n".join(f"{alarm} ({alarm.owner})" for alarm in outcome.false) or "none",
            "✓" if outcome.passed else "✗",
        )
    return found


def document(outcomes: list[Outcome]) -> dict[str, object]:
    """Return what came of each row, for machines."""
    rows = [
        {
            "row": outcome.row.name,
            "faults": outcome.row.faults,
            "expected": [asdict(one) for one in outcome.row.expected],
            "fired": [asdict(alarm) | {"seconds": round(seconds, 1)} for alarm, seconds in outcome.fired],
            "detected_s": outcome.detected_s,
            "healed_s": outcome.healed_s,
            "false": [asdict(alarm) for alarm in outcome.false],
            "passed": outcome.passed,
        }
        for outcome in outcomes
    ]
    return {"rows": rows, "passed": all(outcome.passed for outcome in outcomes)}


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.0f} s"
