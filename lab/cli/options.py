"""The options that every command of the lab shares, spelled once."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from lab.folder import DEFAULT_NAME

LONDON_NAME: Final = "london"

NameOption = Annotated[
    str,
    typer.Option("--name", envvar="ROAM_LAB", help="Which lab: several may run side by side."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
ScaleOption = Annotated[
    float,
    typer.Option("--scale", min=0.01, max=1, help="Multiplies the monitor's intervals and the durations of alerts."),
]
GrafanaOption = Annotated[bool, typer.Option("--grafana", help="Grafana too, where its image can be pulled.")]

__all__ = ["DEFAULT_NAME", "LONDON_NAME", "GrafanaOption", "JsonOption", "NameOption", "ScaleOption"]
