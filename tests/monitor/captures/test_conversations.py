"""RADIUS conversations out of small captures, and what is not to be mixed."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.passive.captures import Conversation, Reading
from monitor.passive.captures.conversations import MOST, Conversations
from monitor.passive.captures.radius import attributes, is_radius, realm, station
from tests.monitor.captures.made import (
    ACCEPT,
    AP,
    CHALLENGE,
    HUB,
    IDENTITY,
    LARGE,
    PROXY,
    REJECT,
    Hop,
    attribute,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def conversations(reading: Reading) -> list[Conversation]:
    return [one for one in reading.found() if isinstance(one, Conversation)]


def read(folder: Path, *hops: Hop) -> tuple[list[Conversation], list[str]]:
    """Return what is found in one file of what was heard on some hops."""
    made = sorted((one for hop in hops for one in hop.made), key=lambda one: one[0])
    reading = Reading([write(folder / "a.pcap", made, 101)])
    return sorted(conversations(reading), key=lambda one: (one.start, one.server)), list(reading.notes())


def short(one: Conversation) -> str:
    """Return what is told of a conversation in a line."""
    times = ",".join("-" if ms is None else f"{ms:g}" for ms in one.exchange_ms)
    whole = "" if one.whole else " begun before"
    ms = "-" if one.ms is None else f"{one.ms:g}"
    return f"{one.realm or '-'} {one.result} {ms} [{times}] {one.retransmissions}{whole}"


def whole(hop: Hop) -> None:
    hop.conversation()


def rejected(hop: Hop) -> None:
    hop.conversation(states=(b"a",), end=REJECT)


def retransmitted(hop: Hop) -> None:
    hop.ask(0, 1)
    hop.ask(2, 1)
    hop.ask(6, 1)
    hop.say(6.5, 1, ACCEPT)


def retransmitted_after_the_answer(hop: Hop) -> None:
    hop.ask(0, 1)
    hop.say(0.5, 1, ACCEPT)
    hop.ask(2, 1)
    hop.say(2.1, 1, ACCEPT)


def heard_twice(hop: Hop) -> None:
    for at in (0, 0.001):
        hop.ask(at, 1)
    for at in (0.5, 0.501):
        hop.say(at, 1, ACCEPT)


def identifier_used_again(hop: Hop) -> None:
    hop.ask(0, 1, salt=b"first")
    hop.ask(1, 1, salt=b"other", station=b"02-00-00-00-00-02")
    hop.say(1.5, 1, ACCEPT)
    hop.ask(80, 2)


def abandoned(hop: Hop) -> None:
    hop.ask(0, 1)
    hop.say(0.01, 1, CHALLENGE, state=b"a")
    hop.conversation(at=90, first=5)


def begun_before(hop: Hop) -> None:
    hop.ask(0, 1, state=b"unknown")
    hop.say(0.25, 1, ACCEPT)


def lost_challenge(hop: Hop) -> None:
    hop.ask(0, 1)
    hop.ask(0.1, 2, state=b"a")
    hop.say(0.2, 2, ACCEPT)


def lost_challenge_of_one_of_two_with_one_station(hop: Hop) -> None:
    hop.ask(0, 1, salt=b"one")
    hop.ask(0.01, 2, salt=b"two")
    hop.ask(0.1, 3, state=b"a")
    hop.say(0.2, 3, ACCEPT)
    hop.ask(80, 9, station=b"02-00-00-00-00-09")


def unknown_state_after_the_end(hop: Hop) -> None:
    hop.ask(0, 1)
    hop.say(0.1, 1, ACCEPT)
    hop.ask(0.2, 2, state=b"unknown")
    hop.say(0.3, 2, ACCEPT)


def two_with_one_station(hop: Hop) -> None:
    hop.ask(0, 1, salt=b"one")
    hop.ask(0.01, 2, salt=b"two", user=b"b@leeds.gov.uk")
    hop.say(0.02, 2, CHALLENGE, state=b"second")
    hop.say(0.03, 1, CHALLENGE, state=b"first")
    hop.ask(0.04, 3, state=b"first")
    hop.ask(0.05, 4, state=b"second")
    hop.say(0.06, 3, ACCEPT)
    hop.say(0.08, 4, REJECT)


def other_proxy_state(hop: Hop) -> None:
    hop.ask(0, 1, proxy=(b"mine", b"its"))
    hop.say(0.1, 1, REJECT, proxy=(b"mine",))
    hop.say(0.3, 1, ACCEPT, proxy=(b"mine", b"its"))


def fragmented(hop: Hop, *, without_rest: bool = False) -> None:
    """Put State and Proxy-States into the second fragment, of a request and of an answer."""
    hop.ask(0, 1, eap=IDENTITY, proxy=(b"mine",))
    hop.say(0.01, 1, CHALLENGE, state=b"a", proxy=(b"mine",), eap=LARGE)
    hop.break_up(without_rest=without_rest)
    hop.ask(0.02, 2, state=b"a", eap=LARGE, proxy=(b"mine",))
    hop.break_up(without_rest=without_rest)
    hop.say(0.05, 2, CHALLENGE, state=b"b", proxy=(b"mine",))
    hop.ask(0.06, 3, state=b"b", eap=LARGE, proxy=(b"mine",))
    hop.break_up(without_rest=without_rest)
    hop.say(0.1, 3, ACCEPT, proxy=(b"mine",))


def without_second_fragments(hop: Hop) -> None:
    fragmented(hop, without_rest=True)


def fragmented_first(hop: Hop) -> None:
    """Put a large request of another authentication of the station, which is over, and of one that was not heard."""
    whole(hop)
    hop.ask(1, 7, state=b"c", eap=LARGE)
    hop.break_up()
    hop.say(1.01, 7, REJECT)


def begun_again_in_fragments(hop: Hop) -> None:
    hop.ask(0, 1)
    hop.say(0.01, 1, CHALLENGE, state=b"a")
    hop.ask(1, 2, eap=IDENTITY, proxy=tuple(bytes((n,)) * 250 for n in range(6)))
    hop.break_up()
    hop.say(1.02, 2, REJECT, proxy=tuple(bytes((n,)) * 250 for n in range(6)))
    hop.ask(80, 9, station=b"02-00-00-00-00-09")


def stray(hop: Hop) -> None:
    hop.say(0, 1, ACCEPT)


def still_going_on(hop: Hop) -> None:
    hop.ask(0, 1)


def accounting(hop: Hop) -> None:
    hop.ask(0, 1, code=4)
    hop.say(0.1, 1, 5)


CAMDEN = "camden.gov.uk"
NOT_RADIUS = "{} packets on RADIUS' ports are no RADIUS, or broken"
STRAY = "1 RADIUS answers belong to no request that was captured"


@pytest.mark.parametrize(
    ("happen", "wanted", "notes"),
    [
        (whole, [f"{CAMDEN} accept 40 [10,10,10] 0"], []),
        (rejected, [f"{CAMDEN} reject 25 [10,10] 0"], []),
        (retransmitted, [f"{CAMDEN} accept 6500 [6500] 2"], []),
        (retransmitted_after_the_answer, [f"{CAMDEN} accept 500 [500] 1"], []),
        (heard_twice, [f"{CAMDEN} accept 500 [500] 0"], []),
        (
            identifier_used_again,
            [f"{CAMDEN} unanswered - [-] 0", f"{CAMDEN} accept 500 [500] 0", f"{CAMDEN} unfinished - [-] 0"],
            [],
        ),
        (abandoned, [f"{CAMDEN} abandoned - [10] 0", f"{CAMDEN} accept 40 [10,10,10] 0"], []),
        (begun_before, [f"{CAMDEN} accept - [250] 0 begun before"], []),
        (lost_challenge, [f"{CAMDEN} accept 200 [-,100] 0"], []),
        (
            lost_challenge_of_one_of_two_with_one_station,
            [
                f"{CAMDEN} unanswered - [-] 0",
                f"{CAMDEN} unanswered - [-] 0",
                f"{CAMDEN} accept - [100] 0 begun before",
                f"{CAMDEN} unfinished - [-] 0",
            ],
            [],
        ),
        (
            unknown_state_after_the_end,
            [f"{CAMDEN} accept 100 [100] 0", f"{CAMDEN} accept - [100] 0 begun before"],
            [],
        ),
        (two_with_one_station, [f"{CAMDEN} accept 60 [30,20] 0", "leeds.gov.uk reject 70 [10,30] 0"], []),
        (other_proxy_state, [f"{CAMDEN} accept 300 [300] 0"], [STRAY]),
        (fragmented, [f"{CAMDEN} accept 100 [10,30,40] 0"], []),
        (without_second_fragments, [f"{CAMDEN} accept 100 [10,30,40] 0"], []),
        (fragmented_first, [f"{CAMDEN} accept 40 [10,10,10] 0", f"{CAMDEN} reject - [10] 0 begun before"], []),
        (
            begun_again_in_fragments,
            [f"{CAMDEN} abandoned - [10] 0", f"{CAMDEN} reject 20 [20] 0", f"{CAMDEN} unfinished - [-] 0"],
            [],
        ),
        (stray, [], [STRAY]),
        (still_going_on, [f"{CAMDEN} unfinished - [-] 0"], []),
        (accounting, [], []),
    ],
)
def test_one_hop(tmp_path: Path, happen: Callable[[Hop], None], wanted: list[str], notes: list[str]) -> None:
    hop = Hop()
    happen(hop)
    found, told = read(tmp_path, hop)
    assert [short(one) for one in found] == wanted
    assert told == notes


def test_hops_are_never_mixed(tmp_path: Path) -> None:
    """A conversation that goes from an access point by a proxy to a hub is two, with the same States and numbers."""
    near, far = Hop(AP, PROXY), Hop(PROXY, HUB)
    near.conversation()
    far.conversation(at=0.002)
    found, _ = read(tmp_path, near, far)
    assert [(one.client, one.server, one.ms) for one in found] == [
        (AP, f"{PROXY}:1812", 40.0),
        (PROXY, f"{HUB}:1812", 40.0),
    ]


def test_two_sensors_that_hear_one_hop_tell_it_once(tmp_path: Path) -> None:
    hop = Hop()
    hop.conversation()
    first = write(tmp_path / "a.pcap", hop.made, 101)
    second = write(tmp_path / "b.pcapng", [(at + 0.2, packet) for at, packet in hop.made], 101)
    (found,) = conversations(Reading([first, second]))
    assert short(found) == f"{CAMDEN} accept 40 [10,10,10] 0"


def test_two_sensors_that_hear_half_each_tell_it_whole(tmp_path: Path) -> None:
    hop = Hop()
    hop.conversation()
    there = [one for one in hop.made if one[1].dst == PROXY]
    back = [one for one in hop.made if one[1].dst == AP]
    paths = [write(tmp_path / "there.pcap", there, 101), write(tmp_path / "back.pcap", back, 101)]
    for order in (paths, paths[::-1]):
        (found,) = conversations(Reading(order))
        assert short(found) == f"{CAMDEN} accept 40 [10,10,10] 0"


def test_packets_out_of_order_are_put_in_order(tmp_path: Path) -> None:
    hop = Hop()
    for number in range(20):
        hop.conversation(at=number * 0.1, first=number * 3, states=(b"a%d" % number, b"b%d" % number))
    random.Random(1).shuffle(hop.made)  # noqa: S311  an order, and no secret
    found = conversations(Reading([write(tmp_path / "a.pcap", hop.made, 101)]))
    assert {short(one) for one in found} == {f"{CAMDEN} accept 40 [10,10,10] 0"}
    assert len(found) == 20


def test_what_is_kept_does_not_grow() -> None:
    """Twice as many stations as are remembered ask, and nobody answers."""
    paired, told = Conversations(), 0
    for number in range(2 * MOST):
        identity = number.to_bytes(6, "big")
        payload = attribute(31, identity.hex().encode())
        packet = b"\x01\x07" + (20 + len(payload)).to_bytes(2, "big") + identity.ljust(16, b"\0") + payload
        ends = (b"\xc6\x33\x64\x0a" + identity[-2:], b"\xc6\x33\x64" + identity[-3:-2] + b"\x07\x14")
        told += len(list(paired.take(number * 1000, 0, (*ends, packet))))
    assert told + len(list(paired.close())) == 2 * MOST
    assert told >= MOST


ENDS = (b"\xc6\x33\x64\x0a\x00\x01", b"\xc6\x33\x64\x14\x07\x14")


def test_a_conversation_without_end_is_told_in_parts() -> None:
    """A server gives the same State again and again."""
    paired, state = Conversations(), b"\x18\x03s"
    for number in range(2500):
        identifier = bytes((number % 256,))
        for code, way in ((b"\x01", ENDS), (b"\x0b", ENDS[::-1])):
            packet = code + identifier + b"\x00\x17" + number.to_bytes(16, "big") + state
            list(paired.take(number * 1000, 0, (*way, packet)))
    told = list(paired.close())
    assert sum(len(one.exchange_ms) for one in told) == 2500
    assert max(len(one.exchange_ms) for one in told) == 1000


def test_requests_of_one_station_cannot_fill_the_memory() -> None:
    """It asks from ever new ports with one State, and nobody answers."""
    paired = Conversations()
    for number in range(MOST + 1000):
        sender = ENDS[0][:-2] + (number // 256).to_bytes(2, "big")
        packet = b"\x01" + bytes((number % 256,)) + b"\x00\x17" + bytes(16) + b"\x18\x03s"
        list(paired.take(number, 0, (sender, ENDS[1], packet)))
        assert len(paired._requests) <= MOST  # noqa: SLF001  its memory is what is meant


def test_what_is_over_is_told_while_the_capture_goes_on_and_nothing_is_kept_of_it() -> None:
    """An answered conversation after 10 s, one that was left after 60 s."""
    paired, second = Conversations(), 10**9
    tail = bytes(16) + b"\x18\x03"
    challenged = (b"\x01\x01\x00\x14" + bytes(16), b"\x0b\x01\x00\x17" + tail + b"a")
    taken_up = (b"\x01\x02\x00\x17" + tail + b"a", b"\x0b\x02\x00\x17" + tail + b"b")
    ended = (b"\x01\x03\x00\x17" + tail + b"b", b"\x02\x03\x00\x14" + bytes(16))
    station, accounting = b"\x01\x04\x00\x22" + bytes(16) + b"\x1f\x0e020000000001", b"\x04\x05\x00\x14" + bytes(16)
    for ask, say in (challenged, taken_up, ended):
        list(paired.take(second, 0, (*ENDS, ask)))
        list(paired.take(second, 0, (*ENDS[::-1], say)))
    list(paired.take(second, 0, (*ENDS, station)))
    told = [[one.result.value for one in paired.take(at * second, 0, (*ENDS, accounting))] for at in (10, 16, 50, 62)]
    assert told == [[], ["accept"], [], ["unanswered"]]
    kept = (paired._requests, paired._open, paired._by_state, paired._by_station)  # noqa: SLF001  likewise
    assert not any(kept)


@pytest.mark.parametrize(
    ("user", "wanted"),
    [
        (b"u@Camden.GOV.uk", "camden.gov.uk"),
        (b"two@at@camden.gov.uk", "camden.gov.uk"),
        (b"nobody", ""),
        (b"", ""),
        (b"u@", ""),
        (b"u@\x1b[31mred\xff", "\\x1b[31mred\\xff"),
    ],
)
def test_the_realm_and_nothing_else_is_told(user: bytes, wanted: str) -> None:
    assert realm(user) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (b"02-00-00-00-00-01", "020000000001"),
        (b"02:00:00:00:00:01", "020000000001"),
        (b"0200.0000.0001", "020000000001"),
        (b"020000000001", "020000000001"),
        (b"02-00-00-00-00", ""),
        (b"0044 20 7946 0000", ""),
        (b"\xff" * 12, ""),
        (b"", ""),
    ],
)
def test_stations_are_read_however_they_are_written(text: bytes, wanted: str) -> None:
    assert station(text).hex() == wanted


HEAD = b"\x01\x01\x00%c" + bytes(16)


@pytest.mark.parametrize(
    ("payload", "good", "told"),
    [
        (HEAD % 20, True, True),
        (HEAD % 22 + b"\x01\x02", True, True),
        (HEAD % 22 + b"\x01\x01", True, False),
        (HEAD % 23 + b"\x01\x01\x02", True, False),
        (HEAD % 22 + b"\x01\x03", True, False),
        (HEAD % 21 + b"\x01", True, False),
        # Cut by the sensor's snapshot length: what is there counts.
        (HEAD % 60 + b"\x01\x04ab\x18\x20a", True, True),
        (HEAD % 20 + b"padding", True, True),
        (HEAD % 19, False, None),
        (HEAD[:-1] % 20, False, None),
        (b"\x63" + HEAD[1:] % 20, False, None),
    ],
)
def test_lengths_are_looked_at(payload: bytes, good: bool, told: bool | None) -> None:  # noqa: FBT001
    assert is_radius(payload) is good
    if good:
        assert (attributes(payload) is not None) is told


@st.composite
def begun_like_radius(draw: st.DrawFn) -> bytes:
    """Return a packet of an authentication whose length is right, too long or too short, and anything behind it."""
    rest = draw(st.binary(max_size=60))
    length = draw(st.integers(20, 20 + len(rest) + 9))
    return bytes((draw(st.sampled_from([1, 2, 3, 11])), 7)) + length.to_bytes(2, "big") + bytes(16) + rest


@given(st.lists(st.tuples(st.booleans(), st.one_of(st.binary(max_size=200), begun_like_radius())), max_size=6))
def test_no_payload_breaks_the_reader(payloads: list[tuple[bool, bytes]]) -> None:
    paired = Conversations()
    for number, (back, payload) in enumerate(payloads):
        list(paired.take(number, 0, (*(ENDS[::-1] if back else ENDS), payload)))
    assert len(list(paired.close())) <= len(payloads)
