"""The options that every command of the lab shares, spelled once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from lab.folder import DEFAULT_NAME

LONDON_NAME: Final = "london"
LAB_INVENTORY: Final = Path("lab/inventory")
"""What the demo, the fault table and the panels' story tell of by name."""

NameOption = Annotated[
    str,
    typer.Option("--name", envvar="ROAM_LAB", help="Which lab: several may run side by side."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
# Without ROAM_INVENTORY: a region's own inventory has none of the names that are told of.
LabInventoryOption = Annotated[
    Path,
    typer.Option("--inventory", "-i", help="Directory of the inventory files."),
]
_SCALE: Final = typer.Option(
    "--scale", min=0.01, max=1, help="Multiplies the monitor's intervals and the durations of alerts."
)
ScaleOption = Annotated[float, _SCALE]
ScaleIfWatchedOption = Annotated[float | None, _SCALE]
GrafanaOption = Annotated[bool, typer.Option("--grafana", help="Grafana too, where its image can be pulled.")]

__all__ = [
    "DEFAULT_NAME",
    "LAB_INVENTORY",
    "LONDON_NAME",
    "GrafanaOption",
    "JsonOption",
    "LabInventoryOption",
    "NameOption",
    "ScaleIfWatchedOption",
    "ScaleOption",
]
