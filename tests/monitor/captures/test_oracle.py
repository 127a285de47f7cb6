"""Counts and times of our reader and of tshark, on captures that the tests make."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.passive.captures import Conversation, Reading, Roam
from tests.monitor.captures import tshark
from tests.monitor.captures.air import ONE, TWO, Air
from tests.monitor.captures.made import ACCEPT, LINKS, REJECT, Hop, write

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
