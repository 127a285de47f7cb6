"""The options that are the monitor's own; the others are those of `roam`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from roaming.cli.options import (
    DEFAULT_INVENTORY,
    InventoryOption,
    KnownHostsOption,
    SecretsOption,
    VaultPasswordFileOption,
)

__all__ = [
    "DEFAULT_INVENTORY",
    "DEFAULT_LISTEN",
    "InventoryOption",
    "KnownHostsOption",
    "LimitOption",
    "ListenOption",
    "ScaleOption",
    "SecretsOption",
    "StateOption",
    "VaultPasswordFileOption",
    "WebConfigOption",
]

DEFAULT_LISTEN = "127.0.0.1:9469"

LimitOption = Annotated[
    str | None,
    typer.Option("--limit", help="Only what this borough owns; * and ? match as in a shell, federation is the hubs."),
]
ListenOption = Annotated[
    str, typer.Option("--listen", envvar="ROAM_MONITOR_LISTEN", help="Address and port, such as [::1]:9469.")
]
WebConfigOption = Annotated[
    Path | None,
    typer.Option("--web-config", help="TLS and basic authentication, in the format of Prometheus' exporters."),
]
ScaleOption = Annotated[
    float,
    typer.Option("--scale", envvar="ROAM_MONITOR_SCALE", help="Multiplies every interval; 0.1 is ten times as often."),
]
StateOption = Annotated[
    Path | None,
    typer.Option("--state", envvar="ROAM_MONITOR_STATE", help="Directory that remembers the pairs over a restart."),
]
