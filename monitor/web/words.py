"""What the page says, in words for people who are no engineers: states, ages, moments, reasons."""

from __future__ import annotations

import re
import unicodedata
from calendar import day_name
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable

LONDON: Final = ZoneInfo("Europe/London")
_CLOCK_ERROR_S: Final = 60
_NOW_S: Final = 10
_NAMED: Final = 4
_DAYS: Final = dict(zip(("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"), day_name, strict=True))
_UNITS: Final = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


class Level(StrEnum):
    """How a borough, a building or one answer stands, the worst first. Stale was known, unknown never was."""

    DOWN = "down"
    PARTLY = "partly"
    SLOW = "slow"
    STALE = "stale"
    UNKNOWN = "unknown"
    GOOD = "good"

    @property
    def rank(self) -> int:
        """Return its place in this order: the lower, the sooner people must know of it."""
        return list(Level).index(self)


STATES: Final = {
    Level.DOWN: "Cut off",
    Level.PARTLY: "Partly working",
    Level.SLOW: "Working, but slowly",
    Level.STALE: "Not known now",
    Level.UNKNOWN: "Not known",
    Level.GOOD: "Working",
}
"""A borough's or a building's state."""

LEGEND: Final = {
    Level.DOWN: "its staff cannot work elsewhere, or visitors cannot work in its buildings, or both",
    Level.PARTLY: "some people cannot work where they should",
    Level.SLOW: "people can work, but getting online takes long",
    Level.STALE: "it was known, and the last test is too old to go by",
    Level.UNKNOWN: "it was never tested, so it may work or not",
    Level.GOOD: "its staff can work elsewhere, and visitors can work in its buildings",
}

ANSWERS: Final = {
    Level.DOWN: "No",
    Level.PARTLY: "Partly",
    Level.SLOW: "Yes, but slowly",
    Level.STALE: "Not known now",
    Level.UNKNOWN: "Not known",
    Level.GOOD: "Yes",
}
"""One answer to: can its staff work here?"""

STAFF_CUT_OFF: Final = "Staff cut off"
VISITORS_CUT_OFF: Final = "Visitors cut off"

_SILENT_HOME: Final = "{home}'s sign-in server does not answer"
_OWN: Final = dict.fromkeys(("no-answer", "no-answer-beyond", "fell-silent", "nothing-listens"), _SILENT_HOME)
"""What silence means where staff are at home: nothing stands between."""

_REASONS: Final = {
    "accepted": "somebody was let in who should not be",
    "accepted-unknown-user": "{home} lets in somebody who does not exist",
    "rejected-at-home": "{home}'s sign-in server turned our test away",
    "rejected-by-hub": "the network that joins the boroughs turned our test away",
    "rejected-locally": "{visited}'s own server turned our test away",
    "rejected-by-home-proxy": "{home}'s connection to the other boroughs turned our test away",
    "rejected-unnamed": "our test was turned away on its way, and nobody says where",
    "client-certificate-refused": "{home} does not accept the certificate of our test",
    "method-not-offered": "{home} no longer offers the way in which its staff sign in",
    "certificate-not-trusted": "the certificate of {home}'s sign-in server is not one that its staff's laptops trust",
    "certificate-name": "the certificate of {home}'s sign-in server has another name than it should",
    "certificate-expired": "the certificate of {home}'s sign-in server has ended",
    "certificate-unfit": "the certificate of {home}'s sign-in server cannot be used",
    "keys-differ": "{home} lets its staff in, but the wifi cannot be encrypted",
    "no-answer": "no answer came back to our test in {visited}",
    "no-answer-beyond": "{visited}'s own server is well, but no answer came back from {home}",
    "too-slow": "{home} answers, but later than the wifi waits",
    "fell-silent": "{home} began to answer and then fell silent",
    "nothing-listens": "{visited}'s own server is not running",
    "no-route": "{visited}'s own server cannot be reached",
    "wrong-secret": "{visited}'s own server does not know our test",
    "agent-unreachable": "our test in {visited} could not be started",
    "agent-broken": "our test in {visited} could not be run",
    "secret-missing": "our test in {visited} could not be run",
    "no-proxy": "{visited} has no server that could ask {home}",
}
"""By `roaming.eap.Reason`, which the monitor's web does not import: a test holds the two together."""


def worst(levels: Iterable[Level]) -> Level:
    """Return the level that people must know of first; unknown where there is none."""
    return min(levels, key=lambda level: level.rank, default=Level.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Told:
    """A moment as people read it: how long ago, when in London, and for machines."""

    ago: str
    when: str
    iso: str


def reason(code: str, visited: str, home: str) -> str:
    """Return why an authentication failed; an unknown code is an unknown reason."""
    words = (_OWN if visited == home else {}).get(code) or _REASONS.get(code, "the reason is not known yet")
    return words.format(visited=visited, home=home)


def reasons() -> frozenset[str]:
    """Return the codes that have words."""
    return frozenset(_REASONS)


def plain(text: str) -> str:
    """Return a text with what cannot be seen, or turns what stands beside it around, made visible."""
    if text.isprintable():
        return text
    return "".join("\ufffd" if unicodedata.category(one)[0] == "C" else one for one in text)


def short(name: str) -> str:
    """Return what people call a council: Camden for London Borough of Camden."""
    return re.sub(r"^(London|Royal) Borough of | City Council$| Corporation$", "", name)


def hours(text: str) -> str:
    """Return opening hours in words: Monday to Friday 09:00 to 17:00 for Mo-Fr 09:00-17:00."""
    return re.sub(r"(?<=\w)-(?=\w)", " to ", re.sub(r"\b(Mo|Tu|We|Th|Fr|Sa|Su)\b", lambda day: _DAYS[day[0]], text))


def ago(seconds: float) -> str:
    """Return an age in words; one that lies in the future is a wrong clock, never a negative age."""
    if not -_CLOCK_ERROR_S <= seconds < float("inf"):
        return "at an unclear time: a clock is wrong"
    if seconds < _NOW_S:
        return "just now"
    unit, word = next(one for one in _UNITS if seconds >= one[0])
    return f"{count(int(seconds // unit), word)} ago"


def told(at: float | None, now: float) -> Told | None:
    """Return a moment in words; None where there is none, or where it is none of the calendar's."""
    if at is None:
        return None
    try:
        there, here = datetime.fromtimestamp(at, LONDON), datetime.fromtimestamp(now, LONDON)
    except (OverflowError, ValueError, OSError):
        return None
    day = "" if there.date() == here.date() else f"{there:%a} {there.day} {there:%b} {there.year}, "
    return Told(ago(now - at), f"{day}{there:%H:%M}", datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


def stamp(now: float) -> str:
    """Return the date and time in London in full: what a printed page bears."""
    there = datetime.fromtimestamp(now, LONDON)
    return f"{there:%H:%M} on {there:%A} {there.day} {there:%B} {there.year}"


def several(names: list[str]) -> str:
    """Return names as a list in words; those after the fourth are counted."""
    if len(names) > _NAMED:
        return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
    return " and ".join([*([", ".join(names[:-1])] if names[1:] else []), *names[-1:]])


def count(number: int, one: str) -> str:
    """Return a number with its noun."""
    return f"{number} {one if number == 1 else one + 's'}"
