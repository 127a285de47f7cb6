"""Roams out of small captures of the air: their kinds, their times by each definition, and what is not to be mixed."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.passive.captures import Reading, Roam
from monitor.passive.captures.air import Data, Ear, FrameKind, Heard
from monitor.passive.captures.elements import elements
from monitor.passive.captures.links import Frame, radiotap
from monitor.passive.captures.roams import MOST, MOST_ATTEMPTS, Roams
from tests.monitor.captures.air import DIALECTS, FAST, FT_AKM, ONE, PSK_AKM, THREE, TWO, Air, octets, rsn
from tests.monitor.captures.made import write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAMES = {octets(ONE): "1", octets(TWO): "2", octets(THREE): "3", None: "-"}


def read(folder: Path, *airs: Air) -> tuple[list[Roam], list[str]]:
    made = sorted((one for air in airs for one in air.made), key=lambda one: one[0])
    reading = Reading([write(folder / "air.pcap", made, 127)])
    found = sorted((one for one in reading.found() if isinstance(one, Roam)), key=lambda one: one.start)
    return found, list(reading.notes())


def number(ms: float | None) -> str:
    return "-" if ms is None else f"{ms:g}"


def short(one: Roam) -> str:
    """Return what is told of a roam in a line: from, to, kind, D1, D2, D4 and what was strange."""
    times = " ".join(number(ms) for ms in (one.d1_ms, one.d2_ms, one.d4_ms))
    flags = [one.why, "acked" * one.acked, "doubtful" * one.doubtful, "inferred" * one.inferred]
    rest = "".join(f", {flag}" for flag in flags if flag)
    return f"{NAMES[one.previous]}>{NAMES[one.bssid]} {one.kind} {times}{rest}"


def at_one(air: Air) -> None:
    """Put a client that has been at the first access point for a while."""
    air.data(-1.0, ONE)
    air.data(-0.050, ONE)


def over_the_air(air: Air) -> None:
    at_one(air)
    air.fast(0, ONE, TWO)
    air.data(0.020, TWO)


def over_the_ds(air: Air) -> None:
    at_one(air)
    air.over_ds(0, ONE, TWO)
    air.data(0.030, TWO)


def over_the_ds_encrypted(air: Air) -> None:
    at_one(air)
    air.hidden_action(0, ONE, up=True)
    air.hidden_action(0.010, ONE, up=False)
    air.ask(0.015, TWO, rsn(FT_AKM, 1) / FAST, ONE)
    air.answer(0.020, TWO)
    air.data(0.030, TWO)


def with_cached_key(air: Air) -> None:
    at_one(air)
    air.slow(0, TWO, ONE, pmkids=1)
    air.four_way(0.010, TWO)
    air.data(0.050, TWO)


def with_full_eap(air: Air) -> None:
    at_one(air)
    air.full(0, TWO, ONE)
    air.data(0.150, TWO)


def with_a_cached_key_that_the_other_lacks(air: Air) -> None:
    at_one(air)
    air.slow(0, TWO, ONE, pmkids=1)
    air.eap(0.010, TWO)
    air.four_way(0.120, TWO)


def shown_as_association(air: Air) -> None:
    at_one(air)
    air.full(0, TWO)


def first_association(air: Air) -> None:
    air.full(0, ONE)
    air.data(0.150, ONE)


def after_a_pause(air: Air) -> None:
    air.data(-12, ONE)
    air.full(0, TWO)


def back_at_the_same(air: Air) -> None:
    at_one(air)
    air.full(0, ONE, ONE)


def idle_before(air: Air) -> None:
    air.data(-12, ONE)
    air.fast(0, ONE, TWO)
    air.data(0.020, TWO)


def lost_m4(air: Air) -> None:
    at_one(air)
    air.full(0, TWO, ONE, without=4)


def lost_m4_but_data(air: Air) -> None:
    lost_m4(air)
    air.data(0.150, TWO)


def lost_m1(air: Air) -> None:
    at_one(air)
    air.full(0, TWO, ONE, without=1)


def _without_response(air: Air) -> None:
    at_one(air)
    air.fast(0, ONE, TWO)
    air.made.pop()


def lost_response(air: Air) -> None:
    _without_response(air)


def lost_response_but_data(air: Air) -> None:
    _without_response(air)
    air.data(0.020, TWO)


def lost_authentication(air: Air) -> None:
    at_one(air)
    air.ask(0.005, TWO, rsn(FT_AKM, 1) / FAST, ONE)
    air.answer(0.008, TWO)


def lost_eap(air: Air) -> None:
    at_one(air)
    air.slow(0, TWO, ONE)
    air.four_way(0.120, TWO)


def refused(air: Air) -> None:
    at_one(air)
    air.auth(0, TWO, 2)
    air.auth(0.003, TWO, 2, 53)


def refused_reassociation(air: Air) -> None:
    """Put a refusal, and encrypted data that can be of nobody who is in."""
    at_one(air)
    air.slow(0, TWO, ONE)
    air.made.pop()
    air.answer(0.008, TWO, 30)
    air.data(0.1, TWO)


def refused_then_full_eap(air: Air) -> None:
    refused(air)
    air.full(0.010, TWO, ONE)
    air.data(0.200, TWO)


def refused_over_the_ds(air: Air) -> None:
    at_one(air)
    air.action(0, ONE, TWO)
    air.action(0.010, ONE, TWO, 28)


def over_the_ds_then_over_the_air(air: Air) -> None:
    at_one(air)
    air.action(0, ONE, TWO)
    air.fast(0.100, ONE, TWO)
    air.data(0.120, TWO)


def overtaken(air: Air) -> None:
    at_one(air)
    air.auth(0, TWO, 2)
    air.fast(0.1, ONE, THREE)
    air.data(0.120, THREE)


def eap_failed(air: Air) -> None:
    at_one(air)
    air.slow(0, TWO, ONE)
    air.eap(0.010, TWO, end=4)
    air.deauth(0.120, TWO, 23)


def sent_away(air: Air) -> None:
    at_one(air)
    air.slow(0, TWO, ONE)
    air.deauth(0.120, TWO, 15)


def only_knocked(air: Air) -> None:
    at_one(air)
    air.auth(0, TWO)


def sent_again(air: Air) -> None:
    over_the_air(air)
    air.auth(0.001, TWO, 2)
    air.answer(0.010, TWO)


def acknowledged(air: Air) -> None:
    air.data(-0.100, ONE, acked=True)
    air.data(-0.050, ONE, acked=False)
    air.fast(0, ONE, TWO)
    air.data(0.020, TWO, acked=True)


def never_data(air: Air) -> None:
    at_one(air)
    air.fast(0, ONE, TWO)


def roams_and_back(air: Air) -> None:
    over_the_air(air)
    air.data(0.500, TWO)
    air.fast(0.600, TWO, ONE)
    air.data(0.620, ONE)
    air.data(0.700, ONE)


def two_stations(air: Air) -> None:
    """Put another station of the same address, that comes to the second access point."""
    at_one(air)
    air.full(0, TWO)
    for step in range(20):
        air.data(0.2 + step / 10, ONE)
        air.data(0.25 + step / 10, TWO)


def psk(air: Air) -> None:
    at_one(air)
    air.slow(0, TWO, ONE, akm=PSK_AKM)
    air.four_way(0.010, TWO)


LOST = "1>2 incomplete - - -, "


@pytest.mark.parametrize(
    ("happen", "wanted"),
    [
        (over_the_air, ["1>2 ft_air 70 8 -"]),
        (over_the_ds, ["1>2 ft_ds 80 20 -"]),
        (over_the_ds_encrypted, ["1>2 ft_ds 80 20 -, inferred"]),
        (with_cached_key, ["1>2 pmk_cached 100 16 8"]),
        (with_full_eap, ["1>2 full_eap 200 126 118"]),
        (with_a_cached_key_that_the_other_lacks, ["1>2 full_eap - 126 118"]),
        (shown_as_association, ["1>2 full_eap - 126 118"]),
        (first_association, ["->1 initial - 126 118"]),
        (after_a_pause, ["->2 initial - 126 118"]),
        (back_at_the_same, ["->1 initial - 126 118"]),
        (idle_before, ["1>2 ft_air - 8 -"]),
        (lost_m4, [f"{LOST}no M4"]),
        (lost_m4_but_data, ["1>2 full_eap 200 - -"]),
        (lost_m1, ["1>2 full_eap - 126 118"]),
        (lost_response, [f"{LOST}no association response"]),
        (lost_response_but_data, ["1>2 ft_air 70 - -"]),
        (lost_authentication, [f"{LOST}its FT authentication or request was not heard, so its kind is not known"]),
        (lost_eap, [f"{LOST}its EAP was not heard, so its kind is not known"]),
        (refused, ["1>2 incomplete - - -, refused with status 53"]),
        (refused_then_full_eap, [f"{LOST}refused with status 53", "1>2 full_eap 250 126 118"]),
        (refused_reassociation, [f"{LOST}refused with status 30"]),
        (refused_over_the_ds, [f"{LOST}refused with status 28"]),
        (over_the_ds_then_over_the_air, [f"{LOST}no association request", "1>2 ft_air 170 8 -"]),
        (overtaken, [f"{LOST}overtaken by another", "1>3 ft_air 170 8 -"]),
        (eap_failed, [f"{LOST}EAP failed"]),
        (sent_away, [f"{LOST}ended with reason 15"]),
        (only_knocked, [f"{LOST}no association request"]),
        (sent_again, ["1>2 ft_air 70 8 -"]),
        (acknowledged, ["1>2 ft_air 120 8 -, acked"]),
        (never_data, ["1>2 ft_air - 8 -"]),
        (roams_and_back, ["1>2 ft_air 70 8 -", "2>1 ft_air 120 8 -"]),
        (two_stations, ["->2 initial - 126 118, doubtful"]),
        (psk, []),
    ],
)
def test_one_client(tmp_path: Path, happen: Callable[[Air], None], wanted: list[str]) -> None:
    air = Air()
    happen(air)
    found, notes = read(tmp_path, air)
    assert [short(one) for one in found] == wanted
    passed_over = "1 roams in networks without 802.1X, no fast transitions, are passed over"
    assert notes == ([passed_over] if happen is psk else [])


@pytest.mark.parametrize("dialect", DIALECTS)
def test_key_messages_are_told_apart(tmp_path: Path, dialect: str) -> None:
    air = Air()
    air.slow(0, TWO, ONE)
    air.eap(0.010, TWO)
    air.four_way(0.120, TWO, dialect=DIALECTS[dialect])
    found, _ = read(tmp_path, air)
    assert [short(one) for one in found] == ["1>2 full_eap - 126 118"]


def test_phases_are_those_that_were_heard(tmp_path: Path) -> None:
    air = Air()
    with_full_eap(air)
    (found,), _ = read(tmp_path, air)
    assert found.phases == {"scan": 50.0, "auth": 2.0, "reassoc": 4.0, "eap": 100.0, "four_way": 6.0}
    assert found.offsets == {"scan": -50.0, "auth": 0.0, "reassoc": 4.0, "eap": 10.0, "four_way": 120.0}
    assert (found.ssid, found.akm) == ("govroam", "802.1X-SHA256")


@pytest.mark.parametrize(("happen", "again"), [(with_full_eap, True), (shown_as_association, False)])
def test_how_the_client_asked(tmp_path: Path, happen: Callable[[Air], None], *, again: bool) -> None:
    air = Air()
    happen(air)
    (found,), _ = read(tmp_path, air)
    assert found.again is again


def test_sensors_of_two_channels_are_merged(tmp_path: Path) -> None:
    """Each hears one access point; in whatever order they are named, and when both hear the roam."""
    air = Air()
    over_the_air(air)
    near = [one for one in air.made if one[1].addr3 == ONE or one[0] == 0]
    far = [(at + 0.0001, packet) for at, packet in air.made if packet.addr3 == TWO]
    paths = [write(tmp_path / "near.pcapng", near), write(tmp_path / "far.pcap", far, 127)]
    for order in (paths, paths[::-1]):
        (found,) = Reading(order).found()
        assert isinstance(found, Roam)
        assert (found.kind, round(found.d1_ms or 0, 1)) == ("ft_air", 70.1)


def test_frames_out_of_order_are_put_in_order(tmp_path: Path) -> None:
    air = Air()
    with_full_eap(air)
    random.Random(2).shuffle(air.made)  # noqa: S311  an order, and no secret
    (found,) = Reading([write(tmp_path / "air.pcap", air.made, 127)]).found()
    assert isinstance(found, Roam)
    assert short(found) == "1>2 full_eap 200 126 118"


def test_clients_are_never_mixed(tmp_path: Path) -> None:
    airs = [Air(f"02:00:00:00:00:{number:02x}") for number in range(1, 9)]
    for step, air in enumerate(airs):
        (over_the_air if step % 2 else with_full_eap)(air)
    found, _ = read(tmp_path, *airs)
    assert sorted(short(one) for one in found) == ["1>2 ft_air 70 8 -"] * 4 + ["1>2 full_eap 200 126 118"] * 4
    assert {one.client[-1]: one.kind == "ft_air" for one in found} == {n: n % 2 == 0 for n in range(1, 9)}


def test_802_11_without_radiotap_tells_the_same(tmp_path: Path) -> None:
    air = Air()
    over_the_air(air)
    plain = [(at, packet.payload) for at, packet in air.made]
    (found,) = Reading([write(tmp_path / "air.pcap", plain, 105)]).found()
    assert isinstance(found, Roam)
    assert short(found) == "1>2 ft_air 70 8 -"


BODY = bytes(range(40))


@pytest.mark.parametrize(
    ("octets", "wanted"),
    [
        (b"\x00\x00\x08\x00\x00\x00\x00\x00" + BODY, (BODY, False)),
        (b"\x00\x00\x09\x00\x02\x00\x00\x00\x00" + BODY, (BODY, False)),
        (b"\x00\x00\x09\x00\x02\x00\x00\x00\x10" + BODY, (BODY[:-4], False)),
        (b"\x00\x00\x09\x00\x02\x00\x00\x00\x20" + BODY, (BODY, True)),
        (b"\x00\x00\x09\x00\x02\x00\x00\x00\x40" + BODY, None),
        (b"\x00\x00\x11\x00\x03\x00\x00\x00" + bytes(8) + b"\x10" + BODY, (BODY[:-4], False)),
        (b"\x00\x00\x19\x00\x03\x00\x00\x80" + bytes(16) + b"\x10" + BODY, (BODY[:-4], False)),
        (b"\x00\x00\xff\xff\x02\x00\x00\x00\x10" + BODY, (b"", False)),
        (b"\x00\x00\x08", None),
        (b"\x00\x00\x07\x00\x00\x00\x00\x00" + BODY, None),
    ],
)
def test_radiotap(octets: bytes, wanted: tuple[bytes, bool] | None) -> None:
    assert radiotap(octets) == wanted


@pytest.mark.parametrize(
    ("octets", "wanted"),
    [
        (bytes(rsn(FT_AKM, 1) / FAST), ("", "FT-802.1X", True, True, True)),
        (bytes(rsn(99)), ("", "000fac-99", True, False, False)),
        (bytes(rsn(FT_AKM, 1))[:-1], ("", "", False, False, False)),
        (b"\x00\x03a\x1bb", ("a\\x1bb", "", False, False, False)),
        (b"\xdd\x04\x00\x50\xf2\x01", ("", "", True, False, False)),
        (b"\x30\x02\x01\x00", ("", "", True, False, False)),
        (b"\x00\xff", ("", "", False, False, False)),
        (b"\x00", ("", "", False, False, False)),
    ],
)
def test_elements(octets: bytes, wanted: tuple[str, str, bool, bool, bool]) -> None:
    found = elements(octets)
    assert (found.ssid, found.akm, found.secured, found.pmkid, found.fast) == wanted


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(st.sampled_from([0x00, 0x10, 0x20, 0x30, 0xB0, 0xC0, 0xD0, 0x88, 0x08]), st.binary(max_size=130))
    )
)
def test_no_frame_breaks_the_reader(frames: list[tuple[int, bytes]]) -> None:
    roams, ear, told = Roams(), Ear(), 0
    for at, (first, rest) in enumerate(frames):
        heard: list[Heard | Data] = []
        head = bytes((first, rest[0] & 0x43 if rest else 0)) + bytes(2) + octets(TWO) + octets(ONE) + octets(TWO)
        ear.hear(at * 10**8, Frame(head + bytes(2) + rest, pad=False), heard)
        told += sum(len(list(roams.take(one))) for one in heard)
    told += len(list(roams.close()))
    assert told <= len(frames)


def test_what_is_kept_does_not_grow() -> None:
    roams = Roams()
    for step in range(MOST + 5000):
        list(roams.take(Data(step, step.to_bytes(6, "big"), octets(ONE), up=True, protected=True, acked=False)))
        assert len(roams._clients) <= MOST + 1  # noqa: SLF001  its memory is what is meant


def test_one_client_cannot_fill_the_memory() -> None:
    """It knocks at ever new access points, and gets in everywhere."""
    roams, air, told = Roams(), Air(), 0
    authentication, response = b"\x02\x00\x01\x00\x00\x00", bytes(6)
    for step in range(300):
        bssid = b"\x02\x01" + step.to_bytes(4, "big")
        for up, kind, body in (
            (True, FrameKind.AUTHENTICATION, authentication),
            (False, FrameKind.ASSOCIATION_RESPONSE, response),
        ):
            if step % 2 or up:
                told += len(list(roams.take(Heard(step, kind, octets(air.client), bssid, up, body))))
        (client,) = roams._clients.values()  # noqa: SLF001  its memory is what is meant
        assert len(client.attempts) + len(client.held) <= 2 * MOST_ATTEMPTS + 1
    assert told + len(list(roams.close())) == 300
