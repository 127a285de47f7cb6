"""`roam-monitor`: what is watched. Probes, pollers and the exporter come with later issues.

Exit status: 0 done, 1 the inventory cannot be read, 2 wrong usage.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from monitor.discover import service_discovery, targets
from roaming.errors import RoamingError
from roaming.load import load

app = typer.Typer(
    name="roam-monitor",
    help="Watch who can roam where, how fast, and what is wrong.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _monitor() -> None:
    """Watch who can roam where, how fast, and what is wrong."""


@app.command("targets")
def show_targets(
    inventory: Annotated[
        Path, typer.Option("--inventory", "-i", envvar="ROAM_INVENTORY", help="Directory of the inventory files.")
    ] = Path("inventory"),
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print Prometheus' HTTP service discovery form.")] = False,
) -> None:
    """List every endpoint of the inventory that can be watched.

    Example: roam-monitor targets -i lab/inventory --json
    """
    found = targets(load(inventory).network)
    if as_json:
        typer.echo(json.dumps(service_discovery(found), indent=2))
        return
    table = Table("name", "kind", "owner", "site", "address")
    for target in found:
        table.add_row(target.name, target.kind, target.owner, target.site, target.address)
    Console().print(table)


def main() -> None:
    """Run `roam-monitor`; what went wrong is said on standard error, without a traceback."""
    try:
        app()
    except RoamingError as error:
        typer.echo(f"roam-monitor: {error}", err=True)
        sys.exit(1)
