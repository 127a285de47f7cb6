"""Roams read from logs that wpa_supplicant 2.10 wrote in the guest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.radio.journal import Stay, hostapd_ms, read_attempts, read_stays, steering_answer
from lab.radio.scenario import Kind
from tests.lab.radio.walked import LOGS, MAC, ONE, TWO, connected, line, trying

JOINED = trying(1, ONE) + connected(2, ONE)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("walk", [(ONE, Kind.INITIAL), (TWO, Kind.FT_AIR), (ONE, Kind.FT_AIR), (TWO, Kind.FT_AIR)]),
        ("wrong-key", [(ONE, Kind.INITIAL), (TWO, Kind.FAILED), (ONE, Kind.FULL_EAP)]),
        # From a dead access point: FT in vain, the dead one asked once more, and then in full.
        ("in-vain", [(TWO, Kind.INITIAL), (ONE, Kind.FAILED), (TWO, Kind.FAILED), (ONE, Kind.FULL_EAP)]),
        ("unaided", [(TWO, Kind.INITIAL), (ONE, Kind.FULL_EAP)]),
        ("steered", [(ONE, Kind.INITIAL), (TWO, Kind.FT_AIR), (ONE, Kind.FT_AIR)]),
        ("over-ds", [(ONE, Kind.INITIAL), (TWO, Kind.FT_DS), (ONE, Kind.FT_DS), (TWO, Kind.FT_DS)]),
        ("over-ds-in-vain", [(ONE, Kind.INITIAL), (TWO, Kind.FAILED), (TWO, Kind.FT_AIR)]),
    ],
)
def test_recorded(name: str, found: list[tuple[str, Kind]]) -> None:
    attempts = read_attempts((LOGS / f"{name}.log").read_text())
    assert [(one.bssid, one.kind) for one in attempts] == found
    assert not [one for one in attempts if one.overtaken]


@pytest.mark.parametrize(
    ("name", "steered"), [("steered", [False, True, True]), ("walk", [False] * 4), ("over-ds", [False] * 4)]
)
def test_who_went_because_it_was_asked_to(name: str, steered: list[bool]) -> None:
    assert [one.steered for one in read_attempts((LOGS / f"{name}.log").read_text())] == steered


def wish(at: float, bssid: str) -> str:
    return line(at, f"WNM: Transition to BSS {bssid} based on BSS Transition Management Request (old BSSID {ONE} x)")


@pytest.mark.parametrize(
    ("lines", "steered"),
    [
        (wish(3, TWO) + trying(4, TWO) + connected(5, TWO), True),
        (wish(3, ONE) + trying(4, TWO) + connected(5, TWO), False),
        (wish(3, TWO) + trying(4, ONE) + trying(5, TWO) + connected(6, TWO), False),
        (wish(3, TWO) + trying(4, TWO) + connected(5, TWO) + trying(6, ONE) + connected(7, ONE), False),
    ],
)
def test_a_wish_is_followed_at_once_and_to_where_it_leads(lines: str, *, steered: bool) -> None:
    *_, last = read_attempts(JOINED + lines)
    assert last.steered is steered


def test_times_are_those_of_the_log() -> None:
    first, second, *_ = read_attempts((LOGS / "walk.log").read_text())
    assert first.ms == 85.9
    assert second.ms == 176.6


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (line(3.1, "auth_type=2") + line(3.2, "FT: Completed successfully"), Kind.FT_AIR),
        (line(3.2, "FT: Completed successfully"), Kind.FT_DS),
        (line(3.1, "CTRL-EVENT-EAP-STARTED x") + line(3.2, "CTRL-EVENT-EAP-SUCCESS x"), Kind.FULL_EAP),
        (line(3.1, "CTRL-EVENT-EAP-STARTED x"), Kind.PMK_CACHED),
    ],
)
def test_kinds(lines: str, kind: Kind) -> None:
    *_, roam = read_attempts(JOINED + trying(3, TWO) + lines + connected(4, TWO))
    assert (roam.kind, roam.ms) == (kind, 1000.0)


def test_one_that_is_overtaken_by_the_next() -> None:
    _, lost, won = read_attempts(JOINED + trying(3, TWO) + trying(4, ONE) + connected(5, ONE))
    assert (lost.kind, lost.overtaken, lost.ms) == (Kind.FAILED, True, None)
    assert (won.bssid, won.began) == (ONE, 4)


def test_over_the_ds_in_vain_and_then_over_the_air_is_two_attempts() -> None:
    asked = line(3, f"FT: Request over-the-DS with {TWO}").replace("wlan0: ", "")
    _, vain, fast = read_attempts(JOINED + asked + trying(4, TWO) + connected(5, TWO))
    assert (vain.kind, vain.began, vain.overtaken) == (Kind.FAILED, 3, False)
    assert (fast.bssid, fast.began) == (TWO, 4)


def test_one_that_is_asked_again_is_one_attempt() -> None:
    _, roam = read_attempts(JOINED + trying(3, TWO) + trying(4, TWO) + connected(5, TWO))
    assert roam.ms == 2000


def test_one_that_the_log_does_not_finish() -> None:
    *_, roam = read_attempts(JOINED + trying(3, TWO))
    assert (roam.kind, roam.ended) == (Kind.FAILED, None)


HEARD = f"3.100000: authentication: STA={MAC} auth_alg=2 auth_transaction=1 status_code=0\n"
THERE = f"3.117500: wlan0: AP-STA-CONNECTED {MAC}\n"


@pytest.mark.parametrize(
    ("log", "ms"),
    [
        (HEARD + THERE, 17.5),
        (HEARD + HEARD.replace("3.1", "3.11") + THERE, 17.5),
        (THERE.replace("3.1", "3.0") + HEARD + THERE, 17.5),
        (HEARD + THERE.replace("AP-STA-CONNECTED", "EAPOL-4WAY-HS-COMPLETED"), 17.5),
        (HEARD, None),
        (THERE, None),
        (HEARD.replace("3.1", "2.1") + THERE, None),
        ((HEARD + THERE).replace(MAC, "02:c0:00:00:00:02"), None),
    ],
)
def test_d2_of_the_access_point_that_was_gone_to(log: str, ms: float | None) -> None:
    *_, roam = read_attempts(JOINED + trying(3, TWO) + connected(4, TWO))
    assert hostapd_ms(log, MAC, roam) == ms


def test_who_finds_out_unaided_leaves_before_it_tries_the_next() -> None:
    dead, alive = read_stays((LOGS / "unaided.log").read_text())
    assert (dead.bssid, alive.bssid) == (TWO, ONE)
    assert round(alive.began - (dead.ended or 0), 3) == 0.277


ASKED = f"3.100000: FT: Received FT Action frame (STA={MAC} Target AP={TWO} Action=1)\n"
GONE_TO = f"3.158100: 3.158100: wlan0: STA {MAC} IEEE 802.11: associated (aid 1)\n"


@pytest.mark.parametrize(
    ("former", "log", "ms"),
    [
        (ASKED, GONE_TO, 58.1),
        (ASKED, HEARD + THERE, None),
        ("", ASKED + GONE_TO, None),
        (ASKED.replace(TWO, ONE), GONE_TO, None),
        (ASKED.replace("Action=1", "Action=2"), GONE_TO, None),
    ],
)
def test_d2_over_the_ds_begins_at_the_former_access_point(former: str, log: str, ms: float | None) -> None:
    asked = line(3, f"FT: Request over-the-DS with {TWO}") + line(3.5, "FT: Completed successfully")
    *_, roam = read_attempts(JOINED + asked + connected(4, TWO))
    assert (roam.kind, hostapd_ms(log, MAC, roam, former)) == (Kind.FT_DS, ms)


ANSWER = f"3.100000: wlan0: BSS-TM-RESP {MAC} status_code=0 bss_termination_delay=0 target_bssid={TWO}\n"


@pytest.mark.parametrize(
    ("log", "answer"),
    [
        (ANSWER, (0, TWO)),
        (ANSWER.replace("3.1", "1.9") + ANSWER.replace(TWO, ONE), (0, ONE)),
        (f"3.100000: wlan0: BSS-TM-RESP {MAC} status_code=7 bss_termination_delay=0\n", (7, "")),
        (ANSWER.replace(MAC, "02:c0:00:00:00:02"), None),
        (ANSWER.replace("3.1", "4.1"), None),
        ("", None),
    ],
)
def test_what_a_client_answers_to_a_wish(log: str, answer: tuple[int, str] | None) -> None:
    assert steering_answer(log, MAC, (2, 4)) == answer


def test_stays_end_where_the_client_left_or_tried_the_next() -> None:
    left = line(5, f"CTRL-EVENT-DISCONNECTED bssid={TWO} reason=3 locally_generated=1")
    log = JOINED + trying(3, TWO) + connected(4, TWO) + left + trying(6, ONE) + connected(7, ONE)
    assert read_stays(log) == (Stay(ONE, 2, 3), Stay(TWO, 4, 5), Stay(ONE, 7, None))


@given(st.lists(st.text()))
def test_nothing_is_read_out_of_anything_else(texts: list[str]) -> None:
    for log in ("\n".join(texts), "".join(line(at, text) for at, text in enumerate(texts))):
        assert read_attempts(log) == ()
        assert read_stays(log) == ()
