"""What is known at one moment, as a value: what the page, `roam-monitor matrix` and attribution read."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Status(StrEnum):
    """What is known of a pair or a device. Stale was known, and is too old to go by; unknown never was."""

    UP = "up"
    SLOW = "slow"
    DOWN = "down"
    STALE = "stale"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PairState:
    """One cell of the matrix. `at` is the last probe that taught something, `success_at` the last that was let in.

    It is down while the last probe by any one EAP method failed. `since` is when it became what it is. `seconds` is
    the length of the last accepted one. `failures` counts those in a row of the method that fails most; `reason` and
    `sentence` are of its last probe, or of the last success.
    """

    status: Status
    at: float | None = None
    since: float | None = None
    success_at: float | None = None
    seconds: float | None = None
    failures: int = 0
    reason: str = ""
    sentence: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class DeviceState:
    """A server, a hub, an endpoint or an access point: whether it works, and since when that is known (`at`)."""

    status: Status
    at: float | None = None
    since: float | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything at the moment `at`. Pairs are (visited, home); devices go by name of the inventory.

    `servers` are the answers to Status-Server, `radsec` the RadSec endpoints of hubs and proxies, `trusted` whether
    their certificates are of our CA and their names, `paths` are (visited, proxy). `certificates` says when the one of
    (kind, server) ends, where the kind is eap or radsec.
    """

    at: float
    pairs: Mapping[tuple[str, str], PairState] = field(default_factory=dict)
    servers: Mapping[str, DeviceState] = field(default_factory=dict)
    radsec: Mapping[str, DeviceState] = field(default_factory=dict)
    trusted: Mapping[str, DeviceState] = field(default_factory=dict)
    paths: Mapping[tuple[str, str], DeviceState] = field(default_factory=dict)
    access_points: Mapping[str, DeviceState] = field(default_factory=dict)
    certificates: Mapping[tuple[str, str], float] = field(default_factory=dict)
