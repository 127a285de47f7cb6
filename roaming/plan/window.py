"""Change windows in wall-clock time: whether one is open, when it closes, when the next one opens.

When the clocks change, an hour comes twice or not at all. Where that leaves a doubt a window is closed: it opens at the
later of two moments that bear its time, and closes at the earlier.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_ONE_DAY: Final = timedelta(days=1)
_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Opening:
    """One time that a window is open, in UTC; it ends before `closes`."""

    opens: datetime
    closes: datetime

    def holds(self, now: datetime) -> bool:
        """Tell whether it is open now."""
        return self.opens <= now < self.closes


def openings(windows: Iterable[str], now: datetime, zone: tzinfo) -> tuple[Opening, ...]:
    """Return what is open now or opens within two weeks, the earliest first; windows as the inventory writes them.

    Two weeks, because a window of one night a week may not open at all in the night in which the clocks change.
    """
    today = now.astimezone(zone).date()
    days = [today + _ONE_DAY * number for number in range(-1, 2 * _WEEK)]
    found = (_opening(window, day, zone) for window in windows for day in days if day.weekday() in _weekdays(window))
    return tuple(sorted((one for one in found if now < one.closes > one.opens), key=lambda one: one.opens))


def open_until(windows: Iterable[str], now: datetime, zone: tzinfo) -> datetime | None:
    """Return when the windows that are open now close, those that follow without a gap included; None when none is.

    The answer is in UTC and at most two weeks away, also for windows that never close.
    """
    until = now.astimezone(UTC)
    for one in openings(windows, now, zone):
        if one.opens <= until:
            until = max(until, one.closes)
    return until if until > now else None


def _opening(window: str, day: date, zone: tzinfo) -> Opening:
    opens, _, closes = window.rpartition(" ")[2].partition("-")
    overnight = closes <= opens or closes == "24:00"
    last = day + _ONE_DAY if overnight else day
    return Opening(max(_moments(day, opens, zone)), min(_moments(last, closes.replace("24:00", "00:00"), zone)))


def _moments(day: date, clock: str, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the moments in UTC at which clocks show a time: two when it comes twice, or not at all (PEP 495)."""
    local = datetime.combine(day, time.fromisoformat(clock), tzinfo=zone)
    return local.replace(fold=0).astimezone(UTC), local.replace(fold=1).astimezone(UTC)


def _weekdays(window: str) -> frozenset[int]:
    """Return the days on which a window opens, Monday is 0. `Fr-Mo` goes over the end of the week."""
    found: set[int] = set()
    for part in window.partition(" ")[0].split(","):
        first, _, last = part.partition("-")
        start = _DAYS.index(first)
        length = (_DAYS.index(last or first) - start) % _WEEK
        found |= {(start + number) % _WEEK for number in range(length + 1)}
    return frozenset(found)
