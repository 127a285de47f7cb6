"""Words: ages, moments, names, reasons."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.web import words
from monitor.web.words import Level, Told, ago, count, hours, plain, several, short, stamp, told, worst
from roaming.eap import Reason
from tests.monitor.web.federation import NOW

UNCLEAR = "at an unclear time: a clock is wrong"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "just now"),
        (9.9, "just now"),
        (-3, "just now"),
        (-59, "just now"),
        (-61, UNCLEAR),
        (10, "10 seconds ago"),
        (59.9, "59 seconds ago"),
        (60, "1 minute ago"),
        (185, "3 minutes ago"),
        (3600, "1 hour ago"),
        (86_399, "23 hours ago"),
        (3 * 86_400, "3 days ago"),
        (float("inf"), UNCLEAR),
        (float("nan"), UNCLEAR),
    ],
)
def test_an_age_in_words(seconds: float, said: str) -> None:
    assert ago(seconds) == said


@pytest.mark.parametrize(
    ("at", "now", "expected"),
    [
        (NOW - 180, NOW, Told("3 minutes ago", "17:01", "2026-11-25T17:01:10Z")),
        (NOW - 86_400, NOW, Told("1 day ago", "Tue 24 Nov 2026, 17:04", "2026-11-24T17:04:10Z")),
        (1_782_907_200.0, 1_782_907_260.0, Told("1 minute ago", "13:00", "2026-07-01T12:00:00Z")),
        (NOW + 3600, NOW, Told(UNCLEAR, "18:04", "2026-11-25T18:04:10Z")),
        (None, NOW, None),
        (1e30, NOW, None),
        (float("nan"), NOW, None),
        (float("-inf"), NOW, None),
    ],
    ids=["today", "yesterday", "summer time", "ahead", "none", "huge", "nan", "endless"],
)
def test_a_moment_in_words(at: float | None, now: float, expected: Told | None) -> None:
    assert told(at, now) == expected


def test_a_printed_page_bears_the_date() -> None:
    assert stamp(NOW) == "17:04 on Wednesday 25 November 2026"


@given(st.floats(), st.floats(min_value=0, max_value=4e9))
def test_no_age_is_negative(at: float, now: float) -> None:
    moment = told(at, now)
    assert moment is None or "-" not in moment.ago


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words(reason: Reason) -> None:
    assert reason in words.reasons()


@pytest.mark.parametrize("code", [*sorted(words.reasons()), "something-new"])
@pytest.mark.parametrize("home", ["Hackney", "Camden"])
def test_a_reason_is_no_jargon(code: str, home: str) -> None:
    said = words.reason(code, "Camden", home)
    assert not re.search(r"realm|radius|radsec|eap|proxy|timeout|[{}]|tls", said, re.IGNORECASE)


def test_silence_at_home_is_the_homes() -> None:
    assert words.reason("no-answer", "Camden", "Hackney") == "no answer came back to our test in Camden"
    assert words.reason("no-answer", "Camden", "Camden") == "Camden's sign-in server does not answer"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("London Borough of Camden", "Camden"),
        ("Royal Borough of Kensington and Chelsea", "Kensington and Chelsea"),
        ("City of London Corporation", "City of London"),
        ("Westminster City Council", "Westminster"),
        ("Camden", "Camden"),
    ],
)
def test_councils_go_by_their_short_names(name: str, expected: str) -> None:
    assert short(name) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Town Hall", "Town Hall"),
        ("a\u202egnp.exe", "a\ufffdgnp.exe"),
        ("a\x00b\nc", "a\ufffdb\ufffdc"),
        ("\ud800", "\ufffd"),
        ("Ealing \u2013 Broadway", "Ealing \u2013 Broadway"),
    ],
)
def test_what_cannot_be_seen_is_shown(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mo-Fr 09:00-17:00", "Monday to Friday 09:00 to 17:00"),
        ("24/7", "24/7"),
        ("Mo-Th 08:00-20:00; Sa 09:00-13:00", "Monday to Thursday 08:00 to 20:00; Saturday 09:00 to 13:00"),
        ("", ""),
    ],
)
def test_opening_hours_in_words(text: str, expected: str) -> None:
    assert hours(text) == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], ""),
        (["A"], "A"),
        (["A", "B"], "A and B"),
        (["A", "B", "C"], "A, B and C"),
        (["A", "B", "C", "D", "E", "F"], "A, B, C, D and 2 more"),
    ],
)
def test_names_as_a_list(names: list[str], expected: str) -> None:
    assert several(names) == expected


def test_the_worst_is_what_people_must_know_of_first() -> None:
    assert [worst([Level.GOOD, level]) for level in Level] == list(Level)
    assert worst([]) is Level.UNKNOWN


def test_numbers_have_their_nouns() -> None:
    assert [count(0, "borough"), count(1, "borough"), count(2, "borough")] == ["0 boroughs", "1 borough", "2 boroughs"]
