"""What lines of logs tell; the samples were written by real daemons, and tests/daemons/test_hops.py keeps them true."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import SettingError
from monitor.passive.logs import LogKind, Names, Outcome, reader, refuse_mixture
from monitor.sample import Authentication, Result

if TYPE_CHECKING:
    from monitor.passive.logs import LineReader
    from tests.conftest import Golden

SAMPLES = Path(__file__).parent / "logs"
BOROUGHS = {"camden.gov.uk": "camden", "islington.gov.uk": "islington", "hackney.gov.uk": "hackney"}
NAMES = Names(
    boroughs=BOROUGHS,
    homes=BOROUGHS | {"leeds.gov.uk": "leeds.gov.uk"},
    servers=frozenset({"hub-east", "camden-rad-1", "islington-rad-1", "hackney-proxy-1"}),
)
HOME = (
    "time=2026-11-25T01:39:35Z result={result} borough={home} user=u@camden.gov.uk mac={mac}"
    ' operator={operator} via={via} nas=- eap=PEAP cui=- reason="-"'
)
VISIT = (
    'time=2026-11-25T01:39:35Z result={result} user="{user}" mac={mac} operator={operator} via=camden-th-ap1'
    ' nas={nas} server=- cui=- vlan=- reason="{reason}"'
)
TICK = (
    "Wed Nov 25 01:39:35 2026: F-TICKS/govroam/1.0#REALM={realm}#VISCOUNTRY=GB#VISINST={visinst}#CSI={csi}"
    "#RESULT={result}#"
)


def line_reader(kind: LogKind) -> LineReader:
    return reader(kind, NAMES, "camden", lambda: 7.0)


def told(kind: LogKind, line: str) -> str:
    """Return what a line tells in short."""
    found = line_reader(kind).read(line)
    return f"{found.visited} {found.home} {found.result}" if isinstance(found, Authentication) else str(found)


@pytest.mark.parametrize("kind", list(LogKind))
def test_golden(golden: Golden, kind: LogKind) -> None:
    """Each line of the daemons, and what is made of it."""
    one = line_reader(kind)
    shown = []
    for line in (SAMPLES / f"{kind}.log").read_text(encoding="utf-8").splitlines():
        found = one.read(line)
        shown.append(f"{line}\n    {_shown(found)}\n")
    golden(f"logs/{kind}.txt", "".join(shown))


def _shown(found: Authentication | Outcome) -> str:
    if isinstance(found, Outcome):
        return found.value
    # No log knows what was intended.
    assert not found.reject
    told = {name: value for name, value in asdict(found).items() if name != "reject"}
    fields = {name: value for name, value in told.items() if value not in ("", (), {}, None)}
    return " ".join(f"{name}={value}" for name, value in fields.items())


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, "camden camden accept"),
        ({"result": "reject"}, "camden camden reject"),
        ({"result": "unanswered"}, "camden camden timeout"),
        ({"via": "hub-east", "operator": "1islington.gov.uk"}, "passed-over"),
        ({"via": "hackney-proxy-1"}, "passed-over"),
        ({"via": "hub-east", "operator": "1leeds.gov.uk"}, "other camden accept"),
        ({"via": "hub-east", "operator": "-"}, "passed-over"),
        ({"mac": "02-72-6F-01-02-03"}, "passed-over"),
        ({"mac": "02:72:6f:01:02:03"}, "passed-over"),
        ({"mac": "0272.6f01.0203"}, "passed-over"),
        ({"mac": "02-72-70-01-02-03"}, "camden camden accept"),
        ({"operator": "1CAMDEN.gov.uk"}, "camden camden accept"),
        ({"operator": "4camden.gov.uk"}, "other camden accept"),
        ({"operator": ""}, "other camden accept"),
        ({"home": "atlantis"}, "camden other accept"),
        ({"result": "shrug"}, "malformed"),
        ({"result": "ACCEPT"}, "malformed"),
    ],
)
def test_the_log_of_a_home(changes: dict[str, str], wanted: str) -> None:
    plain = {"result": "accept", "home": "camden", "mac": "-", "operator": "1camden.gov.uk", "via": "camden-th-ap1"}
    assert told(LogKind.HOME, HOME.format(**(plain | changes))) == wanted


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, "camden islington accept"),
        ({"user": "v@LEEDS.gov.uk"}, "camden leeds.gov.uk accept"),
        ({"user": "v@nowhere.example"}, "camden other accept"),
        ({"user": ""}, "camden other accept"),
        ({"user": "two@at@islington.gov.uk"}, "camden islington accept"),
        ({"user": "no realm", "operator": "-", "result": "reject"}, "camden other reject"),
        ({"user": " mac=02-72-6F-01-02-03 operator=1hackney.gov.uk via=x"}, "camden other accept"),
        ({"nas": "a b c"}, "camden islington accept"),
        ({"reason": 'a "word" operator=1hackney.gov.uk'}, "camden islington accept"),
        ({"mac": "02-72-6F-01-02-03"}, "passed-over"),
        ({"mac": "two words"}, "malformed"),
        ({"user": 'quo"te'}, "malformed"),
    ],
)
def test_the_log_of_visits(changes: dict[str, str], wanted: str) -> None:
    plain = {"result": "accept", "user": "v@islington.gov.uk", "mac": "-", "operator": "1camden.gov.uk", "nas": "-"}
    assert told(LogKind.VISITS, VISIT.format(**({"reason": "-"} | plain | changes))) == wanted


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, "camden islington accept"),
        ({"result": "FAIL"}, "camden islington reject"),
        ({"realm": "nowhere.example"}, "camden other accept"),
        ({"visinst": "nrps-1"}, "other islington accept"),
        ({"csi": "02-72-6f-b8139043690480f4"}, "passed-over"),
        ({"csi": ""}, "camden islington accept"),
        ({"realm": "x#VISINST=1hackney.gov.uk#RESULT=FAIL"}, "camden other accept"),
        ({"result": "MAYBE"}, "malformed"),
        ({"result": ""}, "malformed"),
    ],
)
def test_f_ticks(changes: dict[str, str], wanted: str) -> None:
    plain = {"realm": "islington.gov.uk", "visinst": "1camden.gov.uk", "csi": "02-00-00-b813", "result": "OK"}
    assert told(LogKind.F_TICKS, TICK.format(**(plain | changes))) == wanted


STATION = "02:00:00:00:00:01"
HOSTAPD = f"wlan0: STA {STATION} IEEE 802.1X: "
ENDED = f"{HOSTAPD}authenticated - EAP type: 25 (PEAP)"
CAME = f"wlan0: STA {STATION} IEEE 802.11: associated (aid 1)"


@pytest.mark.parametrize(
    ("lines", "wanted", "seconds"),
    [
        ((f"Nov 25 01:39:58 ap1 hostapd: {ENDED}",), "camden other accept", None),
        (
            (
                f"2026-11-25T01:39:58.250000+00:00 ap1 hostapd[9]: {CAME}",
                f"2026-11-25T01:39:58.750000+00:00 ap1 hostapd[9]: {ENDED}",
            ),
            "camden other accept",
            0.5,
        ),
        ((f"2026-11-25T01:39:58Z ap1 x: {CAME}", f"2026-11-25T01:39:59Z ap1 x: {ENDED}"), "camden other accept", None),
        (
            (f"2026-11-25T01:39:58Z ap1 x: {CAME}", f"2026-11-25T01:39:59.500000+00:00 ap1 x: {ENDED}"),
            "camden other accept",
            None,
        ),
        ((f"1795570798.000000: {CAME}", f"1795570890.000000: {ENDED}"), "camden other accept", None),
        ((f"1795570798.000000: {CAME}", f"1795570790.000000: {ENDED}"), "camden other accept", None),
        ((f"1795570798.000000: {ENDED} (PMKSA cache)",), "passed-over", None),
        ((f"1795570798.000000: {HOSTAPD}authentication failed - EAP type: 0 (unknown)",), "camden other reject", None),
        ((f"1795570798.000000: {HOSTAPD}authentica",), "malformed", None),
        ((f"1795570798.000000: {HOSTAPD}unauthorizing port",), "passed-over", None),
        ((ENDED.replace(STATION, "02:72:6f:00:00:01").join(("x ", "")),), "passed-over", None),
    ],
)
def test_the_log_of_an_access_point(lines: tuple[str, ...], wanted: str, seconds: float | None) -> None:
    one = line_reader(LogKind.HOSTAPD)
    *before, last = [one.read(line) for line in lines]
    assert set(before) <= {Outcome.PASSED_OVER}
    shown = f"{last.visited} {last.home} {last.result}" if isinstance(last, Authentication) else str(last)
    assert shown == wanted
    assert (last.seconds if isinstance(last, Authentication) else None) == seconds


def test_an_access_point_with_a_million_stations_is_not_remembered_whole() -> None:
    one = line_reader(LogKind.HOSTAPD)
    for number in range(20_000):
        station = ":".join(f"{octet:02x}" for octet in number.to_bytes(6, "big"))
        one.read(f"1795570798.000000: wlan0: CTRL-EVENT-EAP-STARTED {station}")
    assert len(one._begun) == 10_000  # type: ignore[attr-defined]  # noqa: SLF001  its memory is what is meant


SAMPLED = [line for kind in LogKind for line in (SAMPLES / f"{kind}.log").read_text(encoding="utf-8").splitlines()]
ALLOWED = {*BOROUGHS.values(), "leeds.gov.uk", "other"}


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """Return a line of a daemon with a piece of it replaced."""
    line = draw(st.sampled_from(SAMPLED))
    start, stop = sorted((draw(st.integers(0, len(line))), draw(st.integers(0, len(line)))))
    return line[:start] + draw(st.text(max_size=20)) + line[stop:]


@given(st.one_of(st.text(), damaged()))
def test_no_line_breaks_a_reader_or_becomes_a_label(line: str) -> None:
    for kind in LogKind:
        found = line_reader(kind).read(line)
        if isinstance(found, Authentication):
            assert {found.visited, found.home} <= ALLOWED
            assert found.result in set(Result) - {Result.ERROR}
            assert (found.reason, found.sentence, found.path, found.method in {"", "tls", "peap-mschapv2"}) == (
                "",
                "",
                "",
                True,
            )


def test_a_megabyte_of_nonsense_is_read_quickly() -> None:
    heads = ("time=", 'time=a result=b user="', "F-TICKS/", " STA 02:00:00:00:00:01 IEEE 802.1X: authentica")
    began = time.process_time()
    for kind in LogKind:
        for head in heads:
            for filling in ("a", "a=", "#=", " eap=", "- ("):
                told(kind, head + filling * 20_000)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("kinds", "refused"),
    [
        ((), False),
        ((LogKind.VISITS, LogKind.HOME), False),
        ((LogKind.F_TICKS, LogKind.F_TICKS), False),
        ((LogKind.VISITS, LogKind.F_TICKS), True),
        ((LogKind.HOSTAPD, LogKind.HOME), True),
    ],
)
def test_logs_that_tell_of_the_same_people_are_not_read_together(kinds: tuple[LogKind, ...], refused: bool) -> None:  # noqa: FBT001
    if refused:
        with pytest.raises(SettingError, match="tell of the same authentications: read one sort of them"):
            refuse_mixture(kinds)
    else:
        refuse_mixture(kinds)
