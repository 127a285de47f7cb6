"""`roam-lab fault`."""

from __future__ import annotations

from typing import Annotated

import typer

from lab import life
from lab.cli.options import DEFAULT_NAME, NameOption
from lab.engine import find_engine
from lab.faults import Faults
from lab.folder import folder
from lab.topology import read_mapping


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("fault")(fault)


def fault(
    what: Annotated[str, typer.Argument(metavar="KIND:NODE", help="hub-stopped:hub-east, hub-blackholed:..., clear")],
    name: NameOption = DEFAULT_NAME,
) -> None:
    """Break something, or mend everything with `clear`.

    Example: roam-lab fault hub-blackholed:hub-east
    """
    where = folder(name)
    life.require(where)
    topology = read_mapping(where.mapping)
    engine = find_engine(where.root)
    faults = Faults(engine, topology, where)
    if what == "clear":
        faults.clear_all()
    else:
        faults.set(faults.parse(what))
