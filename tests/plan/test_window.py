"""Change windows on the wall clock of London: over midnight, over the week's end, in the nights when clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roaming.plan.window import open_until, openings

LONDON = ZoneInfo("Europe/London")
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# 2026-11-24 is a Tuesday in winter, 2026-07-14 one in summer; clocks change on 2026-03-29 and 2026-10-25, Sundays.
@pytest.mark.parametrize(
    ("windows", "now", "until"),
    [
        (["Tu-Th 22:00-05:00"], "2026-11-24 21:59", None),
        (["Tu-Th 22:00-05:00"], "2026-11-24 22:00", "2026-11-25 05:00"),
        (["Tu-Th 22:00-05:00"], "2026-11-25 04:59", "2026-11-25 05:00"),
        (["Tu-Th 22:00-05:00"], "2026-11-25 05:00", None),
        (["Tu-Th 22:00-05:00"], "2026-11-27 04:59", "2026-11-27 05:00"),
        (["Tu-Th 22:00-05:00"], "2026-11-27 22:00", None),
        (["Tu-Th 22:00-05:00"], "2026-11-24 00:30", None),
        (["Tu-Th 22:00-05:00"], "2026-07-14 20:59", None),
        (["Tu-Th 22:00-05:00"], "2026-07-14 21:00", "2026-07-15 04:00"),
        (["Mo 09:00-17:30"], "2026-11-23 17:29", "2026-11-23 17:30"),
        (["Mo 09:00-17:30"], "2026-11-23 08:59", None),
        (["Fr-Mo 20:00-22:00"], "2026-11-22 20:30", "2026-11-22 22:00"),
        (["Fr-Mo 20:00-22:00"], "2026-11-24 20:30", None),
        (["Mo,We-Th 20:00-22:00"], "2026-11-26 20:00", "2026-11-26 22:00"),
        (["Mo,We-Th 20:00-22:00"], "2026-11-24 20:00", None),
        (["Su 00:00-24:00"], "2026-11-22 23:59", "2026-11-23 00:00"),
        (["Su 00:00-24:00"], "2026-11-23 00:00", None),
        # One window after another is one; what overlaps too.
        (["Mo 22:00-24:00", "Tu 00:00-05:00"], "2026-11-23 22:00", "2026-11-24 05:00"),
        (["Mo 20:00-23:00", "Mo 22:00-01:00"], "2026-11-23 20:00", "2026-11-24 01:00"),
        (["Mo 20:00-21:00", "Mo 22:00-23:00"], "2026-11-23 20:00", "2026-11-23 21:00"),
        # Spring: 01:00 GMT is 02:00 BST. The night is an hour shorter; 01:30 does not come.
        (["Sa 22:00-05:00"], "2026-03-28 22:00", "2026-03-29 04:00"),
        (["Su 01:30-05:00"], "2026-03-29 01:00", None),
        (["Su 01:30-05:00"], "2026-03-29 01:30", "2026-03-29 04:00"),
        (["Sa 22:00-01:30"], "2026-03-29 00:29", "2026-03-29 00:30"),
        (["Sa 22:00-01:30"], "2026-03-29 00:30", None),
        # Autumn: 02:00 BST is 01:00 GMT. The night is an hour longer; 01:30 comes at 00:30 and at 01:30 UTC.
        (["Sa 22:00-05:00"], "2026-10-24 21:00", "2026-10-25 05:00"),
        (["Su 01:30-05:00"], "2026-10-25 00:30", None),
        (["Su 01:30-05:00"], "2026-10-25 01:30", "2026-10-25 05:00"),
        (["Sa 22:00-01:30"], "2026-10-25 00:29", "2026-10-25 00:30"),
        (["Sa 22:00-01:30"], "2026-10-25 01:15", None),
        (["Su 01:15-01:45"], "2026-10-25 01:20", None),
    ],
)
def test_when_a_window_is_open(windows: list[str], now: str, until: str | None) -> None:
    assert open_until(windows, utc(now), LONDON) == (None if until is None else utc(until))


def test_a_window_that_does_not_open_in_the_night_of_the_change_opens_a_week_later() -> None:
    first = openings(["Su 01:15-01:45"], utc("2026-10-24 12:00"), LONDON)[0]
    assert (first.opens, first.closes) == (utc("2026-11-01 01:15"), utc("2026-11-01 01:45"))


def test_what_never_closes_is_open_for_some_days() -> None:
    until = open_until(["Mo-Su 00:00-24:00"], utc("2026-03-25 12:00"), LONDON)
    assert until is not None
    assert until > utc("2026-04-01 12:00")


times = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
windows_of_a_day = st.builds("{} {}-{}".format, st.sampled_from(DAYS), times, times).filter(
    lambda text: text[3:8] != text[9:]
)


@given(windows_of_a_day, st.integers(0, 365 * 24 * 60))
def test_law_away_from_clock_changes_a_window_is_open_when_the_wall_clock_says_so(window: str, minute: int) -> None:
    now = utc("2026-01-01 00:00") + timedelta(minutes=minute)
    if any(abs(now - utc(change)) < timedelta(days=2) for change in ("2026-03-29 01:00", "2026-10-25 01:00")):
        return
    local = now.astimezone(LONDON)
    day, clock = DAYS[local.weekday()], f"{local:%H:%M}"
    opens, closes = window[3:].split("-")
    yesterday = DAYS[(local.weekday() - 1) % 7]
    if opens < closes:
        expected = day == window[:2] and opens <= clock < closes
    else:
        expected = (day == window[:2] and opens <= clock) or (yesterday == window[:2] and clock < closes)
    assert (open_until([window], now, LONDON) is not None) is expected
