"""`roam-lab watch`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab import life
from lab.cli.options import DEFAULT_NAME, GrafanaOption, NameOption, ScaleOption
from lab.cli.progress import steps
from lab.cli.workshop import ensurer
from lab.engine import find_engine
from lab.folder import folder
from lab.topology import read_mapping
from lab.watch import DEFAULT_SCALE, Wanted
from lab.watch import watch as begin

if TYPE_CHECKING:
    import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("watch")(watch)


def watch(
    *, name: NameOption = DEFAULT_NAME, scale: ScaleOption = DEFAULT_SCALE, grafana: GrafanaOption = False
) -> None:
    """Let the monitor, Prometheus and Alertmanager look on in a lab that is up.

    Example: roam-lab watch --scale 0.1
    """
    where = folder(name)
    life.require(where)
    engine = find_engine(where.root)
    with steps(1) as step:
        begin(engine, where, read_mapping(where.mapping), Wanted(ensurer(engine, where, step), scale, grafana), step)
