"""`roam schema`."""

from __future__ import annotations

import json

import typer

from roaming.load import schema as inventory_schema


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("schema")(schema)


def schema() -> None:
    """Print the JSON Schema of each kind of inventory file, for editors to complete and check.

    Example: roam schema > .vscode/inventory.schema.json
    """
    typer.echo(json.dumps(inventory_schema(), indent=2, sort_keys=True))
