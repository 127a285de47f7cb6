"""What is watched, and what the federation consists of, in plain values: nothing here knows the inventory's files."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

FEDERATION: Final = "federation"
"""The owner of what is no borough's: the hubs, and the servers of realms outside the region."""


class TargetKind(StrEnum):
    """What an endpoint is to the federation."""

    AGENT = "agent"
    RADIUS_SERVER = "radius-server"
    HUB = "hub"
    ACCESS_POINT = "access-point"
    CONTROLLER = "controller"


@dataclass(frozen=True, slots=True)
class Target:
    """One endpoint to watch. `owner` is a borough's slug, or `FEDERATION`."""

    name: str
    kind: TargetKind
    owner: str
    site: str
    address: str


class SnmpHash(StrEnum):
    """The authentication of SNMPv3 (RFC 3414, RFC 7860); privacy is AES-128 (RFC 3826) with both."""

    SHA = "sha"
    SHA_256 = "sha-256"


@dataclass(frozen=True, slots=True)
class SnmpUser:
    """Version 3 with authentication and privacy: as whom a device is asked, and as whom it sends traps."""

    name: str
    auth: str = field(repr=False)
    privacy: str = field(repr=False)
    hash: SnmpHash = SnmpHash.SHA_256


@dataclass(frozen=True, slots=True)
class SnmpCommunity:
    """Version 2c: a password that everybody on the way reads, and can make up traps with."""

    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RadioPlace:
    """Where a BSSID of the inventory is: of which access point, in which building, whose."""

    access_point: str
    site: str
    owner: str


@dataclass(frozen=True, slots=True)
class RadiusTarget:
    """A RADIUS server or hub as the monitor asks it.

    `role` is `hub`, `proxy`, `home` or `both`. `address` takes UDP inside the borough; `federation` is the RadSec
    endpoint with the name that its certificate must have, empty where it has none.
    """

    name: str
    owner: str
    role: str
    address: str
    federation: str = ""
    tls_name: str = ""


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """A building for people. `position` is latitude and longitude; `hosts` are the boroughs whose staff work there."""

    slug: str
    name: str
    owner: str
    hosts: tuple[str, ...]
    position: tuple[float, float]
    postcode: str = ""
    hours: str = ""
    access_points: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Return `owner/slug`, which is unique."""
        return f"{self.owner}/{self.slug}"


@dataclass(frozen=True, slots=True)
class BoroughFacts:
    """A borough for people; `gss` is its ONS code, which the map goes by."""

    slug: str
    name: str
    gss: str
    contact: str


@dataclass(frozen=True, slots=True)
class Estate:
    """The federation as the monitor sees it: who visits whom, and where.

    `homes` are the columns of the matrix: boroughs' slugs, then realms outside the region.
    """

    name: str
    operator: str
    boroughs: tuple[BoroughFacts, ...]
    homes: tuple[str, ...]
    sites: tuple[SiteFacts, ...]
    servers: tuple[RadiusTarget, ...]
    hubs: tuple[RadiusTarget, ...]
