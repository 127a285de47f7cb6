"""`roam-lab exec`."""

from __future__ import annotations

from typing import Annotated

import typer

from lab import life
from lab.cli.options import DEFAULT_NAME, NameOption
from lab.engine import find_engine
from lab.folder import folder
from lab.topology import CONTROL, container, read_mapping


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("exec", context_settings={"ignore_unknown_options": True})(execute)


def execute(
    words: Annotated[list[str], typer.Argument(metavar="COMMAND...", help="The command and its arguments.")],
    name: NameOption = DEFAULT_NAME,
    node: Annotated[
        str, typer.Option("--node", help="Another device of the lab than the control container.")
    ] = CONTROL,
) -> None:
    """Run a command in the lab's control container, where `roam` finds the lab's inventory, secrets and host keys.

    Example: roam-lab exec -- roam push --yes
    """
    where = folder(name)
    life.require(where)
    topology = read_mapping(where.mapping)
    raise typer.Exit(find_engine(where.root).attach(container(topology, topology.node(node)), words))
