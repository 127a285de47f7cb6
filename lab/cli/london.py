"""`roam-lab london`."""

from __future__ import annotations

import json
import time
from dataclasses import asdict

import typer

from lab import life
from lab.cli.options import LONDON_NAME, JsonOption, NameOption
from lab.cli.progress import console, steps
from lab.cli.up import STEPS
from lab.cli.workshop import ensurer
from lab.engine import find_engine
from lab.folder import folder
from lab.scenarios.london import SERVERS_AND_HUBS, lines, measure
from roaming.cli.options import DEFAULT_INVENTORY, InventoryOption


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("london")(london)


def london(
    *, inventory: InventoryOption = DEFAULT_INVENTORY, name: NameOption = LONDON_NAME, as_json: JsonOption = False
) -> None:
    """Bring up every server and hub of a region, push, let everybody in everywhere, measure, and take it down.

    Example: roam-lab london -i inventory
    """
    where = folder(name)
    engine = find_engine(where.root)
    with steps(STEPS + 3) as step:
        order = life.Order(inventory, ensurer(engine, where, step), SERVERS_AND_HUBS)
        began = time.monotonic()
        topology = life.up(engine, where, order, step)
        try:
            size = measure(engine, where, topology, time.monotonic() - began, step)
        finally:
            life.down(engine, where)
    if as_json:
        typer.echo(json.dumps(asdict(size) | {"passed": size.passed}, indent=2))
    else:
        console().print("\n".join(lines(size)), markup=False)
    raise typer.Exit(0 if size.passed else 1)
