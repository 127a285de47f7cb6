"""`roam-lab status`."""

from __future__ import annotations

import json

import typer

from lab import life
from lab.cli.options import DEFAULT_NAME, JsonOption, NameOption
from lab.cli.progress import console
from lab.cli.table import status_table
from lab.engine import find_engine
from lab.folder import folder


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("status")(status)


def status(name: NameOption = DEFAULT_NAME, as_json: JsonOption = False) -> None:
    """Say which containers of a lab run; exit 1 when one does not.

    Example: roam-lab status --json
    """
    where = folder(name)
    life.require(where)
    states = life.status(find_engine(where.root), where)
    if as_json:
        typer.echo(json.dumps([_plain(state) for state in states], indent=2))
    else:
        console().print(status_table(states))
    if any(state.status != "running" for state in states):
        raise typer.Exit(1)


def _plain(state: life.NodeState) -> dict[str, object]:
    return {
        "name": state.node.name,
        "kind": state.node.kind.value,
        "container": state.container,
        "status": state.status,
        "addresses": {link.network: str(link.address) for link in state.node.links},
    }
