"""`roam-monitor dashboards`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.dashboards import Setting, write

_DEFAULT = Setting()


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("dashboards")(dashboards_command)


def dashboards_command(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder that is written; it is made.")],
    prometheus: Annotated[str, typer.Option("--prometheus", help="URL of Prometheus.")] = _DEFAULT.prometheus,
    alertmanager: Annotated[str, typer.Option("--alertmanager", help="URL of Alertmanager.")] = _DEFAULT.alertmanager,
    runbooks: Annotated[str, typer.Option("--runbooks", help="URL below which the runbooks are.")] = _DEFAULT.runbooks,
    folder: Annotated[
        str, typer.Option("--folder", help="Where Grafana finds the dashboards on its own machine.")
    ] = _DEFAULT.folder,
) -> None:
    """Write Grafana's dashboards, and the files by which it finds them and their data sources.

    Example: roam-monitor dashboards -o /srv/grafana --folder /srv/grafana/dashboards
    """
    for path in write(output, Setting(prometheus, alertmanager, runbooks.rstrip("/"), folder)):
        typer.echo(str(path))
