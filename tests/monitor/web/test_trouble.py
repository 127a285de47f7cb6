"""What is wrong: who sees to it, which page says more, and whether people notice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from monitor.attribution import Finding, FindingKind
from monitor.web.overview import overview
from monitor.web.seen import Seen, tidy
from monitor.web.trouble import concerning, troubles
from monitor.web.words import Level
from tests.monitor.web.federation import (
    BAD,
    DOWN,
    ESTATE,
    HEALTHY,
    NOW,
    SLOW,
    SLUGS,
    STALE,
    UP,
    home,
    seen,
    visited,
    with_pairs,
)

if TYPE_CHECKING:
    from monitor.metrics import DeviceState, Picture
    from monitor.target import Estate

HUBS = replace(ESTATE, hubs=(*ESTATE.hubs, replace(ESTATE.hubs[0], name="hub-west")))


def points(one: DeviceState, other: DeviceState) -> Picture:
    return replace(HEALTHY, access_points={"hackney-ap-1": one, "hackney-ap-2": other})


def radsec(changed: dict[str, DeviceState]) -> Picture:
    return replace(HEALTHY, radsec={**HEALTHY.radsec, **changed})


# An estate and a picture; then who mends it, the page with more, the level, and whether people notice.
TROUBLES: dict[str, tuple[Estate, Picture, tuple[str, str, Level, bool]]] = {
    "the federation": (ESTATE, radsec({"hub-east": DOWN}), ("LOTI", "", Level.DOWN, True)),
    "a hub": (HUBS, radsec({"hub-east": DOWN, "hub-west": UP}), ("LOTI", "", Level.PARTLY, False)),
    "a home": (ESTATE, home("hackney", BAD), ("Hackney", "hackney", Level.DOWN, True)),
    "a borough": (ESTATE, visited("camden", BAD), ("Camden", "camden", Level.DOWN, True)),
    "a realm outside": (
        ESTATE,
        with_pairs({(one, "outside.example"): BAD for one in SLUGS}),
        ("outside.example", "", Level.DOWN, True),
    ),
    "a slow home": (ESTATE, home("hackney", SLOW), ("Hackney", "hackney", Level.SLOW, True)),
    "a pair": (ESTATE, with_pairs({("camden", "hackney"): BAD}), ("Camden", "camden", Level.PARTLY, True)),
    "a building": (ESTATE, points(DOWN, DOWN), ("Hackney", "hackney", Level.DOWN, True)),
    "a part of a building": (ESTATE, points(UP, DOWN), ("Hackney", "hackney", Level.PARTLY, False)),
    "a test that stopped": (ESTATE, visited("camden", STALE), ("LOTI", "camden", Level.STALE, True)),
}


@pytest.mark.parametrize("case", TROUBLES)
def test_a_trouble_has_somebody_to_mend_it_and_a_page(case: str) -> None:
    estate, picture, expected = TROUBLES[case]
    (one,) = troubles(seen(picture, estate=estate))
    assert (one.mends, one.borough, one.level, one.noticed) == expected


def test_a_pair_concerns_both_of_its_boroughs() -> None:
    known = seen(with_pairs({("camden", "hackney"): BAD}))
    assert [slug for slug in SLUGS if concerning(known, slug)] == ["camden", "hackney"]


def test_long_lists_are_cut_and_what_is_left_out_is_counted() -> None:
    wrong = Finding(FindingKind.PAIR_DOWN, "camden", "camden hackney", "Staff cannot.")
    mending = Finding(FindingKind.SERVER_DOWN, "camden", "camden-rad", "A server.")
    view = overview(Seen(tidy(ESTATE), HEALTHY, (*[wrong] * 14, *[mending] * 13), NOW))
    assert (len(view.wrong), len(view.mending), view.unlisted) == (12, 12, 3)
