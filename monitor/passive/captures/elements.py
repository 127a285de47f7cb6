"""The elements that an association request carries and a roam is told by: SSID, RSN, and those of FT.

IEEE 802.11-2020 §9.4.2; scapy has no classes for FT's. Whatever is cut or of a wrong length is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_SSID, _RSN, _FTE, _VENDOR = 0, 48, 55, 221
_WPA: Final = b"\x00\x50\xf2\x01"
_SUITE, _PMKID = 4, 16
_IEEE: Final = b"\x00\x0f\xac"
AKMS: Final = {
    1: "802.1X",
    2: "PSK",
    3: "FT-802.1X",
    4: "FT-PSK",
    5: "802.1X-SHA256",
    6: "PSK-SHA256",
    8: "SAE",
    9: "FT-SAE",
    11: "802.1X-Suite-B",
    12: "802.1X-Suite-B-192",
    13: "FT-802.1X-SHA384",
    18: "OWE",
    22: "FT-802.1X-SHA384-any",
    23: "802.1X-SHA384",
    24: "SAE-any",
    25: "FT-SAE-any",
}
"""IEEE 802.11 table 9-190 (00-0F-AC)."""


@dataclass(frozen=True, slots=True)
class Elements:
    """What a client asks for. `akm` is empty where there is no RSN element; `secured`: RSN or WPA."""

    ssid: str = ""
    akm: str = ""
    secured: bool = False
    pmkid: bool = False
    fast: bool = False


def elements(octets: bytes) -> Elements:
    """Read the elements of an association or reassociation request, from the first one on."""
    found = dict(_each(octets))
    akm, pmkid = _rsn(found.get(_RSN, b""))
    return Elements(
        ssid=_text(found.get(_SSID, b"")),
        akm=akm,
        secured=_RSN in found or _VENDOR in found,
        pmkid=pmkid,
        fast=_FTE in found,
    )


def _each(octets: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 2 <= len(octets):
        kind, value = octets[at], octets[at + 2 : at + 2 + octets[at + 1]]
        at += 2 + octets[at + 1]
        # Of the vendors' elements only WPA's says how the network is secured.
        if at <= len(octets) and (kind != _VENDOR or value.startswith(_WPA)):
            yield kind, value


def _rsn(value: bytes) -> tuple[str, bool]:
    """Return the key management asked for, and whether a PMKID is offered (§9.4.2.24)."""
    at = 2 + _SUITE
    at += 2 + _SUITE * int.from_bytes(value[at : at + 2], "little")
    count = int.from_bytes(value[at : at + 2], "little")
    suite = value[at + 2 : at + 2 + _SUITE] if count else b""
    at += 2 + _SUITE * count + 2
    offered = int.from_bytes(value[at : at + 2], "little") > 0 and len(value) >= at + 2 + _PMKID
    if len(suite) < _SUITE:
        return "", offered
    name = AKMS.get(suite[3]) if suite[:3] == _IEEE else None
    return name or f"{suite[:3].hex()}-{suite[3]}", offered


def _text(ssid: bytes) -> str:
    """Return an SSID as it can be printed: what is no printable UTF-8 is written as an escape."""
    text = ssid.decode("utf-8", "backslashreplace")
    return "".join(one if one.isprintable() else f"\\x{ord(one):02x}" for one in text)
