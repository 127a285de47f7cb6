"""The words every inventory record is made of: strict, frozen, and unable to hold nonsense."""

from __future__ import annotations

import re
from datetime import date
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


class Record(BaseModel):
    """Base of every inventory record: frozen, strict, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_default=True, populate_by_name=True)


def _printable(text: str) -> str:
    """Refuse control, private-use, surrogate and line-breaking characters: no target can hold them safely."""
    for character in text:
        if not character.isprintable():
            message = f"character U+{ord(character):04X} cannot be printed and is not allowed here"
            raise ValueError(message)
    return text


def _ssid(text: str) -> str:
    """Hold an SSID to the 32 octets of IEEE 802.11-2020 §9.4.2.2."""
    octets = len(text.encode())
    if octets > 32:  # noqa: PLR2004  the standard's own number, named in the message
        message = f"an SSID has at most 32 octets, this one has {octets}"
        raise ValueError(message)
    return text


def _nas_identifier(text: str) -> str:
    """Hold a NAS-Identifier to 48 octets: it is the R0KH-ID of 802.11r (IEEE 802.11-2020 §13.2)."""
    octets = len(text.encode())
    if octets > 48:  # noqa: PLR2004  the standard's own number, named in the message
        message = f"a NAS-Identifier has at most 48 octets, this one has {octets}"
        raise ValueError(message)
    return text


_REALM = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


def _realm(text: str) -> str:
    """Hold a realm to a lower-case DNS name with at least one dot (RFC 7542 §2.2)."""
    if not _REALM.fullmatch(text):
        message = (
            f"'{text}' is not a realm: a lower-case DNS name with at least one dot is wanted, such as camden.gov.uk"
        )
        raise ValueError(message)
    return text


def _forbidden_network(address: IPv4Address) -> IPv4Address:
    """Refuse addresses that can never be a device's."""
    if (
        address.is_loopback
        or address.is_multicast
        or address.is_unspecified
        or address == IPv4Address("255.255.255.255")
    ):
        message = f"{address} cannot be the address of a device"
        raise ValueError(message)
    return address


Text = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_printable)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=63)]
Realm = Annotated[str, AfterValidator(_realm)]
HostName = Annotated[str, AfterValidator(_realm)]
Ssid = Annotated[str, StringConstraints(min_length=1), AfterValidator(_printable), AfterValidator(_ssid)]
NasIdentifier = Annotated[
    str, StringConstraints(min_length=1), AfterValidator(_printable), AfterValidator(_nas_identifier)
]
Address = Annotated[IPv4Address, AfterValidator(_forbidden_network)]
Subnet = IPv4Network
Subnet6 = IPv6Network
Mac = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{2}(:[0-9a-f]{2}){5}$")]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9]+(\.[0-9]+){1,3}$")]
VlanId = Annotated[int, Field(ge=1, le=4094)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
UserName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+@[a-z0-9.-]+$", max_length=253)]
# bech32 of 32 octets (age-encryption.org/v1, BIP 173); whether its checksum is right is seen when it is used.
AgeRecipient = Annotated[str, StringConstraints(pattern=r"^age1[ac-hj-np-z02-9]{58}$")]
Duration = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,4}(s|m|h)$")]
Day = date
NonEmpty = Annotated[tuple[Slug, ...], Field(min_length=1)]


def seconds(duration: str) -> int:
    """Return a `Duration` such as 45s, 2m or 1h in seconds."""
    return int(duration[:-1]) * {"s": 1, "m": 60, "h": 3600}[duration[-1]]


def version_key(version: str) -> tuple[int, ...]:
    """Return a version as numbers, so that 3.2.10 sorts after 3.2.7."""
    return tuple(int(part) for part in version.split("."))


class SecretRef(Record):
    """The name of a secret; its value stands in no file of the inventory.

    Resolved at the last moment by `roaming.secrets` from the environment, a 0600 file or a vault.
    """

    secret: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*$", max_length=120)]

    def __str__(self) -> str:
        """Spell the reference; there is no value here to leak."""
        return self.secret
