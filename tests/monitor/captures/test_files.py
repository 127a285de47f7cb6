"""Files of every form and link type, and files that are damaged in every way."""

from __future__ import annotations

import gzip
import json
import struct
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from monitor.errors import CaptureError
from monitor.passive.captures import Reading, Result
from tests.monitor.captures.made import AP, LINKS, PROXY, START, Hop, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

IPV6 = ("2001:db8::10", "2001:db8::20")


def one_conversation(client: str = AP, server: str = PROXY) -> Hop:
    hop = Hop(client, server)
    hop.conversation()
    return hop


def read(*paths: Path, ports: frozenset[int] | None = None) -> tuple[list[Any], list[str]]:
    reading = Reading(paths) if ports is None else Reading(paths, ports)
    return list(reading.found()), list(reading.notes())


@pytest.mark.parametrize("name", ["a.pcap", "a.pcapng", "a.pcap.gz", "a.pcapng.gz"])
@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("ends", [(AP, PROXY), IPV6], ids=["ipv4", "ipv6"])
def test_every_form_tells_the_same(tmp_path: Path, name: str, link: str, ends: tuple[str, str]) -> None:
    number, wrap = LINKS[link]
    path = write(tmp_path / name, [(at, wrap(packet)) for at, packet in one_conversation(*ends).made], number)
    (found,), notes = read(path)
    assert notes == []
    assert (found.start, found.ms, found.result) == (START * 10**9, 40.0, Result.ACCEPT)
    client, server = ends
    assert (found.client, found.server) == (client, f"[{server}]:1812" if ":" in server else f"{server}:1812")


def test_nanoseconds_are_read(tmp_path: Path) -> None:
    hop = Hop()
    hop.ask(0.000000123, 1)
    hop.say(0.000001123, 1, 2)
    (found,), _ = read(write(tmp_path / "a.pcap", hop.made, 101, nano=True))
    assert found.ms == pytest.approx(0.001, abs=0.0005)


@pytest.mark.parametrize(("ports", "count"), [(None, 0), (frozenset({11812}), 1), (frozenset({40000}), 1)])
def test_ports_are_those_that_are_asked_for(tmp_path: Path, ports: frozenset[int] | None, count: int) -> None:
    hop = Hop(server_port=11812)
    hop.conversation()
    found, _ = read(write(tmp_path / "a.pcap", hop.made, 101), ports=ports)
    assert len(found) == count


def pcap(link: int, *records: bytes) -> bytes:
    return struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, link) + b"".join(records)


def record(octets: bytes, length: int | None = None) -> bytes:
    return struct.pack("<IIII", START, 0, len(octets) if length is None else length, len(octets)) + octets


def block(kind: int, body: bytes, length: int | None = None, order: str = "<") -> bytes:
    size = struct.pack(f"{order}I", len(body) + 12 if length is None else length)
    return struct.pack(f"{order}I", kind) + size + body + size


def section(order: str = "<") -> bytes:
    return block(0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1), order=order)


SECTION = section()


def option(code: int, value: bytes, order: str = "<") -> bytes:
    return struct.pack(f"{order}HH", code, len(value)) + value + bytes(-len(value) % 4)


def interface(link: int, options: bytes = b"", order: str = "<") -> bytes:
    return block(1, struct.pack(f"{order}HHI", link, 0, 65535) + options, order=order)


def enhanced(
    octets: bytes, number: int = 0, ticks: int = START * 10**6, order: str = "<", length: int | None = None
) -> bytes:
    claimed = len(octets) if length is None else length
    head = struct.pack(f"{order}IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, claimed, claimed)
    return block(6, head + octets + bytes(-len(octets) % 4), order=order)


def obsolete(octets: bytes, ticks: int, order: str = "<") -> bytes:
    """Return a Packet Block, as Wireshark wrote them before 2009."""
    head = struct.pack(f"{order}HHIIII", 0, 0, ticks >> 32, ticks & 0xFFFFFFFF, len(octets), len(octets))
    return block(2, head + octets + bytes(-len(octets) % 4), order=order)


def asides(order: str) -> bytes:
    """Return blocks that are no packets: names, statistics, a journal's entry, secrets, somebody's own, and unknown."""
    secrets = struct.pack(f"{order}II", 0x544C534B, 4) + b"abcd"
    bodies = {4: bytes(4), 5: bytes(12), 9: b"text", 10: secrets, 0xBAD: bytes(8), 0x7777: bytes(4)}
    return b"".join(block(kind, body, order=order) for kind, body in bodies.items())


SPOKEN = [(at, bytes(packet)) for at, packet in one_conversation().made]
MICRO, NANO, BINARY = b"\x06", b"\x09", b"\x8a"


def ticking(resolution: bytes, order: str, later: int = 0) -> bytes:
    """Return the conversation with times of a resolution, which counts from so many seconds after the epoch's start."""
    unit = {MICRO: 10**6, NANO: 10**9, BINARY: 2**10}[resolution]
    options = option(9, resolution, order) + option(14, struct.pack(f"{order}q", later), order)
    packets = [(round((START - later + at) * unit), octets) for at, octets in SPOKEN]
    return section(order) + interface(101, options, order) + b"".join(enhanced(o, 0, t, order) for t, o in packets)


def old_blocks(order: str) -> bytes:
    packets = [obsolete(octets, round((START + at) * 10**6), order) for at, octets in SPOKEN]
    return section(order) + interface(101, b"", order) + b"".join(packets)


def among_others(order: str) -> bytes:
    """Return the conversation with blocks of other kinds before and behind each packet."""
    packets = [enhanced(octets, 0, round((START + at) * 10**6), order) for at, octets in SPOKEN]
    return section(order) + interface(101, b"", order) + asides(order) + asides(order).join(packets) + asides(order)


def in_sections(order: str) -> bytes:
    """Return the conversation with a section for each packet, and every second in the other order of octets."""
    orders = (order, "<" if order == ">" else ">")
    packets = [(orders[number % 2], round((START + at) * 10**6), octets) for number, (at, octets) in enumerate(SPOKEN)]
    return b"".join(section(one) + interface(101, b"", one) + enhanced(o, 0, t, one) for one, t, o in packets)


def of_pcap(order: str, *, nano: bool) -> bytes:
    magic, unit = (0xA1B23C4D, 10**9) if nano else (0xA1B2C3D4, 10**6)
    records = [
        struct.pack(f"{order}IIII", START, round(at * unit), len(octets), len(octets)) + octets for at, octets in SPOKEN
    ]
    return struct.pack(f"{order}IHHIIII", magic, 2, 4, 0, 0, 65535, 101) + b"".join(records)


@pytest.mark.parametrize("order", ["<", ">"], ids=["little", "big"])
@pytest.mark.parametrize(
    "make",
    [
        lambda order: ticking(MICRO, order),
        lambda order: ticking(NANO, order),
        lambda order: ticking(BINARY, order),
        lambda order: ticking(MICRO, order, later=1_700_000_000),
        old_blocks,
        among_others,
        in_sections,
        lambda order: of_pcap(order, nano=False),
        lambda order: of_pcap(order, nano=True),
        lambda order: gzip.compress(of_pcap(order, nano=True)[:200]) + gzip.compress(of_pcap(order, nano=True)[200:]),
    ],
    ids=["us", "ns", "2^-10 s", "offset", "packet blocks", "other blocks", "sections", "pcap", "pcap ns", "two gzips"],
)
def test_every_dialect_tells_the_same(tmp_path: Path, make: Callable[[str], bytes], order: str) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(make(order))
    (found,), notes = read(path)
    assert notes == []
    assert (found.start, found.result) == (START * 10**9, Result.ACCEPT)
    assert found.ms == pytest.approx(40.0, abs=1)


UNDERSTOOD = (
    "loopback of BSD (0, 108), Ethernet (1), raw IP (12, 14, 101, 228, 229), 802.11 (105), Linux cooked (113, 276), "
    "radiotap (127)"
)


@pytest.mark.parametrize(
    ("octets", "wanted"),
    [
        (b"", "neither pcap nor pcapng"),
        (b"\xd4\xc3", "neither pcap nor pcapng"),
        (b"GIF89a, and more of it", "neither pcap nor pcapng"),
        (gzip.compress(b""), "neither pcap nor pcapng"),
        (gzip.compress(gzip.compress(pcap(1))), "neither pcap nor pcapng"),
        (b"\x28\xb5\x2f\xfd of zstd", "neither pcap nor pcapng"),
        (b"\x1f\x8b", "the gzip file is damaged"),
        (b"\x1f\x8b\x08\x00garbage that is not deflated", "the gzip file is damaged"),
        (pcap(1)[:20], "its header is damaged"),
        (SECTION[:20], "its header is damaged"),
        (b"\x0a\x0d\x0d\x0a" + bytes(40), "its header is damaged"),
        (pcap(147, record(b"x")), f"link type 147 is not understood; those that are: {UNDERSTOOD}"),
        (
            SECTION + interface(189) + interface(220) + enhanced(b"x") + enhanced(b"y", 1),
            f"link type 189, 220 is not understood; those that are: {UNDERSTOOD}",
        ),
    ],
)
def test_what_is_no_capture_is_refused(tmp_path: Path, octets: bytes, wanted: str) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(octets)
    with pytest.raises(CaptureError) as refused:
        read(path)
    assert str(refused.value) == f"{path}: {wanted}"


@pytest.mark.parametrize(
    ("make", "wanted"),
    [(lambda path: path, "No such file or directory"), (lambda path: path.parent, "Is a directory")],
    ids=["absent", "directory"],
)
def test_what_cannot_be_opened_is_refused(tmp_path: Path, make: Callable[[Path], Path], wanted: str) -> None:
    path = make(tmp_path / "a.pcap")
    with pytest.raises(CaptureError) as refused:
        read(path)
    assert str(refused.value) == f"{path}: {wanted}"


WHOLE = record(bytes(60))
DAMAGED = "{path}: cut off or damaged after {count} packets; what stands before is read"


@pytest.mark.parametrize(
    ("octets", "wanted"),
    [
        (pcap(1), ()),
        (pcap(1, WHOLE, WHOLE), ()),
        (pcap(1, WHOLE, WHOLE[:8]), (DAMAGED.format(path="{path}", count=1),)),
        (pcap(1, WHOLE, WHOLE[:16]), (DAMAGED.format(path="{path}", count=1),)),
        (pcap(1, WHOLE, WHOLE[:-1]), (DAMAGED.format(path="{path}", count=1),)),
        (pcap(1, WHOLE, record(bytes(60), 0xFFFFFFFF)), (DAMAGED.format(path="{path}", count=1),)),
        (pcap(1, WHOLE, record(bytes(60), 300_000), bytes(300_000)), (DAMAGED.format(path="{path}", count=1),)),
        (pcap(1, record(bytes(100_000)), WHOLE), ()),
        (SECTION, ()),
        (SECTION + interface(1) + enhanced(bytes(60)), ()),
        (SECTION + interface(1) + enhanced(bytes(60)) + b"\x06\0\0\0", (DAMAGED.format(path="{path}", count=1),)),
        (SECTION + interface(1) + enhanced(bytes(60))[:-4], (DAMAGED.format(path="{path}", count=0),)),
        (
            SECTION + interface(1) + enhanced(bytes(60)) + block(6, bytes(8), 0xFFFFFFF0),
            (DAMAGED.format(path="{path}", count=1),),
        ),
        (
            SECTION + interface(1) + block(3, struct.pack("<I", 4) + b"abcd"),
            ("{path}: 1 packets without a time are passed over",),
        ),
        (
            SECTION + interface(1) + interface(189) + enhanced(bytes(60)) + enhanced(b"usb", 1),
            ("{path}: 1 packets of link type 189 are passed over",),
        ),
        (
            SECTION + interface(1) + enhanced(bytes(60)) + enhanced(bytes(60), 7),
            (DAMAGED.format(path="{path}", count=1),),
        ),
        (
            SECTION + interface(1) + enhanced(bytes(60)) + enhanced(bytes(60), length=4000),
            (DAMAGED.format(path="{path}", count=1),),
        ),
        # Two files behind each other: the second section has an interface of its own.
        (
            SECTION + interface(1) + enhanced(bytes(60)) + SECTION + interface(189) + enhanced(bytes(60)),
            ("{path}: 1 packets of link type 189 are passed over",),
        ),
    ],
)
def test_damage_is_told_and_the_rest_is_read(tmp_path: Path, octets: bytes, wanted: tuple[str, ...]) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(octets)
    assert read(path) == ([], [one.format(path=path) for one in wanted])


def test_a_capture_is_whole_only_when_it_is(tmp_path: Path) -> None:
    """Cut at every place: only an end between two packets passes for one."""
    for name in ("a.pcap", "a.pcapng"):
        hop = Hop()
        hop.ask(0, 1)
        hop.say(0.01, 1, 2)
        path = write(tmp_path / name, hop.made, 101)
        octets = path.read_bytes()
        whole = []
        for end in range(len(octets) + 1):
            path.write_bytes(octets[:end])
            try:
                _, notes = read(path)
            except CaptureError:
                continue
            if not any("cut off" in note for note in notes):
                whole.append(end)
        # The header, one packet, two; pcapng's header is two blocks, of the section and of the interface.
        assert len(whole) == (3 if name == "a.pcap" else 4)
        assert whole[-1] == len(octets)


def test_a_zipped_capture_that_is_cut_is_told_of(tmp_path: Path) -> None:
    path = write(tmp_path / "a.pcap.gz", one_conversation().made, 101)
    path.write_bytes(path.read_bytes()[:-12])
    found, notes = read(path)
    assert len(found) <= 1
    assert [note for note in notes if note.startswith(f"{path}: cut off or damaged after")]


HOLE = 262_140
"""Octets of each packet of the gigantic captures."""
EPB = struct.pack("<II5I", 6, HOLE + 32, 0, 0, 0, HOLE, HOLE)
FORMS = {
    "pcap": (pcap(127), struct.pack("<IIII", START, 0, HOLE, HOLE), b""),
    "pcapng": (SECTION + interface(127), EPB, struct.pack("<I", HOLE + 32)),
}


@pytest.mark.parametrize("form", FORMS)
def test_two_gigabytes_are_read_in_little_memory(tmp_path: Path, repository: Path, form: str) -> None:
    """The packets are holes in the file, so that it takes no room either."""
    begin, head, tail = FORMS[form]
    count = 2**31 // (len(head) + HOLE + len(tail)) + 1
    path = tmp_path / "gigantic"
    with path.open("wb") as file:
        file.write(begin)
        for _ in range(count):
            file.write(head)
            file.seek(HOLE, 1)
            file.write(tail)
        file.truncate()
    words = [sys.executable, "-m", "benchmarks.capture_reading", str(path)]
    told = json.loads(subprocess.run(words, cwd=repository, capture_output=True, text=True, check=True).stdout)
    assert (path.stat().st_size > 2**31, told["packets"], told["found"]) == (True, count, 0)
    assert told["mb"] < 150
    path.unlink()
