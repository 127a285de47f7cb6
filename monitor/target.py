"""What is watched: one endpoint, what it is, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TargetKind(StrEnum):
    """What an endpoint is to the federation."""

    AGENT = "agent"
    RADIUS_SERVER = "radius-server"
    HUB = "hub"
    ACCESS_POINT = "access-point"


@dataclass(frozen=True, slots=True)
class Target:
    """One endpoint to watch. `owner` is a borough's slug, or `federation` for the hubs."""

    name: str
    kind: TargetKind
    owner: str
    site: str
    address: str
