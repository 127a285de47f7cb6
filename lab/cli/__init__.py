"""`roam-lab`: one command per verb, each in a module of its own.

Exit status: 0 done, 1 the work failed, 2 wrong usage; `exec` passes that of its command on.
"""

from __future__ import annotations

import sys

import typer

from lab.cli import (
    alarms,
    demo,
    down,
    execute,
    fault,
    images,
    london,
    panels,
    radio,
    radio_compare,
    status,
    up,
    watch,
)
from lab.errors import LabError
from roaming.errors import RoamingError

__all__ = ["app", "main"]

app = typer.Typer(
    name="roam-lab",
    help="A real RADIUS federation in containers, made from any inventory.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

for _command in (up, watch, down, status, execute, fault, alarms, panels, radio, radio_compare, london, demo, images):
    _command.register(app)


@app.callback()
def _options() -> None:
    """Rehearse an inventory: a real RADIUS federation in containers, configured only by `roam push`."""


def main() -> None:
    """Run `roam-lab`; what went wrong is said on standard error, without a traceback."""
    try:
        app()
    except (LabError, RoamingError) as error:
        typer.echo(f"roam-lab: {error}", err=True)
        for note in getattr(error, "__notes__", ()):
            typer.echo(f"roam-lab: {note}", err=True)
        sys.exit(1)
