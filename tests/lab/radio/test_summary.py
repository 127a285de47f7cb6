"""Roams counted by kind: kinds stay apart, and who was lost is told from who was to fail."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lab.cli.radio import sentences, summary
from lab.radio.scenario import Kind
from lab.radio.summary import Spread, Tally, lost, tallies
from lab.radio.verdict import Judgement, Roam
from monitor.passive.captures import Kind as Heard
from tests.lab.radio.walked import captured


def roam(kind: Kind, d2_ms: float | None = None, expected: Kind = Kind.FT_AIR) -> Roam:
    heard = None if d2_ms is None else captured("02:00:0a:0c:15:00", 10, Heard(kind.value), d2_ms)
    return Roam("officer", "a", "b", kind, expected, "", (), air=heard)


def test_each_kind_has_its_own_median_and_worst() -> None:
    roams = [roam(Kind.FULL_EAP, 200), *(roam(Kind.FT_AIR, ms) for ms in (30, 10, 90)), roam(Kind.FAILED)]
    assert tallies(roams) == (
        Tally(Kind.FT_AIR, 3, Spread(40, 40), Spread(30, 90)),
        Tally(Kind.FULL_EAP, 1, Spread(40, 40), Spread(200, 200)),
        Tally(Kind.FAILED, 1, None, None),
    )


def test_a_time_that_was_not_captured_counts_as_none() -> None:
    assert tallies([roam(Kind.FT_AIR, 10), roam(Kind.FT_AIR)]) == (
        Tally(Kind.FT_AIR, 2, Spread(40, 40), Spread(10, 10)),
    )


@pytest.mark.parametrize(
    ("kind", "expected", "count"),
    [(Kind.FAILED, Kind.FT_AIR, 1), (Kind.FAILED, Kind.FAILED, 0), (Kind.FULL_EAP, Kind.FT_AIR, 0)],
)
def test_who_was_to_fail_is_not_lost(kind: Kind, expected: Kind, count: int) -> None:
    assert lost([roam(kind, expected=expected)]) == count


def test_the_table() -> None:
    found = summary(Judgement("x", emulated=True, seconds=1, roams=(roam(Kind.FT_AIR, 10), roam(Kind.FAILED))))
    assert found.title == "by kind; 1 lost"
    assert [list(column.cells) for column in found.columns] == [
        ["ft_air", "failed"],
        ["1", "1"],
        ["40.0", ""],
        ["40.0", ""],
        ["10.0", ""],
        ["10.0", ""],
    ]


def test_it_is_said_what_was_lost_before_which_step() -> None:
    second = replace(roam(Kind.FT_AIR, 10), mishaps=("hub-east cut off", "c killed"))
    judgement = Judgement("x", emulated=False, seconds=1, roams=(roam(Kind.FT_AIR, 10), second))
    assert next(sentences(judgement, Path("out"))) == "Before step 2: hub-east cut off, c killed"
