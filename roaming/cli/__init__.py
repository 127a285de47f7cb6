"""`roam`: one command per verb, each in a module of its own.

Exit status: 0 nothing to report or done, 1 problems found or the work failed, 2 wrong usage, 3 differences found.
"""

from __future__ import annotations

import sys

import typer

from roaming import __version__
from roaming.cli import (
    adopt,
    ansible_inventory,
    approve,
    check,
    diff,
    journal,
    push,
    render,
    rollback,
    schema,
    verify,
)
from roaming.errors import InventoryError, RoamingError

__all__ = ["app", "main"]

app = typer.Typer(
    name="roam",
    help="Configure a RADIUS roaming federation from one inventory, and prove that it works.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"seamless-wifi {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Configure a RADIUS roaming federation from one inventory, and prove that it works."""


_COMMANDS = (
    schema,
    check,
    render,
    adopt,
    diff,
    approve,
    push,
    rollback,
    verify,
    journal,
    ansible_inventory,
)

for _command in _COMMANDS:
    _command.register(app)


def main() -> None:
    """Run `roam`; what went wrong is said on standard error, without a traceback."""
    try:
        app()
    except InventoryError as error:
        count = len(error.problems)
        typer.echo(f"{error}\n\n{count} problem{'s' * (count != 1)}: the inventory cannot be used.", err=True)
        sys.exit(1)
    except RoamingError as error:
        typer.echo(f"roam: {error}", err=True)
        sys.exit(1)
