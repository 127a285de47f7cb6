"""Counts and times of our reader and of tshark, on captures that the tests make."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.passive.captures import Conversation, Reading, Roam
from tests.monitor.captures import tshark
from tests.monitor.captures.air import DIALECTS, ONE, TWO, Air
from tests.monitor.captures.made import ACCEPT, CHALLENGE, IDENTITY, LARGE, LINKS, REJECT, Hop, write
from tests.monitor.captures.public import compare, main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize("link", LINKS)
def test_radius(tmp_path: Path, link: str) -> None:
    hop = Hop()
    hop.conversation()
    hop.conversation(3.25, 10, states=(b"x", b"y", b"z", b"zz"), end=REJECT)
    hop.ask(7, 30)
    hop.ask(9, 30)
    hop.say(9.123456, 30, ACCEPT)
    number, wrap = LINKS[link]
    path = write(tmp_path / "a.pcap", [(at, wrap(packet)) for at, packet in hop.made], number)
    reading = Reading([path])
    found = [one for one in reading.found() if isinstance(one, Conversation)]
    assert reading.packets() == tshark.packets(path)
    assert sum(one.retransmissions for one in found) == tshark.retransmissions(path) == 1
    ours = [ms for one in found for ms in one.exchange_ms if ms is not None]
    assert ours == pytest.approx(tshark.exchanges_ms(path), abs=0.001)
    assert [one.result for one in found] == ["accept", "reject", "accept"]
    for mine, (start, ms, result) in zip(found, tshark.conversations(path), strict=True):
        assert mine.start / 1e9 == pytest.approx(start, abs=1e-6)
        assert mine.ms == pytest.approx(ms, abs=0.001)
        assert mine.result.value == result


def over_the_air(air: Air) -> None:
    air.fast(0, ONE, TWO)


def over_the_ds(air: Air) -> None:
    air.over_ds(0, ONE, TWO)


def with_full_eap(air: Air) -> None:
    air.full(0, TWO, ONE)


@pytest.mark.parametrize(
    ("happen", "kind", "first", "last"),
    [
        (over_the_air, "ft_air", f"{tshark.AUTHENTICATION} && wlan.fixed.auth.alg == 2", tshark.RESPONSE),
        (over_the_ds, "ft_ds", tshark.FT_REQUEST, tshark.RESPONSE),
        (with_full_eap, "full_eap", tshark.AUTHENTICATION, tshark.M4),
    ],
)
def test_roams(tmp_path: Path, happen: Callable[[Air], None], kind: str, first: str, last: str) -> None:
    air = Air()
    happen(air)
    path = write(tmp_path / "air.pcap", air.made, 127)
    reading = Reading([path])
    (found,) = (one for one in reading.found() if isinstance(one, Roam))
    assert found.kind == kind
    assert reading.packets() == tshark.packets(path) == len(air.made)
    assert found.d2_ms == pytest.approx(tshark.between_ms(path, first, last), abs=0.001)
    if kind == "full_eap":
        eap = tshark.between_ms(path, "eap.code == 1 && eap.type == 1", "eap.code == 3")
        four_way = tshark.between_ms(path, "wlan_rsna_eapol.keydes.msgnr == 1", tshark.M4)
        assert found.phases["eap"] == pytest.approx(eap, abs=0.001)
        assert found.phases["four_way"] == pytest.approx(four_way, abs=0.001)
        assert found.d4_ms == pytest.approx(tshark.between_ms(path, tshark.RESPONSE, tshark.M4), abs=0.001)


# tshark 4.0 takes the fourth message of multi-link operation, which has key data, for the second.
KNOWN_TO_TSHARK = [dialect for name, dialect in DIALECTS.items() if name != "key data in the fourth message"]


def test_shapes_of_public_captures(tmp_path: Path) -> None:
    """Every dialect of key messages, every kind of roam, frames sent again, an attempt refused, another cut short."""
    made = []
    for number, dialect in enumerate(KNOWN_TO_TSHARK):
        air = Air(f"02:00:00:00:00:{number + 16:02x}")
        air.slow(0, ONE)
        air.eap(0.010, ONE)
        air.four_way(0.120, ONE, dialect=dialect)
        air.data(0.200, ONE)
        air.fast(1, ONE, TWO)
        air.answer(1.010, TWO)
        air.over_ds(2, TWO, ONE)
        air.auth(3, TWO, 2)
        air.auth(3.003, TWO, 2, 53)
        air.full(4, TWO, ONE)
        air.hidden_action(5, TWO, up=True)
        air.slow(6, ONE, TWO)
        made += air.made
    path = write(tmp_path / "air.pcap", sorted(made, key=lambda one: one[0]), 127)
    compared = compare(path)
    assert compared.differences == ()
    assert len(compared.told.ways) == 4 * len(KNOWN_TO_TSHARK)


@pytest.mark.parametrize("link", ["ethernet", "loopback"])
def test_shapes_of_public_radius(tmp_path: Path, link: str) -> None:
    hop = Hop()
    hop.ask(0, 1, eap=IDENTITY)
    hop.say(0.01, 1, CHALLENGE, state=b"a")
    hop.ask(0.02, 2, state=b"a", eap=LARGE)
    hop.break_up()
    hop.say(0.05, 2, CHALLENGE, state=b"a")
    hop.ask(0.06, 3, state=b"a")
    hop.ask(2.06, 3, state=b"a")
    hop.say(2.1, 3, ACCEPT)
    number, wrap = LINKS[link]
    compared = compare(write(tmp_path / "a.pcap", [(at, wrap(packet)) for at, packet in hop.made], number))
    assert compared.differences == ()
    assert (len(compared.told.talks), compared.told.retransmissions) == (1, 1)


@pytest.mark.parametrize(("name", "status"), [("a.pcap", 0), ("a.txt", 1)])
def test_the_program(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, status: int) -> None:
    air = Air()
    air.fast(0, ONE, TWO)
    write(tmp_path / name, air.made, 127)
    assert main([str(tmp_path)]) == status
    wanted = "1 captures: 1 equal, 0 not, 0 not read" if status == 0 else "no capture with 802.11 or RADIUS in it"
    assert capsys.readouterr().out.splitlines()[-1] == wanted


def test_the_program_tells_what_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    air = Air()
    air.slow(0, ONE)
    air.four_way(0.120, ONE, dialect=DIALECTS["key data in the fourth message"])
    write(tmp_path / "a.pcap", air.made, 127)
    assert main([str(tmp_path)]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[-2].endswith(f"initial of {air.client} to {ONE}: not tshark's")
    assert out[-1] == "1 captures: 0 equal, 1 not, 0 not read"
