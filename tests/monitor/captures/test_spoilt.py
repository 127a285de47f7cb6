"""Valid captures with octets replaced, cut out and put in, and frames lost, doubled and out of order: nothing breaks.

The whole way is taken, from the file to what is printed.
"""

from __future__ import annotations

import struct
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.cli.capture_output import Document, Table
from monitor.errors import CaptureError
from monitor.passive.captures import Addresses, Kind, Reading, Roam
from tests.monitor.captures.air import ONE, THREE, TWO, Air
from tests.monitor.captures.made import START, Hop, write

if TYPE_CHECKING:
    import pytest

    from monitor.passive.captures import Conversation

RADIO, PLAIN = 127, 105


def of_the_air() -> Air:
    """Return a client that comes, and roams by every kind, one of them refused and one of them encrypted."""
    air = Air()
    air.full(0, ONE)
    air.data(0.2, ONE, acked=True)
    air.fast(0.3, ONE, TWO)
    air.data(0.4, TWO, acked=True)
    air.over_ds(0.5, TWO, THREE)
    air.auth(0.6, ONE, 2)
    air.auth(0.603, ONE, 2, 53)
    air.full(0.7, ONE, THREE)
    air.data(0.9, ONE)
    air.slow(1.0, TWO, ONE, pmkids=1)
    air.four_way(1.1, TWO)
    air.hidden_action(1.2, TWO, up=True)
    air.hidden_action(1.21, TWO, up=False)
    air.deauth(1.3, TWO, 3)
    return air


def of_radius() -> Hop:
    hop = Hop()
    hop.conversation()
    return hop


def _files() -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        made = ((of_radius().made, 101), (of_the_air().made, RADIO))
        names = [(Path(folder) / name, *one) for name in ("a.pcap", "a.pcapng") for one in made]
        return [write(*one).read_bytes() for one in names]


FILES = _files()
FRAMES = [bytes(packet) for _, packet in of_the_air().made]
UNDRESSED = [bytes(packet.payload) for _, packet in of_the_air().made]


def spoilt(draw: st.DrawFn, octets: bytes, most: int) -> bytes:
    """Return octets some of which are replaced, cut out or put in."""
    for _ in range(draw(st.integers(1, most))):
        at = draw(st.integers(0, len(octets)))
        octets = octets[:at] + draw(st.binary(max_size=8)) + octets[at + draw(st.integers(0, 8)) :]
    return octets


@st.composite
def files(draw: st.DrawFn) -> bytes:
    return spoilt(draw, draw(st.sampled_from(FILES)), 4)


@st.composite
def airs(draw: st.DrawFn) -> bytes:
    """Return a pcap of the air whose records are whole and whose frames are not, nor all there, nor in order."""
    link = draw(st.sampled_from([RADIO, PLAIN]))
    frames = list(enumerate(FRAMES if link == RADIO else UNDRESSED))
    for _ in range(draw(st.integers(0, 6))):
        number = draw(st.integers(0, len(frames) - 1))
        at, octets = frames[number]
        match draw(st.sampled_from(["spoil", "spoil", "lose", "double", "move"])):
            case "spoil":
                frames[number] = at, spoilt(draw, octets, 2)
            case "lose":
                del frames[number]
            case "double":
                frames.insert(number, (at, octets))
            case "move":
                frames[number] = draw(st.integers(0, 2 * len(frames))), octets
    head = struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, link)
    return head + b"".join(
        struct.pack("<IIII", START, at * 3000, len(octets), len(octets)) + octets for at, octets in frames
    )


def looked_at(path: Path) -> tuple[list[Roam | Conversation], list[str]]:
    """Read a capture, and have everything printed that was found, both ways."""
    reading = Reading([path])
    found = list(reading.found())
    notes = list(reading.notes())
    for output in (Document(Addresses()), Table(Addresses())):
        with output:
            for one in found:
                if isinstance(one, Roam):
                    output.roam(one)
                else:
                    output.conversation(one)
            output.print(reading.packets(), notes)
    return found, notes


@settings(max_examples=150)
@given(octets=st.one_of(files(), st.binary(max_size=60), st.binary(max_size=60).map(lambda rest: FILES[0][:24] + rest)))
def test_no_file_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, octets: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "spoilt"
    path.write_bytes(octets)
    with suppress(CaptureError):
        found, _ = looked_at(path)
        assert len(found) <= len(FRAMES)


@settings(max_examples=150)
@given(octets=airs())
def test_no_frame_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, octets: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "air"
    path.write_bytes(octets)
    found, notes = looked_at(path)
    assert not any("cut off" in note for note in notes)
    roams = [one for one in found if isinstance(one, Roam)]
    assert len(roams) == len(found)
    for one in roams:
        assert bool(one.why) is (one.kind is Kind.INCOMPLETE)
        assert all(ms is None or ms >= 0 for ms in (one.d1_ms, one.d2_ms, one.d4_ms, *one.phases.values()))
        assert one.ssid.isprintable()


@settings(max_examples=200)
@given(link=st.sampled_from([0, 1, 12, 101, 105, 108, 113, 127, 276]), octets=st.binary(max_size=120))
def test_no_packet_breaks_the_filter(tmp_path_factory: pytest.TempPathFactory, link: int, octets: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    record = struct.pack("<IIII", START, 0, len(octets), len(octets)) + octets
    path.write_bytes(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, link) + 2 * record)
    _, notes = looked_at(path)
    assert not any("cut off" in note for note in notes)
