"""A building, its networks and its access points."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag

from roaming.model.base import (
    Address,
    Latitude,
    Longitude,
    Mac,
    NasIdentifier,
    NonEmpty,
    Record,
    SecretRef,
    Slug,
    Ssid,
    Subnet,
    Subnet6,
    Text,
    Version,
    VlanId,
)
from roaming.model.identity import Credentials
from roaming.model.terms import Band, Venue


class Radio(Record):
    """One radio of a standalone access point. `bssid` is that of its first WLAN, the others count up."""

    band: Band
    channel: Annotated[int, Field(ge=1, le=233)]
    width_mhz: Literal[20, 40, 80, 160] = 20
    interface: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,14}$")]
    bssid: Mac


class AccessPoint(Record):
    """A standalone access point. `secret` is what it shares with its borough's proxies, `uplink` carries its VLANs."""

    name: Slug
    platform: Literal["hostapd"]
    version: Version
    address: Address
    ethernet_mac: Mac
    radios: Annotated[tuple[Radio, ...], Field(min_length=1)]
    uplink: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,9}$")] = "eth0"
    secret: SecretRef
    credentials: Credentials
    nas_identifier: NasIdentifier | None = None

    @property
    def identifier(self) -> str:
        """The NAS-Identifier: what the inventory says, else the access point's name."""
        return self.nas_identifier or self.name


class ControlledAccessPoint(Record):
    """An access point that a controller configures. `radio_mac` is its base radio MAC, the first of its BSSIDs."""

    name: Slug
    controller: Slug
    ethernet_mac: Mac
    radio_mac: Mac


def _who_configures_it(given: object) -> str:
    has = "controller" in given if isinstance(given, dict) else isinstance(given, ControlledAccessPoint)
    return "controlled" if has else "standalone"


AnyAccessPoint = Annotated[
    Annotated[AccessPoint, Tag("standalone")] | Annotated[ControlledAccessPoint, Tag("controlled")],
    Discriminator(_who_configures_it),
]


class Vlan(Record):
    """A VLAN of a site."""

    id: VlanId
    subnet: Subnet | None = None
    ipv6: Subnet6 | None = None


class SiteVlans(Record):
    """The VLANs that a site's WLANs use."""

    staff: Vlan
    visitors: Vlan


class OtherSsid(Record):
    """An SSID that is not ours; it counts for the limit per band."""

    name: Ssid
    bands: Annotated[tuple[Band, ...], Field(min_length=1)]


class Capacity(Record):
    """How many people and clients a building takes."""

    people: Annotated[int, Field(ge=1)] | None = None
    wifi_clients: Annotated[int, Field(ge=1)] | None = None


class Site(Record):
    """A building. `owner` owns the infrastructure; `hosts` are the boroughs whose staff work there.

    `rehearsals` are the scenarios that must pass before a push changes an access point of it, or their controller.
    """

    slug: Slug
    name: Text
    postcode: Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}$")] | None = None
    location: tuple[Latitude, Longitude]
    approximate: bool = False
    source: Text
    venue: Venue
    owner: Slug
    hosts: NonEmpty
    capacity: Capacity = Capacity()
    hours: Text | None = None
    wlans: NonEmpty
    other_ssids: tuple[OtherSsid, ...] = ()
    vlans: SiteVlans
    access_points: tuple[AnyAccessPoint, ...] = ()
    rehearsals: tuple[Slug, ...] = ()

    @property
    def standalone(self) -> tuple[AccessPoint, ...]:
        """The access points that are configured one by one."""
        return tuple(ap for ap in self.access_points if isinstance(ap, AccessPoint))

    @property
    def controlled(self) -> tuple[ControlledAccessPoint, ...]:
        """The access points that a controller configures."""
        return tuple(ap for ap in self.access_points if isinstance(ap, ControlledAccessPoint))
