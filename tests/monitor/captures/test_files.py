"""Files of every form and link type, and files that are damaged in every way."""

from __future__ import annotations

import struct
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import CaptureError
from monitor.passive.captures import Reading, Result
from tests.monitor.captures.made import AP, LINKS, PROXY, START, Hop, write

if TYPE_CHECKING:
    from collections.abc import Callable
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


def block(kind: int, body: bytes, length: int | None = None) -> bytes:
    size = struct.pack("<I", len(body) + 12 if length is None else length)
    return struct.pack("<I", kind) + size + body + size


SECTION = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface(link: int) -> bytes:
    return block(1, struct.pack("<HHI", link, 0, 65535))


def enhanced(octets: bytes, number: int = 0) -> bytes:
    ticks = START * 10**6
    head = struct.pack("<IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(octets), len(octets))
    return block(6, head + octets + bytes(-len(octets) % 4))


UNDERSTOOD = "Ethernet (1), raw IP (12, 14, 101, 228, 229), 802.11 (105), Linux cooked (113, 276), radiotap (127)"


@pytest.mark.parametrize(
    ("octets", "wanted"),
    [
        (b"", "neither pcap nor pcapng"),
        (b"\xd4\xc3", "neither pcap nor pcapng"),
        (b"GIF89a, and more of it", "neither pcap nor pcapng"),
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


def _small(name: str) -> bytes:
    import tempfile  # noqa: PLC0415  for this one moment

    with tempfile.TemporaryDirectory() as folder:
        return write(Path(folder) / name, one_conversation().made, 101).read_bytes()


SMALL = {name: _small(name) for name in ("a.pcap", "a.pcapng")}


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """Return a capture with some octets replaced, cut out or put in."""
    octets = draw(st.sampled_from(list(SMALL.values())))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(octets)))
        octets = octets[:at] + draw(st.binary(max_size=8)) + octets[at + draw(st.integers(0, 8)) :]
    return octets


@settings(max_examples=150)
@given(octets=st.one_of(spoilt(), st.binary(max_size=60), st.binary(max_size=60).map(lambda rest: pcap(1) + rest)))
def test_nothing_foreign_escapes(tmp_path_factory: pytest.TempPathFactory, octets: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "spoilt"
    path.write_bytes(octets)
    with suppress(CaptureError):
        found, _ = read(path)
        assert len(found) <= 4


@settings(max_examples=300)
@given(link=st.sampled_from([1, 12, 101, 105, 113, 127, 276]), octets=st.binary(max_size=120))
def test_no_packet_breaks_the_filter(tmp_path_factory: pytest.TempPathFactory, link: int, octets: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(pcap(link, record(octets), record(octets)))
    _, notes = read(path)
    assert not any("cut off" in note for note in notes)
