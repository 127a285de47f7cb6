"""Captures of 200,000 packets read with pairing, beside tshark telling the fields that this takes.

The RADIUS capture is authentications of ten exchanges on one hop. The air is 40 clients that talk and roam: beacons,
data, acknowledgements, and every kind of roam. Measured is CPU time of whole processes, with start and imports, as the
machine may have other work; ours is `benchmarks.capture_reading`.
"""

from __future__ import annotations

import resource
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scapy.layers.dot11 import Dot11, Dot11Beacon, RadioTap
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.layers.radius import Radius

from benchmarks.process import apart
from benchmarks.row import Missing, Row
from tests.monitor.captures.air import ONE, TWO, Air, octets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

PACKETS: Final = 200_000
FEWER: Final = 50_000
RUNS: Final = 3
GOAL: Final = 1 / 3
_START: Final = 1_800_000_000
_STEP_US: Final = 500
_ETHERNET, _RADIOTAP = 1, 127
_EXCHANGES: Final = 10
_STATION: Final = b"02-00-00-00-00-00"
_STATE: Final = b"the state of one"

_RADIUS_FIELDS: Final = (
    *("frame.time_epoch", "ip.src", "ip.dst", "udp.srcport", "udp.dstport", "radius.code", "radius.id"),
    *("radius.authenticator", "radius.User_Name", "radius.State", "radius.Calling_Station_Id", "radius.Proxy_State"),
)
_AIR_FIELDS: Final = (
    *("frame.time_epoch", "wlan.fc.type_subtype", "wlan.ra", "wlan.ta", "wlan.bssid", "wlan.fc.protected"),
    *("wlan.fixed.auth.alg", "wlan.fixed.status_code", "wlan.fixed.current_ap", "wlan.fixed.action_code", "wlan.ssid"),
    *("wlan.rsn.akms.type", "wlan.rsn.pmkid.count", "eap.code", "eap.type", "wlan_rsna_eapol.keydes.msgnr"),
)


def measure() -> Iterator[Row | Missing]:
    """Yield CPU time a packet of both sorts, and memory."""
    with tempfile.TemporaryDirectory() as folder:
        sorts = (("RADIUS", radius, _ETHERNET, _RADIUS_FIELDS), ("802.11", air, _RADIOTAP, _AIR_FIELDS))
        for name, packets, link, fields in sorts:
            path = _write(Path(folder) / f"{name}.pcap", packets(), link, PACKETS)
            yield _speed(name, path, fields)
            yield _memory(name, path, _write(Path(folder) / "fewer.pcap", packets(), link, FEWER))


def _speed(name: str, path: Path, fields: Iterable[str]) -> Row | Missing:
    title = f"{name} capture of {PACKETS:,} packets, read and paired"
    peer = ["tshark", "-n", "-r", str(path), "-T", "fields", *(word for one in fields for word in ("-e", one))]
    ours = [sys.executable, "-m", "benchmarks.capture_reading", str(path)]
    try:
        runs = [(_cpu_s(ours), _cpu_s(peer)) for _ in range(RUNS)]
    except FileNotFoundError:
        return Missing(title, "tshark is not installed")
    mine, its = (min(times) / PACKETS * 1e6 for times in zip(*runs, strict=True))
    return Row(title, "tshark -T fields, the same fields", mine, its, "CPU us a packet", GOAL)


def _memory(name: str, path: Path, fewer: Path) -> Row:
    whole, part = (apart("benchmarks.capture_reading", str(one))["mb"] for one in (path, fewer))
    title = f"{name} capture of {PACKETS:,} packets: memory"
    return Row(title, f"the first {FEWER:,} of them", whole, part, "MB resident at most", 1.1)


def _cpu_s(words: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603  our own words
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _write(path: Path, packets: Iterator[bytes], link: int, count: int) -> Path:
    """Write a capture with a packet every half millisecond."""
    with path.open("wb") as file:
        file.write(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link))
        for number, packet in zip(range(count), packets, strict=False):
            seconds, rest = divmod(number * _STEP_US, 1_000_000)
            file.write(struct.pack("<IIII", _START + seconds, rest, len(packet), len(packet)) + packet)
    return path


def radius() -> Iterator[bytes]:
    """Yield the packets of one authentication after the other, without end."""
    first, later = _datagram(1, _asked(b""), back=False), _datagram(1, _asked(_STATE), back=False)
    challenge = _datagram(11, _attribute(79, bytes(200)) + _attribute(24, _STATE), back=True)
    accept = _datagram(2, _attribute(79, bytes(4)), back=True)
    number = 0
    while True:
        number += 1
        station = b"02-00-00-%02X-%02X-%02X" % (number >> 16 & 255, number >> 8 & 255, number & 255)
        for exchange in range(_EXCHANGES):
            before, after = (struct.pack(">QQ", number, exchange + step) for step in (0, 1))
            identifier = (number * _EXCHANGES + exchange) % 256
            request = (later if exchange else first).replace(_STATION, station).replace(_STATE, before)
            yield _numbered(request, identifier, before)
            answer = accept if exchange == _EXCHANGES - 1 else challenge.replace(_STATE, after)
            yield _numbered(answer, identifier, after)


def _attribute(kind: int, value: bytes) -> bytes:
    return bytes((kind, len(value) + 2)) + value


def _asked(state: bytes) -> bytes:
    """Return the attributes that an access point sends (RFC 3580)."""
    told = {1: b"anonymous@camden.gov.uk", 4: bytes(4), 5: bytes(4), 12: bytes(4), 61: bytes(4), 79: bytes(120)}
    told |= {30: b"02-00-0A-07-11-00:govroam", 31: _STATION, 77: b"CONNECT 54Mbps 802.11a", 126: b"1camden.gov.uk"}
    told |= {24: state} if state else {}
    return b"".join(_attribute(kind, value) for kind, value in told.items()) + _attribute(80, bytes(16))


def _datagram(code: int, attributes: bytes, *, back: bool) -> bytes:
    ends, ports = ("198.51.100.10", "198.51.100.20"), (40000, 1812)
    if back:
        ends, ports = ends[::-1], ports[::-1]
    ip = IP(src=ends[0], dst=ends[1]) / UDP(sport=ports[0], dport=ports[1], chksum=0)
    return bytes(Ether(src="02:00:00:00:00:aa", dst="02:00:00:00:00:bb") / ip / Radius(code=code) / attributes)


def _numbered(packet: bytes, identifier: int, authenticator: bytes) -> bytes:
    """Return a packet with another identifier and authenticator (behind Ethernet 14, IPv4 20, UDP 8 octets)."""
    return packet[:43] + bytes((identifier,)) + packet[44:46] + authenticator + packet[62:]


def _cached(one: Air) -> None:
    one.slow(0, ONE, TWO, pmkids=1)
    one.four_way(0.010, ONE)


_ROAMS: Final[tuple[Callable[[Air], None], ...]] = (
    lambda one: one.fast(0, ONE, TWO),
    lambda one: one.over_ds(0, TWO, ONE),
    lambda one: one.full(0, TWO, ONE),
    _cached,
)
_CLIENTS: Final = 40
_TALK: Final = 40
"""Data frames of a client between two roams; each with an acknowledgement, and a beacon beside every fourth."""


def air() -> Iterator[bytes]:
    """Yield the frames of clients that talk and roam to and fro, one after the other, without end."""
    client, beacon = octets(Air().client), bytes(RadioTap() / Dot11(addr3=ONE, addr2=ONE) / Dot11Beacon() / bytes(200))
    roams = [_frames(happen) for happen in _ROAMS]
    talks = [_frames(_talk(at)) for at in (TWO, ONE, TWO, ONE)]
    turn = 0
    while True:
        for number in range(_CLIENTS):
            own = client[:-1] + bytes((number + 1,))
            for packet in (*roams[turn % len(roams)], *talks[turn % len(roams)]):
                yield packet.replace(client, own)
            yield from [beacon] * (_TALK // 4)
        turn += 1


def _talk(at: str) -> Callable[[Air], None]:
    def happen(one: Air) -> None:
        for number in range(_TALK):
            one.data(number * 0.001, at, up=bool(number % 2), acked=True)

    return happen


def _frames(happen: Callable[[Air], None]) -> list[bytes]:
    one = Air()
    happen(one)
    return [bytes(packet) for _, packet in sorted(one.made, key=lambda made: made[0])]
