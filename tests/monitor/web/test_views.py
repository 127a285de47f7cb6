"""Views: what is said of boroughs and buildings in each state; unknown and stale are never no, and never yes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.attribution import Finding, FindingKind
from monitor.metrics import DeviceState, PairState, Picture, Status
from monitor.web.changes import last_change
from monitor.web.overview import overview
from monitor.web.places import borough_page, building_page, search
from monitor.web.seen import aged
from monitor.web.standing import standing
from monitor.web.tally import STAFF, VISITORS, Tally
from monitor.web.words import Level, told
from tests.monitor.web.federation import (
    BAD,
    DOWN,
    ESTATE,
    GOOD,
    HEALTHY,
    NOW,
    SLOW,
    SLUGS,
    STALE,
    STALE_NO,
    STATES,
    UNKNOWN,
    UP,
    everything,
    home,
    seen,
    visited,
    with_pairs,
    without,
)

if TYPE_CHECKING:
    from monitor.target import Estate

TALLIES = {
    "all": (
        Tally(good=32),
        Level.GOOD,
        "Its staff can work in every other borough.",
        "can work everywhere",
        "Visitors from every other borough can work in its buildings.",
        "can work here from everywhere",
    ),
    "all slow": (
        Tally(slow=32),
        Level.SLOW,
        "Its staff can work in every other borough, but slowly.",
        "can work everywhere, but slowly",
        "Visitors from every other borough can work in its buildings, but slowly.",
        "can work here from everywhere, but slowly",
    ),
    "two slow": (
        Tally(good=30, slow=2),
        Level.GOOD,
        "Its staff can work in every other borough, 2 of them slowly.",
        "can work everywhere, 2 of them slowly",
        "Visitors from every other borough can work in its buildings, 2 of them slowly.",
        "can work here from everywhere, 2 of them slowly",
    ),
    "two down": (
        Tally(good=30, down=2),
        Level.PARTLY,
        "Its staff can work in 30 of 32 other boroughs.",
        "can work in 30 of 32",
        "Visitors from 30 of 32 other boroughs can work in its buildings.",
        "can work here from 30 of 32",
    ),
    "none": (
        Tally(down=32),
        Level.DOWN,
        "Its staff cannot work in any other borough.",
        "cannot work anywhere",
        "Visitors cannot work in its buildings, wherever they come from.",
        "cannot work here",
    ),
    "never tested": (
        Tally(unknown=32),
        Level.UNKNOWN,
        "It is not known whether its staff can work elsewhere.",
        "not known",
        "It is not known whether visitors can work in its buildings.",
        "not known",
    ),
    "too old": (
        Tally(stale=32),
        Level.STALE,
        "It is not known whether its staff can work elsewhere.",
        "not known now",
        "It is not known whether visitors can work in its buildings.",
        "not known now",
    ),
    "mixed": (
        Tally(good=20, down=2, stale=4, unknown=6),
        Level.PARTLY,
        "Its staff can work in 20 of 32 other boroughs; cannot in 2, 10 not known.",
        "can work in 20 of 32; cannot in 2, 10 not known",
        "Visitors from 20 of 32 other boroughs can work in its buildings; cannot from 2, 10 not known.",
        "can work here from 20 of 32; cannot from 2, 10 not known",
    ),
    "few known": (
        Tally(good=2, unknown=30),
        Level.UNKNOWN,
        "Its staff can work in 2 of 32 other boroughs; 30 not known.",
        "can work in 2 of 32; 30 not known",
        "Visitors from 2 of 32 other boroughs can work in its buildings; 30 not known.",
        "can work here from 2 of 32; 30 not known",
    ),
    "half too old": (
        Tally(good=17, stale=16),
        Level.STALE,
        "Its staff can work in 17 of 33 other boroughs; 16 not known.",
        "can work in 17 of 33; 16 not known",
        "Visitors from 17 of 33 other boroughs can work in its buildings; 16 not known.",
        "can work here from 17 of 33; 16 not known",
    ),
    "a few too old": (
        Tally(good=30, stale=3),
        Level.GOOD,
        "Its staff can work in 30 of 33 other boroughs; 3 not known.",
        "can work in 30 of 33; 3 not known",
        "Visitors from 30 of 33 other boroughs can work in its buildings; 3 not known.",
        "can work here from 30 of 33; 3 not known",
    ),
    "more too old": (
        Tally(good=14, slow=15, stale=4),
        Level.STALE,
        "Its staff can work in 29 of 33 other boroughs, 15 of them slowly; 4 not known.",
        "can work in 29 of 33, 15 of them slowly; 4 not known",
        "Visitors from 29 of 33 other boroughs can work in its buildings, 15 of them slowly; 4 not known.",
        "can work here from 29 of 33, 15 of them slowly; 4 not known",
    ),
    "few known, down": (
        Tally(down=1, unknown=31),
        Level.PARTLY,
        "Its staff cannot work in 1 of 32 other boroughs; 31 not known.",
        "cannot work in 1 of 32; 31 not known",
        "Visitors from 1 of 32 other boroughs cannot work in its buildings; 31 not known.",
        "cannot work here from 1 of 32; 31 not known",
    ),
    "alone": (
        Tally(),
        Level.UNKNOWN,
        "There is no other borough to work in.",
        "not known",
        "There is no other borough that visits.",
        "not known",
    ),
}


@pytest.mark.parametrize("case", TALLIES)
def test_many_answers_are_one(case: str) -> None:
    tally, level, *said = TALLIES[case]
    words = [wording.of(tally) for side in (STAFF, VISITORS) for wording in (side.sentence, side.cell)]
    assert (tally.level, words) == (level, said)


HEADLINES: dict[str, tuple[Picture, str, dict[str, Level]]] = {
    "healthy": (HEALTHY, "Staff of every borough can work in every borough.", {}),
    "a home stopped": (
        home("hackney", BAD),
        "Staff of Hackney cannot work anywhere, not even in Hackney.",
        {"hackney": Level.DOWN},
    ),
    "a home out of reach": (
        with_pairs({(one, "hackney"): BAD for one in SLUGS if one != "hackney"}),
        "Staff of Hackney cannot work in other boroughs.",
        {"hackney": Level.DOWN},
    ),
    "a borough isolated": (
        visited("camden", BAD),
        "Visitors cannot work in the buildings of Camden.",
        {"camden": Level.DOWN},
    ),
    "a borough cut off": (
        without(["camden"]),
        "Camden is cut off: neither its staff elsewhere nor visitors can work.",
        {"camden": Level.DOWN},
    ),
    "two cut off": (
        without(["camden", "hackney"]),
        "Camden and Hackney are wholly or partly cut off.",
        {"camden": Level.DOWN, "hackney": Level.DOWN},
    ),
    "one pair": (
        with_pairs({("camden", "hackney"): BAD}),
        "Camden and Hackney are only partly working.",
        {"camden": Level.PARTLY, "hackney": Level.PARTLY},
    ),
    "own staff only": (
        with_pairs({("camden", "camden"): BAD}),
        "Camden is only partly working.",
        {"camden": Level.PARTLY},
    ),
    "a slow home": (
        home("hackney", SLOW),
        "Everybody can work. In or from Hackney it is slow.",
        {"hackney": Level.SLOW},
    ),
    "a probe stopped": (
        visited("camden", STALE),
        "What is known works. Of Camden it is not known now.",
        {"camden": Level.STALE},
    ),
    "one borough's own process": (
        replace(HEALTHY, pairs={pair: state for pair, state in HEALTHY.pairs.items() if pair[0] == "camden"}),
        "4 of 16 answers are known now. What is known works.",
        dict.fromkeys(SLUGS, Level.UNKNOWN),
    ),
    "one answer too old": (
        with_pairs({("camden", "hackney"): STALE}),
        "15 of 16 answers are known now. What is known works.",
        {},
    ),
    "one answer too old and a slow home": (
        with_pairs({**{(one, "hackney"): SLOW for one in SLUGS}, ("camden", "camden"): STALE}),
        "15 of 16 answers are known now. What is known works. In or from Hackney it is slow.",
        {"hackney": Level.SLOW},
    ),
    "all stale": (everything(STALE), "Nothing is known now.", dict.fromkeys(SLUGS, Level.STALE)),
    "nothing yet": (Picture(at=NOW), "Nothing is known now.", dict.fromkeys(SLUGS, Level.UNKNOWN)),
    "all down": (
        everything(BAD),
        "Camden, Hackney, Islington and Westminster are wholly or partly cut off.",
        dict.fromkeys(SLUGS, Level.DOWN),
    ),
    "a building down": (
        replace(HEALTHY, access_points={"hackney-ap-1": DOWN, "hackney-ap-2": DOWN}),
        "Hackney is only partly working.",
        {"hackney": Level.PARTLY},
    ),
}


@pytest.mark.parametrize("case", HEADLINES)
def test_the_first_page_says_how_things_stand(case: str) -> None:
    picture, said, levels = HEADLINES[case]
    view = overview(seen(picture))
    assert view.headline == said
    found = {row.slug: row.standing.level for row in view.rows}
    assert found == {**dict.fromkeys(SLUGS, Level.GOOD), **levels}


def test_another_boroughs_fault_is_told_but_not_held_against_anybody() -> None:
    camden = standing(seen(home("hackney", BAD)), "camden")
    assert camden.level is Level.GOOD
    assert camden.visitors.words == "can work here from 2 of 3"
    assert camden.visitors.failing == "Hackney"


@pytest.mark.parametrize(
    ("kind", "state"), [(FindingKind.UNREACHABLE, "Staff cut off"), (FindingKind.ISOLATED, "Visitors cut off")]
)
def test_who_is_at_fault_is_cut_off_even_if_one_pair_works(kind: FindingKind, state: str) -> None:
    found = Finding(kind, "hackney", "hackney", "It does not work.")
    known = replace(seen(HEALTHY), findings=(found,))
    hackney = standing(known, "hackney")
    assert (hackney.level, hackney.state) == (Level.DOWN, state)


@pytest.mark.parametrize(
    ("slugs", "banner"),
    [(["camden"], ""), (["camden", "hackney", "islington"], "4 of 4 boroughs are affected")],
)
def test_a_bad_day_has_a_banner(slugs: list[str], banner: str) -> None:
    assert overview(seen(without(slugs))).many == banner


def test_rows_go_by_name_or_the_worst_first() -> None:
    known = seen(with_pairs({**home("hackney", BAD).pairs, **{("westminster", one): STALE for one in SLUGS}}))
    assert [row.slug for row in overview(known).rows] == list(SLUGS)
    assert [row.slug for row in overview(known, by_state=True).rows] == [
        "hackney",
        "westminster",
        "camden",
        "islington",
    ]


def test_the_rest_of_the_map_is_other_peoples() -> None:
    view = overview(seen(HEALTHY))
    assert all(row.outline for row in view.rows)
    assert len(view.elsewhere) == 33 - len(SLUGS)


def test_the_legend_counts_every_borough() -> None:
    legend = overview(seen(home("hackney", BAD))).legend
    assert {line.level: line.boroughs for line in legend if line.boroughs} == {Level.GOOD: 3, Level.DOWN: 1}


VERDICTS: dict[str, tuple[Picture, Level, str]] = {
    "healthy": (HEALTHY, Level.GOOD, "Staff of every borough can work here."),
    "one home down": (
        home("camden", BAD),
        Level.PARTLY,
        "Staff of 3 of 4 boroughs can work here. Staff of Camden cannot.",
    ),
    "slow": (home("camden", SLOW), Level.GOOD, "Staff of every borough can work here, of 1 of them slowly."),
    "one not known": (
        with_pairs({("hackney", "camden"): UNKNOWN}),
        Level.UNKNOWN,
        "Staff of 3 of 4 boroughs can work here. Of 1 borough it is not known.",
    ),
    "stale": (everything(STALE), Level.STALE, "It is not known who can work here now: the last tests are too old."),
    "unknown": (Picture(at=NOW), Level.UNKNOWN, "It is not known who can work here."),
    "nobody": (everything(BAD), Level.DOWN, "Nobody can work here."),
    "its wifi down": (
        replace(HEALTHY, access_points={"hackney-ap-1": DOWN, "hackney-ap-2": DOWN}),
        Level.DOWN,
        "Nobody can work here: the wifi of the building is down.",
    ),
    "its wifi not known": (
        replace(HEALTHY, access_points={}),
        Level.UNKNOWN,
        "Staff of every borough would be let in; whether this building's wifi works is not known.",
    ),
    "its wifi not known now": (
        replace(HEALTHY, access_points=dict.fromkeys(("hackney-ap-1", "hackney-ap-2"), DeviceState(Status.STALE))),
        Level.STALE,
        "Staff of every borough would be let in; whether this building's wifi works is not known now.",
    ),
    "its wifi partly known": (
        replace(HEALTHY, access_points={"hackney-ap-1": UP}),
        Level.UNKNOWN,
        "Staff of every borough can work here, where its wifi works.",
    ),
    "its wifi partly down": (
        replace(HEALTHY, access_points={"hackney-ap-1": UP, "hackney-ap-2": DOWN}),
        Level.PARTLY,
        "Staff of every borough can work here, where its wifi works.",
    ),
    "its wifi not known to work": (
        replace(HEALTHY, access_points={"hackney-ap-1": DOWN}),
        Level.PARTLY,
        "Staff of every borough would be let in; whether this building's wifi works is not known.",
    ),
    "slow, its wifi not known": (
        replace(everything(SLOW), access_points={}),
        Level.UNKNOWN,
        "Staff of every borough would be let in, of 4 of them slowly; whether this building's wifi works is not known.",
    ),
    "one home down, its wifi not known": (
        replace(home("camden", BAD), access_points={}),
        Level.PARTLY,
        (
            "Staff of 3 of 4 boroughs would be let in; whether this building's wifi works is not known. "
            "Staff of Camden would not."
        ),
    ),
    "one home down, the others not known": (
        with_pairs({**{("hackney", one): UNKNOWN for one in SLUGS}, ("hackney", "camden"): BAD}),
        Level.PARTLY,
        "Staff of Camden cannot work here. Of 3 boroughs it is not known.",
    ),
    "one home down, nothing else known": (
        replace(
            with_pairs({**{("hackney", one): UNKNOWN for one in SLUGS}, ("hackney", "camden"): BAD}), access_points={}
        ),
        Level.PARTLY,
        (
            "Staff of Camden would not be let in; whether this building's wifi works is not known. "
            "Of 3 boroughs it is not known."
        ),
    ),
    "half too old": (
        with_pairs({("hackney", "camden"): STALE}),
        Level.STALE,
        "Staff of 3 of 4 boroughs can work here. Of 1 borough it is not known.",
    ),
}


@pytest.mark.parametrize("case", VERDICTS)
def test_a_building_says_who_can_work_there(case: str) -> None:
    picture, level, said = VERDICTS[case]
    view = building_page(seen(picture), "hackney/town-hall")
    assert (view.building.level, view.building.verdict) == (level, said)


ANSWERS = {
    "up": (GOOD, Level.GOOD, "Yes", ""),
    "slow": (SLOW, Level.SLOW, "Yes, but slowly: 8 seconds", ""),
    "down": (BAD, Level.DOWN, "No", ""),
    "was yes": (STALE, Level.STALE, "Not known now", "was yes"),
    "was no": (STALE_NO, Level.STALE, "Not known now", "was no"),
    "unknown": (UNKNOWN, Level.UNKNOWN, "Not known", ""),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_an_answer_in_words(case: str) -> None:
    state, *expected = ANSWERS[case]
    view = building_page(seen(with_pairs({("hackney", "camden"): state})), "hackney/town-hall")
    answer = next(one for one in view.answers if one.slug == "camden")
    assert [answer.cell.level, answer.cell.answer, answer.cell.was] == expected


def test_each_reason_is_said_once_with_those_it_keeps_away() -> None:
    picture = with_pairs(
        {
            **{(one, "camden"): BAD for one in SLUGS},
            ("hackney", "westminster"): replace(BAD, reason="certificate-expired"),
        }
    )
    view = building_page(seen(picture), "hackney/town-hall")
    assert [(why.sentence, why.who) for why in view.why] == [
        ("Staff of Camden cannot get online in other boroughs: its sign-in server does not answer.", "Camden"),
        ("The certificate of Westminster's sign-in server has ended.", "Westminster"),
    ]


def test_the_reason_that_keeps_most_away_comes_first() -> None:
    expired = replace(BAD, reason="certificate-expired")
    picture = with_pairs(
        {("hackney", "camden"): expired, ("hackney", "islington"): BAD, ("hackney", "westminster"): BAD}
    )
    view = building_page(replace(seen(picture), findings=()), "hackney/town-hall")
    assert [(why.sentence, why.who) for why in view.why] == [
        ("No answer came back to our test in Hackney.", "Islington and Westminster"),
        ("The certificate of Camden's sign-in server has ended.", "Camden"),
    ]


WIFI = {
    "both": ({"hackney-ap-1": UP, "hackney-ap-2": UP}, Level.GOOD, "2 of 2 access points work."),
    "one": ({"hackney-ap-1": UP, "hackney-ap-2": DOWN}, Level.PARTLY, "1 of 2 access points work."),
    "one known": ({"hackney-ap-1": UP}, Level.UNKNOWN, "1 of 2 access points work; of 1 it is not known."),
    "one down": ({"hackney-ap-1": DOWN}, Level.PARTLY, "1 of 2 access points does not work; of 1 it is not known."),
    "none": ({"hackney-ap-1": DOWN, "hackney-ap-2": DOWN}, Level.DOWN, "It is down: none of 2 access points works."),
    "unknown": ({}, Level.UNKNOWN, "It has 2 access points; nothing is known about them."),
    "stale": (
        dict.fromkeys(("hackney-ap-1", "hackney-ap-2"), DeviceState(Status.STALE)),
        Level.STALE,
        "It has 2 access points; nothing recent is known about them.",
    ),
}


@pytest.mark.parametrize(
    ("state", "words"), [(UP, "The one access point works."), (DOWN, "It is down: the one access point does not work.")]
)
def test_one_access_point_is_not_counted(state: DeviceState, words: str) -> None:
    estate = replace(ESTATE, sites=(replace(ESTATE.sites[0], access_points=("hackney-ap-1",)),))
    known = seen(replace(HEALTHY, access_points={"hackney-ap-1": state}), estate=estate)
    assert building_page(known, "hackney/town-hall").building.wifi.words == words


@pytest.mark.parametrize("case", WIFI)
def test_a_buildings_own_wifi(case: str) -> None:
    points, level, words = WIFI[case]
    view = building_page(seen(replace(HEALTHY, access_points=points)), "hackney/town-hall")
    assert (view.building.wifi.level, view.building.wifi.words) == (level, words)


def test_nobody_gets_online_where_the_wifi_is_down() -> None:
    points = dict.fromkeys(("hackney-ap-1", "hackney-ap-2"), DOWN)
    view = building_page(seen(replace(HEALTHY, access_points=points)), "hackney/town-hall")
    assert {answer.cell.answer for answer in (*view.answers, *view.outside)} == {"No"}
    assert all(answer.cell.tested for answer in (*view.answers, *view.outside))
    assert [(why.sentence, why.who) for why in view.why] == [
        ("The wifi of this building is down.", "Camden, Hackney, Islington and Westminster")
    ]


def test_a_building_without_access_points_says_so() -> None:
    view = building_page(seen(HEALTHY), "camden/library")
    assert (view.building.wifi.level, view.building.wifi.words) == (
        Level.UNKNOWN,
        "The wifi of the building itself is not watched.",
    )
    said = "Staff of every borough would be let in; its wifi is not watched."
    assert (view.building.level, view.building.verdict) == (Level.UNKNOWN, said)


def test_it_is_not_asked_who_can_work_where_the_wifi_is_in_doubt() -> None:
    working = building_page(seen(HEALTHY), "hackney/town-hall")
    assert (working.title, working.asked) == ("Whose staff can work here now?", "Can they work here?")
    doubtful = building_page(seen(replace(HEALTHY, access_points={})), "hackney/town-hall")
    assert (doubtful.title, doubtful.asked) == ("Whose staff would be let in here now?", "Would they be let in?")


def test_a_boroughs_page_has_both_sides_and_its_shared_buildings() -> None:
    view = borough_page(seen(home("hackney", BAD)), "islington")
    assert [(one.slug, one.cell.answer) for one in view.visitors] == [
        ("camden", "Yes"),
        ("hackney", "No"),
        ("westminster", "Yes"),
    ]
    assert {one.cell.answer for one in view.staff} == {"Yes"}
    assert [(one.slug, one.name) for one in view.outside] == [("", "outside.example")]
    assert [one.site.name for one in view.buildings] == ["Hackney Town Hall"]
    assert [(why.sentence, why.who) for why in view.why] == [
        ("Staff of Hackney cannot get online in other boroughs: its sign-in server does not answer.", "Hackney")
    ]


def test_a_boroughs_page_says_a_reason_once() -> None:
    view = borough_page(seen(visited("camden", BAD)), "camden")
    assert [one.sentence for one in view.troubles] == [
        "Visitors cannot get online in the buildings of Camden: its way out does not work."
    ]
    assert view.why == ()


def test_what_fails_at_home_alone_has_a_reason() -> None:
    known = seen(with_pairs({("camden", "camden"): BAD}))
    assert overview(known).unexplained
    assert [(why.sentence, why.who) for why in borough_page(known, "camden").why] == [
        ("Camden's sign-in server does not answer.", "Camden")
    ]
    assert not overview(seen(home("hackney", BAD))).unexplained
    assert not overview(seen(HEALTHY)).unexplained


CHANGES: dict[str, tuple[Picture, str | None]] = {
    "none": (HEALTHY, "Nothing has changed since these tests began."),
    "nothing known": (Picture(at=NOW), None),
    "a home": (home("hackney", BAD), "Staff of Hackney can no longer get online in 3 other boroughs."),
    "a home again": (
        home("hackney", replace(GOOD, since=NOW - 50)),
        "Staff of Hackney can get online in 3 other boroughs.",
    ),
    "a borough": (visited("camden", BAD), "Visitors from 4 other boroughs can no longer get online in Camden."),
    "a pair": (with_pairs({("camden", "hackney"): BAD}), "Staff of Hackney can no longer get online in Camden."),
    "everything": (everything(BAD), "Staff of most boroughs can no longer get online in other boroughs."),
    "every probe": (
        everything(replace(STALE, since=NOW - 50)),
        "It is no longer known whether staff of most boroughs get online in other boroughs.",
    ),
    "a probe": (
        visited("camden", replace(STALE, since=NOW - 50)),
        "It is no longer known whether visitors from 4 other boroughs get online in Camden.",
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_what_changed_last(case: str) -> None:
    picture, said = CHANGES[case]
    change = last_change(seen(picture))
    assert (change.sentence if change else None) == said


def test_what_began_in_turn_began_with_the_first() -> None:
    pairs = {pair: replace(GOOD, since=NOW - 900 + 10 * place) for place, pair in enumerate(HEALTHY.pairs)}
    change = last_change(seen(with_pairs(pairs)))
    assert change is not None
    # The first pair is that of a borough with itself, which crosses nothing.
    assert change.at == told(NOW - 890, NOW)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["library", "town-hall"]),
        ("town", ["town-hall"]),
        ("e81ea", ["town-hall"]),
        ("E8 1EA", ["town-hall"]),
        ("camden", ["library"]),
        ("nowhere", []),
        ("x" * 10_000, []),
    ],
)
def test_buildings_are_found_by_name_postcode_and_borough(query: str, found: list[str]) -> None:
    assert [one.site.slug for one in search(seen(HEALTHY), query)] == found


def test_what_was_never_known_is_not_called_too_old() -> None:
    picture = aged(with_pairs({("hackney", "camden"): UNKNOWN}))
    assert picture.pairs["hackney", "camden"] == UNKNOWN


def test_what_is_too_old_is_gone_by_no_more() -> None:
    view = overview(seen(aged(HEALTHY)))
    assert view.headline == "Nothing is known now."
    assert view.change is not None
    assert view.change.at == told(HEALTHY.at, NOW)
    assert building_page(seen(aged(HEALTHY)), "hackney/town-hall").building.wifi.level is Level.STALE


@given(states=st.lists(st.sampled_from(sorted(STATES)), min_size=len(HEALTHY.pairs), max_size=len(HEALTHY.pairs)))
def test_the_pages_hold_to_the_picture(states: list[str]) -> None:
    pairs: dict[tuple[str, str], PairState] = {
        pair: STATES[state] for pair, state in zip(HEALTHY.pairs, states, strict=True)
    }
    known = seen(replace(HEALTHY, pairs=pairs))
    for row in overview(known).rows:
        ends = {pairs[row.slug, one].status for one in ESTATE.homes} | {pairs[one, row.slug].status for one in SLUGS}
        if row.standing.level is Level.GOOD:
            assert Status.UP in ends
        if row.standing.level is Level.DOWN:
            assert Status.DOWN in ends
    for answer in building_page(known, "hackney/town-hall").answers:
        state = pairs["hackney", answer.slug].status
        assert answer.cell.answer.startswith("Yes") == (state in {Status.UP, Status.SLOW})
        assert (answer.cell.answer == "No") == (state is Status.DOWN)


def test_a_federation_of_one_has_pages() -> None:
    estate: Estate = replace(ESTATE, boroughs=ESTATE.boroughs[:1], homes=("camden",), sites=ESTATE.sites[1:])
    known = seen(replace(HEALTHY, pairs={("camden", "camden"): GOOD}), estate=estate)
    assert overview(known).rows[0].standing.staff.sentence == "There is no other borough to work in."
    assert building_page(known, "camden/library").building.verdict == (
        "Staff of every borough would be let in; its wifi is not watched."
    )
