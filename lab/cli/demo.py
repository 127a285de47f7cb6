"""`roam-lab demo`."""

from __future__ import annotations

import time

import typer

from lab import life
from lab.cli.options import DEFAULT_NAME, LAB_INVENTORY, LabInventoryOption, NameOption
from lab.cli.progress import console, steps
from lab.cli.table import edits, mapping_table
from lab.cli.up import STEPS
from lab.cli.workshop import ensurer
from lab.engine import find_engine
from lab.folder import folder
from lab.scenarios.demo import tell


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(inventory: LabInventoryOption = LAB_INVENTORY, name: NameOption = DEFAULT_NAME) -> None:
    """Bring a lab up, see it refuse everybody, push, see it work, and take each hub away; a lab that is up is replaced.

    Example: roam-lab demo
    """
    started = time.monotonic()
    where = folder(name)
    life.down(find_engine(where.root), where)
    engine = find_engine(where.root)
    out = console()
    with steps(STEPS) as step:
        topology = life.up(engine, where, life.Order(inventory, ensurer(engine, where, step)), step)
    out.print(mapping_table(topology))
    for line in edits():
        out.print(line, markup=False)
    kept = tell(engine, where, topology, out)
    out.print(f"{time.monotonic() - started:.0f} s in all")
    raise typer.Exit(0 if kept else 1)
