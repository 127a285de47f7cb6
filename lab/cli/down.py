"""`roam-lab down`."""

from __future__ import annotations

import typer

from lab import life
from lab.cli.options import DEFAULT_NAME, NameOption
from lab.engine import find_engine
from lab.folder import folder


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("down")(down)


def down(name: NameOption = DEFAULT_NAME) -> None:
    """Take a lab down: no container, network or file of it is left.

    Example: roam-lab down
    """
    where = folder(name)
    found = life.down(find_engine(where.root), where)
    typer.echo(f"lab {name}: {len(found)} containers and networks removed" if found else f"lab {name} is not up")
