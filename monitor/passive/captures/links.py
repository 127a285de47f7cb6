"""The byte-level filter: from an octet string of a link type to RADIUS or 802.11, or to nothing.

Nothing is dissected here; a packet that is of no use is given up after a look at a few octets. Link types and their
headers: https://www.tcpdump.org/linktypes.html; radiotap: https://www.radiotap.org.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

RADIUS_PORTS: Final = frozenset({1812, 1813, 1645, 1646})
"""RFC 2865 §3, RFC 2866 §3, and the ports before them."""

LINKS: Final = (
    "loopback of BSD (0, 108), Ethernet (1), raw IP (12, 14, 101, 228, 229), 802.11 (105), Linux cooked (113, 276), "
    "radiotap (127)"
)
_ETHERNET, _DOT11, _COOKED, _COOKED_2, _RADIOTAP = 1, 105, 113, 276, 127
_LOOPBACK: Final = (0, 108)
_RAW_IP: Final = (12, 14, 101, 228, 229)

_IPV4_UDP: Final = struct.Struct("!B5xHxBxx4s4s2s2sH").unpack_from
"""An IPv4 header and a UDP header behind each other, in one go: it is what nearly every packet of use is."""
_NO_OPTIONS: Final = 0x45
_VLAN: Final = (b"\x81\x00", b"\x88\xa8", b"\x91\x00")
_IPV4, _IPV6 = b"\x08\x00", b"\x86\xdd"
_UDP: Final = 17
_EXTENSIONS: Final = (0, 43, 60)
_FRAGMENT: Final = 44
_LONGEST_CHAIN: Final = 8


Datagram = tuple[bytes, bytes, bytes]
"""A RADIUS packet on its way: sender and receiver, each the octets of an address with those of a port behind it, and
the payload. Plain, as there are 100,000 a second."""


class Frame(NamedTuple):
    """An 802.11 frame from its frame control on, without a check sequence; `pad`: its header is padded to four."""

    octets: bytes
    pad: bool


@dataclass(frozen=True, slots=True)
class RadiusFilter:
    """Finds RADIUS over UDP on these ports."""

    ports: frozenset[int] = RADIUS_PORTS
    _wanted: frozenset[bytes] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_wanted", frozenset(port.to_bytes(2, "big") for port in self.ports))

    def ethernet(self, octets: bytes) -> Datagram | None:
        """Look into a frame of Ethernet, behind VLAN tags too (IEEE 802.1Q, 802.1ad)."""
        if octets[12:14] == _IPV4:
            return self.ipv4(octets, 14)
        at = 12
        while octets[at : at + 2] in _VLAN:
            at += 4
        return self._typed(octets, at)

    def cooked(self, octets: bytes) -> Datagram | None:
        """Look into a packet that was taken up on `any` by an older libpcap (LINKTYPE_LINUX_SLL)."""
        return self._typed(octets, 14)

    def cooked_2(self, octets: bytes) -> Datagram | None:
        """Look into a packet that was taken up on `any` (LINKTYPE_LINUX_SLL2): its type stands first."""
        kind = octets[:2]
        return self.ip(octets, 20) if kind in {_IPV4, _IPV6} else None

    def loopback(self, octets: bytes) -> Datagram | None:
        """Look into a packet of BSD's or macOS' loopback, behind a number that differs from system to system."""
        return self.ip(octets, 4)

    def _typed(self, octets: bytes, at: int) -> Datagram | None:
        kind = octets[at : at + 2]
        if kind == _IPV4:
            return self.ipv4(octets, at + 2)
        return self.ipv6(octets, at + 2) if kind == _IPV6 else None

    def ip(self, octets: bytes, start: int = 0) -> Datagram | None:
        """Look into an IP packet of either version."""
        version = octets[start] >> 4 if len(octets) > start else 0
        if version == 4:  # noqa: PLR2004  the version is the number
            return self.ipv4(octets, start)
        return self.ipv6(octets, start) if version == 6 else None  # noqa: PLR2004  likewise

    def ipv4(self, octets: bytes, start: int) -> Datagram | None:
        """Look into an IPv4 packet (RFC 791); of a fragmented one, into its beginning."""
        if len(octets) < start + 28:
            return None
        first, fragment, protocol, source, target, from_port, to_port, length = _IPV4_UDP(octets, start)
        # The lower 13 bits are the fragment's offset: what is no beginning has no ports.
        if protocol != _UDP or fragment & 0x1FFF:
            return None
        if first != _NO_OPTIONS:
            return self._udp(octets, start + (first & 0x0F) * 4, source, target)
        if to_port not in self._wanted and from_port not in self._wanted:
            return None
        return source + from_port, target + to_port, octets[start + 28 : start + 20 + length]

    def ipv6(self, octets: bytes, start: int) -> Datagram | None:
        """Look into an IPv6 packet (RFC 8200), behind extension headers; of a fragmented one, into its beginning."""
        if len(octets) < start + 48:
            return None
        following, at = octets[start + 6], start + 40
        for _ in range(_LONGEST_CHAIN):
            if following == _UDP:
                return self._udp(octets, at, octets[start + 8 : start + 24], octets[start + 24 : start + 40])
            header = octets[at : at + 4]
            if len(header) < 4 or not (following in _EXTENSIONS or _begins(following, header)):  # noqa: PLR2004
                return None
            at += 8 if following == _FRAGMENT else (header[1] + 1) * 8
            following = header[0]
        return None

    def _udp(self, octets: bytes, at: int, source: bytes, target: bytes) -> Datagram | None:
        from_port, to_port = octets[at : at + 2], octets[at + 2 : at + 4]
        if to_port not in self._wanted and from_port not in self._wanted:
            return None
        end = at + int.from_bytes(octets[at + 4 : at + 6], "big")
        return source + from_port, target + to_port, octets[at + 8 : end]


def _begins(following: int, header: bytes) -> bool:
    """Whether it is the fragment header of a beginning (RFC 8200 §4.5: the upper 13 bits are the offset)."""
    return following == _FRAGMENT and not header[2] and not header[3] & 0xF8


_FLAGS, _TSFT, _MORE = 2, 1, 0x80000000
_FCS, _PADDED, _BAD_FCS = 0x10, 0x20, 0x40


def radiotap(octets: bytes) -> Frame | None:
    """Return the frame behind a radiotap header; none where the sensor says that it came damaged."""
    if len(octets) < 8:  # noqa: PLR2004  a radiotap header has eight octets at least
        return None
    length = octets[2] | octets[3] << 8
    if length < 8:  # noqa: PLR2004  likewise
        return None
    present = int.from_bytes(octets[4:8], "little")
    if not present & _FLAGS:
        return Frame(octets[length:], pad=False)
    at, word = 8, present
    while word & _MORE and at < length:
        word = int.from_bytes(octets[at : at + 4], "little")
        at += 4
    if present & _TSFT:
        at = (at + 7) // 8 * 8 + 8
    flags = octets[at] if at < min(length, len(octets)) else 0
    if flags & _BAD_FCS:
        return None
    return Frame(octets[length : len(octets) - 4 if flags & _FCS else None], bool(flags & _PADDED))


def dot11(octets: bytes) -> Frame:
    """Return a frame that stands by itself."""
    return Frame(octets, pad=False)


def radius_links(ports: frozenset[int] = RADIUS_PORTS) -> dict[int, Callable[[bytes], Datagram | None]]:
    """Return what finds RADIUS in the packets of each link type that may have some."""
    radius = RadiusFilter(ports)
    cooked = {_COOKED: radius.cooked, _COOKED_2: radius.cooked_2}
    plain = {**dict.fromkeys(_RAW_IP, radius.ip), **dict.fromkeys(_LOOPBACK, radius.loopback)}
    return {_ETHERNET: radius.ethernet, **cooked, **plain}


AIR_LINKS: Final[dict[int, Callable[[bytes], Frame | None]]] = {_DOT11: dot11, _RADIOTAP: radiotap}
"""What finds the frame in the packets of each link type of the air."""
