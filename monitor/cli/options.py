"""The options that are the monitor's own; the others are those of `roam`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from roaming.cli.options import (
    DEFAULT_INVENTORY,
    InventoryOption,
    JsonOption,
    KnownHostsOption,
    SecretsOption,
    VaultPasswordFileOption,
)

__all__ = [
    "DEFAULT_INVENTORY",
    "DEFAULT_LISTEN",
    "InventoryOption",
    "JsonOption",
    "KnownHostsOption",
    "LimitOption",
    "ListenOption",
    "LogOption",
    "ScaleOption",
    "SecretsOption",
    "StateOption",
    "TrapsOption",
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
LogOption = Annotated[
    list[str] | None,
    typer.Option(
        "--log",
        metavar="KIND@OWNER=PATH",
        help="A log to follow: visits@camden=/var/log/freeradius/visits.log; also home, f-ticks, hostapd.",
    ),
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
TrapsOption = Annotated[
    str | None,
    typer.Option("--traps", envvar="ROAM_MONITOR_TRAPS", help="Address and port for SNMP traps; without it none."),
]
