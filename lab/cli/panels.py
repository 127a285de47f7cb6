"""`roam-lab panels`."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from lab.cli.options import DEFAULT_NAME, LAB_INVENTORY, JsonOption, LabInventoryOption, NameOption, ScaleOption
from lab.cli.progress import console, diary
from lab.cli.watched import watched
from lab.engine import find_engine
from lab.faults import Faults
from lab.folder import folder
from lab.scenarios.alarms import LabEars
from lab.scenarios.panels import LabCrowd, Run
from lab.topology import container
from lab.watch import DEFAULT_SCALE, LabPrometheus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.scenarios.panels import Row


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("panels")(panels)


def panels(
    *,
    inventory: LabInventoryOption = LAB_INVENTORY,
    name: NameOption = DEFAULT_NAME,
    scale: ScaleOption = DEFAULT_SCALE,
    as_json: JsonOption = False,
) -> None:
    """Ask every query of every dashboard while all is well and while much is broken: each must tell the difference.

    A lab that is up is used, and watched if nobody does; without one a lab is made and taken down again.

    Example: roam-lab panels
    """
    began, say = time.monotonic(), diary()
    where = folder(name)
    engine = find_engine(where.root)
    with watched(engine, where, inventory, scale, say) as topology:
        prometheus = LabPrometheus(engine, container(topology, topology.node("prometheus")))
        faults, crowd = Faults(engine, topology, where), LabCrowd(engine, topology, where)
        rows = Run(prometheus, faults, crowd, LabEars(engine, topology), say=say).play()
    if as_json:
        typer.echo(json.dumps([asdict(row) | {"passed": row.passed} for row in rows], indent=2))
    else:
        console().print(table(rows))
        console().print(f"{summary(rows)}; {time.monotonic() - began:.0f} s in all")
    raise typer.Exit(0 if all(row.passed for row in rows) else 1)


def table(rows: Sequence[Row]) -> Table:
    """Show what came of each query."""
    found = Table()
    for heading in ("query", "series healthy", "series faulted", "differs", ""):
        found.add_column(heading, overflow="fold")
    for row in rows:
        lacks = ", ".join(row.lacks)
        said = (f"no: {row.why}" if row.why else lacks) or "yes"
        mark = "✓" if row.passed else "✗"
        found.add_row(row.place, str(row.healthy), str(row.faulted), said, mark)
    return found


def summary(rows: Sequence[Row]) -> str:
    """Count in one sentence."""
    whole = sum(not row.lacks for row in rows)
    rightly = sum(bool(row.lacks) and row.passed for row in rows)
    return f"{len(rows)} queries: {whole} differ, {rightly} rightly do not, {len(rows) - whole - rightly} should"
