"""Something that is wrong, whose it is, and what it means for people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

OPERATOR: Final = "operator"
"""The owner of hubs and of the monitor itself."""


class FindingKind(StrEnum):
    """What can be wrong, from the widest to the narrowest: an earlier one explains later ones of the same place."""

    FEDERATION_DOWN = "federation-down"
    HUB_DOWN = "hub-down"
    CUT_OFF = "cut-off"
    ISOLATED = "visited-borough-isolated"
    UNREACHABLE = "home-borough-unreachable"
    SLOW = "home-borough-slow"
    SERVER_DOWN = "home-server-down"
    CERTIFICATE = "certificate-expiring"
    PAIR_DOWN = "pair-down"
    SITE_DOWN = "site-down"
    ACCESS_POINT_DOWN = "access-point-down"
    BLIND = "blind"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    `owner` mends it: a borough's slug, an outside realm or `operator`. `node` is the hub, server, site (`owner/slug`),
    access point or borough that is at fault. `sentence` is for people who are no engineers, `detail` for engineers.
    `boroughs` are those whose staff or visitors notice, `since` is when it was first seen (seconds of the epoch).
    """

    kind: FindingKind
    owner: str
    node: str
    sentence: str
    detail: str = ""
    since: float | None = None
    boroughs: tuple[str, ...] = ()
