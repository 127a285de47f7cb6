"""`roam-monitor`: one command per module.

Exit status: 0 done, 1 the inventory or a capture cannot be read or the work failed, 2 wrong usage.
"""

from __future__ import annotations

import sys

import typer

from monitor.cli import alerts, capture, dashboards, matrix, probe, serve, targets, traps
from monitor.errors import MonitorError
from roaming.errors import RoamingError

__all__ = ["app", "main"]

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


_COMMANDS = (alerts, capture, dashboards, matrix, probe, serve, targets, traps)

for _command in _COMMANDS:
    _command.register(app)


def main() -> None:
    """Run `roam-monitor`; what went wrong is said on standard error, without a traceback."""
    try:
        app()
    except (RoamingError, MonitorError) as error:
        typer.echo(f"roam-monitor: {error}", err=True)
        sys.exit(1)
