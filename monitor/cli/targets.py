"""`roam-monitor targets`."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from monitor.cli.options import DEFAULT_INVENTORY, InventoryOption, LimitOption
from monitor.discover import targets
from monitor.exporter import service_discovery
from roaming.load import load


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("targets")(targets_command)


def targets_command(
    *,
    inventory: InventoryOption = DEFAULT_INVENTORY,
    limit: LimitOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print Prometheus' HTTP service discovery form.")] = False,
) -> None:
    """List every endpoint of the inventory that can be watched.

    Example: roam-monitor targets -i lab/inventory --json
    """
    found = targets(load(inventory).network, limit)
    if as_json:
        typer.echo(json.dumps(service_discovery(found), indent=2))
        return
    table = Table("name", "kind", "owner", "site", "address")
    for target in found:
        table.add_row(target.name, target.kind, target.owner, target.site, target.address)
    Console().print(table)
