"""Small captures, made with scapy: RADIUS between real-looking servers, and the air around some access points."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from scapy.layers.inet import IP, UDP, fragment
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import CookedLinux, CookedLinuxV2, Dot1Q, Ether, Loopback
from scapy.layers.radius import Radius
from scapy.utils import PcapNgWriter, PcapWriter

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from scapy.packet import Packet

START = 1_800_000_000
"""Seconds of the epoch at which every capture begins."""
AP, PROXY, HUB = "198.51.100.10", "198.51.100.20", "198.51.100.30"
REQUEST, ACCEPT, REJECT, CHALLENGE = 1, 2, 3, 11
STATION = b"02-00-00-00-00-01"


def attribute(kind: int, value: bytes) -> bytes:
    return bytes((kind, len(value) + 2)) + value


def eap_message(octets: bytes) -> bytes:
    """Return an EAP message in as many attributes as it needs (RFC 3579 §3.1)."""
    return b"".join(attribute(79, octets[at : at + 253]) for at in range(0, len(octets), 253))


IDENTITY = b"\x02\x01\x00\x06\x01u"
LARGE = b"\x02\x02\x05\xdc\x0d" + bytes(1495)
"""Answers of EAP: an identity, and the beginning of a certificate."""


class Told(TypedDict, total=False):
    """What a packet tells. The same salt, number and state make the same authenticator."""

    state: bytes
    user: bytes
    station: bytes
    proxy: tuple[bytes, ...]
    salt: bytes
    code: int
    eap: bytes


@dataclass
class Hop:
    """Makes the packets of one hop, as octets of IP, with a time in seconds from the start."""

    client: str = AP
    server: str = PROXY
    port: int = 40000
    server_port: int = 1812
    made: list[tuple[float, Packet]] = field(default_factory=list)

    def _put(self, at: float, packet: Packet, *, back: bool) -> None:
        layer = IPv6 if ":" in self.client else IP
        ends = (self.server, self.client) if back else (self.client, self.server)
        ports = (self.server_port, self.port) if back else (self.port, self.server_port)
        self.made.append((at, layer(src=ends[0], dst=ends[1]) / UDP(sport=ports[0], dport=ports[1]) / packet))

    def ask(self, at: float, number: int, **told: Unpack[Told]) -> None:
        """Put a request."""
        state = told.get("state", b"")
        octets = attribute(1, told.get("user", b"anonymous@camden.gov.uk"))
        octets += attribute(31, told.get("station", STATION)) + eap_message(told.get("eap", b""))
        octets += attribute(24, state) if state else b""
        octets += b"".join(attribute(33, one) for one in told.get("proxy", ()))
        authenticator = (told.get("salt", b"") + bytes((number,)) + state).ljust(16, b"\x5a")[:16]
        packet = Radius(code=told.get("code", REQUEST), id=number, authenticator=authenticator)
        self._put(at, packet / octets, back=False)

    def say(self, at: float, number: int, code: int, /, **told: Unpack[Told]) -> None:
        """Put an answer."""
        state = told.get("state", b"")
        octets = eap_message(told.get("eap", b"")) + (attribute(24, state) if state else b"")
        octets += b"".join(attribute(33, one) for one in told.get("proxy", ()))
        self._put(at, Radius(code=code, id=number, authenticator=bytes(16)) / octets, back=True)

    def break_up(self, *, without_rest: bool = False) -> None:
        """Have the last packet come in fragments, 10 us apart; or only in the first, as port filters have it."""
        at, packet = self.made.pop()
        pieces = fragment(packet, 1400)  # type: ignore[no-untyped-call]
        pieces = pieces[: 1 if without_rest else None]
        self.made += [(at + number / 100_000, piece) for number, piece in enumerate(pieces)]

    def conversation(
        self, at: float = 0.0, first: int = 0, states: Iterable[bytes] = (b"a", b"b"), end: int = ACCEPT
    ) -> None:
        """Put a whole authentication: an exchange takes 10 ms, and 5 ms pass between two."""
        state = b""
        for number, following in enumerate(states, start=first):
            self.ask(at, number, state=state)
            self.say(at + 0.010, number, CHALLENGE, state=following)
            at, state, first = at + 0.015, following, number + 1
        self.ask(at, first, state=state)
        self.say(at + 0.010, first, end)


def ethernet(packet: Packet) -> Packet:
    return Ether(src="02:00:00:00:00:aa", dst="02:00:00:00:00:bb") / packet


def tagged(packet: Packet) -> Packet:
    return Ether(src="02:00:00:00:00:aa", dst="02:00:00:00:00:bb") / Dot1Q(vlan=7) / packet


def doubly_tagged(packet: Packet) -> Packet:
    return Ether(src="02:00:00:00:00:aa", dst="02:00:00:00:00:bb", type=0x88A8) / Dot1Q(vlan=3) / Dot1Q(vlan=7) / packet


def cooked(packet: Packet) -> Packet:
    return CookedLinux(proto=0x86DD if packet.version == 6 else 0x0800) / packet


def cooked_2(packet: Packet) -> Packet:
    return CookedLinuxV2(proto=0x86DD if packet.version == 6 else 0x0800) / packet


def raw(packet: Packet) -> Packet:
    return packet


def loopback(packet: Packet) -> Packet:
    return Loopback(type=30 if packet.version == 6 else 2) / packet


LINKS = {
    "loopback": (0, loopback),
    "ethernet": (1, ethernet),
    "vlan": (1, tagged),
    "qinq": (1, doubly_tagged),
    "cooked": (113, cooked),
    "cooked-2": (276, cooked_2),
    "raw": (101, raw),
}


def write(path: Path, packets: Iterable[tuple[float, Packet]], link: int = 1, *, nano: bool = False) -> Path:
    """Write a capture: pcapng when the name says so, gzipped when it ends in .gz."""
    plain = path.with_suffix("") if path.suffix == ".gz" else path
    writer: Any = PcapNgWriter(str(plain)) if plain.suffix == ".pcapng" else PcapWriter(str(plain), link, nano=nano)
    with writer:
        for at, packet in packets:
            packet.time = START + at
            writer.write(packet)
    if path != plain:
        path.write_bytes(gzip.compress(plain.read_bytes()))
    return path
