"""Attribution: the fewest parts that explain what fails, whose they are, and in which words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.attribution import FindingKind, Suspects, findings, suspects
from monitor.metrics import DeviceState, PairState, Picture, Status
from monitor.target import BoroughFacts, Estate, RadiusTarget, SiteFacts
from roaming.eap import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

K = FindingKind
UP, DOWN = DeviceState(Status.UP, 990, 100), DeviceState(Status.DOWN, 990, 940)
GOOD = PairState(Status.UP, 990, 100, 990, 0.05, reason=Reason.ACCEPTED)
BAD = PairState(Status.DOWN, 990, 940, 900, failures=3, reason=Reason.NO_ANSWER, sentence="no answer within 10 s")
STALE = PairState(Status.STALE, 400, 900)
SLOW = PairState(Status.SLOW, 990, 940, 990, 21.4)
DAY = 86_400


def server(name: str, owner: str, role: str) -> RadiusTarget:
    return RadiusTarget(name, owner, role, "10.0.0.1", "" if role == "home" else "203.0.113.1")


SERVERS = (
    server("camden-1", "camden", "both"),
    server("camden-2", "camden", "both"),
    server("hackney-proxy", "hackney", "proxy"),
    server("hackney-home", "hackney", "home"),
    server("islington-1", "islington", "both"),
)
HUBS = (server("hub-east", "federation", "hub"), server("hub-west", "federation", "hub"))
SITES = tuple(
    SiteFacts("hall", f"{owner.title()} Town Hall", owner, (owner,), (51.5, -0.1), access_points=points)
    for owner, points in (("camden", ("c1", "c2")), ("hackney", ("h1",)), ("islington", ()))
)
VISITED = ("camden", "hackney", "islington")
HOMES = (*VISITED, "leeds.gov.uk")
ESTATE = Estate(
    "Lab",
    "LOTI",
    tuple(BoroughFacts(slug, slug.title(), "E09000007", "noc@roaming.example") for slug in VISITED),
    HOMES,
    SITES,
    SERVERS,
    HUBS,
)
HEALTHY = Picture(
    at=1000,
    pairs={(visited, home): GOOD for visited in VISITED for home in HOMES},
    servers={one.name: UP for one in SERVERS},
    radsec={one.name: UP for one in (*SERVERS, *HUBS) if one.federation},
    trusted={one.name: UP for one in (*SERVERS, *HUBS) if one.federation},
    access_points={"c1": UP, "c2": UP, "h1": UP},
    certificates={("eap", "hackney"): 1000 + 400 * DAY, ("radsec", "hub-east"): 1000 + 400 * DAY},
)


def failing(
    *, home: str = "", visited: str = "", diagonal: bool = False, state: PairState = BAD
) -> Callable[[Picture], Picture]:
    def change(picture: Picture) -> Picture:
        chosen = {
            pair: state
            for pair in picture.pairs
            if (pair[1] == home or pair[0] == visited) and (diagonal or pair[0] != pair[1])
        }
        return replace(picture, pairs={**picture.pairs, **chosen})

    return change


def becomes(pair: tuple[str, str], state: PairState) -> Callable[[Picture], Picture]:
    return lambda picture: replace(picture, pairs={**picture.pairs, pair: state})


def down(what: str, *names: str) -> Callable[[Picture], Picture]:
    def change(picture: Picture) -> Picture:
        changed: dict[str, Any] = {what: {**getattr(picture, what), **dict.fromkeys(names, DOWN)}}
        return replace(picture, **changed)

    return change


@dataclass(frozen=True)
class Case:
    name: str
    changes: tuple[Callable[[Picture], Picture], ...]
    kinds: dict[tuple[FindingKind, str], str] = field(default_factory=dict)
    """(kind, owner) -> words that stand in the sentence."""


PAIR, AT_HOME = ("islington", "camden"), ("hackney", "hackney")
CASES = (
    Case("healthy", ()),
    Case(
        "home apart stopped",
        (failing(home="hackney", diagonal=True), down("servers", "hackney-home")),
        {(K.UNREACHABLE, "hackney"): "its sign-in server does not answer"},
    ),
    Case("one of two homes", (down("servers", "camden-1"),), {(K.SERVER_DOWN, "camden"): "Another one does its work"}),
    Case(
        "proxy blackholed",
        (failing(home="hackney"), failing(visited="hackney"), down("radsec", "hackney-proxy")),
        {(K.CUT_OFF, "hackney"): "its connection to the other boroughs is down"},
    ),
    Case(
        "single server stopped",
        (
            failing(home="islington", diagonal=True),
            failing(visited="islington", diagonal=True),
            down("servers", "islington-1"),
            down("radsec", "islington-1"),
        ),
        {(K.CUT_OFF, "islington"): "its sign-in server does not answer"},
    ),
    Case("hub stopped", (down("radsec", "hub-east"),), {(K.HUB_DOWN, "operator"): "Nobody is cut off"}),
    Case(
        "both hubs stopped",
        (down("radsec", "hub-east", "hub-west"), *(failing(home=home) for home in HOMES)),
        {(K.FEDERATION_DOWN, "operator"): "in their own borough only"},
    ),
    Case("access point", (down("access_points", "c1"),), {(K.ACCESS_POINT_DOWN, "camden"): "A part of the wifi"}),
    Case("site", (down("access_points", "c1", "c2"),), {(K.SITE_DOWN, "camden"): "Camden Town Hall is down"}),
    Case(
        "slow home",
        (failing(home="hackney", state=SLOW), becomes(("camden", "hackney"), replace(SLOW, seconds=5))),
        {(K.SLOW, "hackney"): "up to 21 seconds"},
    ),
    Case("slow from one of two", (becomes(PAIR, SLOW),)),
    Case(
        "certificate expiring",
        (lambda picture: replace(picture, certificates={("eap", "hackney"): 1000 + 5 * DAY}),),
        {(K.CERTIFICATE, "hackney"): "ends in 5 days"},
    ),
    Case(
        "a hub's certificate expiring",
        (lambda picture: replace(picture, certificates={("radsec", "hub-east"): 1000 + 29 * DAY}),),
        {(K.CERTIFICATE, "operator"): "certificate of hub-east ends in 29 days"},
    ),
    Case(
        "certificate that holds",
        (lambda picture: replace(picture, certificates={("radsec", "hub-east"): 1000 + 31 * DAY}),),
    ),
    Case(
        "certificate expired",
        (
            lambda picture: replace(picture, certificates={("eap", "hackney"): 1000 - DAY}),
            failing(home="hackney", diagonal=True, state=replace(BAD, reason=Reason.CERTIFICATE_EXPIRED)),
        ),
        {(K.CERTIFICATE, "hackney"): "has ended", (K.UNREACHABLE, "hackney"): "certificate of its sign-in server has"},
    ),
    Case(
        "wrong key material",
        (failing(home="islington"), failing(visited="islington"), down("trusted", "islington-1")),
        {(K.CUT_OFF, "islington"): "not trusted by the others"},
    ),
    Case(
        "wrong key material on one of two",
        (failing(home="camden"), failing(visited="camden"), down("trusted", "camden-2")),
        {(K.CUT_OFF, "camden"): "not trusted by the others"},
    ),
    Case(
        "turned away at home",
        (failing(home="hackney", diagonal=True, state=replace(BAD, reason=Reason.REJECTED_AT_HOME)),),
        {(K.UNREACHABLE, "hackney"): "turns everybody away"},
    ),
    Case(
        "silent at home, and nobody asked the server itself",
        (failing(home="hackney", diagonal=True), lambda picture: replace(picture, servers={})),
        {(K.UNREACHABLE, "hackney"): "its sign-in server does not answer"},
    ),
    Case(
        "unreachable, and slow at home",
        (failing(home="hackney"), becomes(AT_HOME, SLOW)),
        {(K.UNREACHABLE, "hackney"): "the reason is not known yet"},
    ),
    Case(
        "outside home",
        (failing(home="leeds.gov.uk"),),
        {(K.UNREACHABLE, "leeds.gov.uk"): "Staff of leeds.gov.uk cannot get online in other boroughs: the reason is"},
    ),
    Case("isolated", (failing(visited="camden"),), {(K.ISOLATED, "camden"): "Visitors cannot get online"}),
    Case(
        "one pair",
        (becomes(PAIR, BAD),),
        {(K.PAIR_DOWN, "islington"): "Staff of Camden cannot get online in the buildings of Islington"},
    ),
    Case(
        "one pair, and one of two homes",
        (becomes(PAIR, BAD), down("servers", "camden-1")),
        {(K.SERVER_DOWN, "camden"): "Another one", (K.PAIR_DOWN, "islington"): "Staff of Camden"},
    ),
    Case(
        "prober stopped",
        (failing(visited="camden", diagonal=True, state=STALE),),
        {(K.BLIND, "operator"): "our test there has stopped"},
    ),
    Case(
        "prober stopped, but for its own borough",
        (failing(visited="camden", state=STALE),),
        {(K.BLIND, "operator"): "our test there has stopped"},
    ),
    Case(
        "two at once",
        (failing(visited="hackney"), failing(home="islington", diagonal=True), down("servers", "islington-1")),
        {(K.ISOLATED, "hackney"): "Hackney", (K.UNREACHABLE, "islington"): "does not answer"},
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_wrong_and_whose_it_is(case: Case) -> None:
    picture = HEALTHY
    for change in case.changes:
        picture = change(picture)
    found = findings(picture, ESTATE)
    assert {(one.kind, one.owner) for one in found} == set(case.kinds)
    assert [one.kind for one in found] == sorted((one.kind for one in found), key=list(K).index)
    for one in found:
        assert case.kinds[one.kind, one.owner] in one.sentence


def test_it_is_wrong_since_the_first_pair_failed() -> None:
    picture = failing(home="hackney")(HEALTHY)
    stale = {("camden", "hackney"): PairState(Status.STALE, 10, 20)}
    (found,) = findings(replace(picture, pairs={**picture.pairs, **stale}), ESTATE)
    assert found.since == BAD.since


def test_nothing_is_said_of_what_is_unknown() -> None:
    unknown = dict.fromkeys(HEALTHY.pairs, PairState(Status.UNKNOWN))
    assert findings(Picture(at=1000, pairs=unknown), ESTATE) == ()


def test_a_federation_without_hubs_is_not_down_for_that() -> None:
    assert findings(HEALTHY, replace(ESTATE, hubs=())) == ()


SIX = tuple(f"b{number}" for number in range(1, 7))


def six(home: str, *states: PairState) -> dict[tuple[str, str], PairState]:
    """Return six boroughs that are well, but for what the first of them know of a home."""
    well = {(visited, to): GOOD for visited in SIX for to in SIX}
    return well | {(visited, home): state for visited, state in zip(SIX, states, strict=False)}


@pytest.mark.parametrize(
    ("pairs", "isolated", "unreachable", "alone"),
    [
        (six("b6", BAD, BAD, BAD, BAD), (), ("b6",), ()),
        (six("b6", BAD, BAD, BAD), (), (), (("b1", "b6"), ("b2", "b6"), ("b3", "b6"))),
        (six("b6", BAD, BAD, BAD, STALE, STALE), (), ("b6",), ()),
        # Nothing tells the ends of the only pair apart: it is the home.
        ({("b2", "b1"): BAD}, (), ("b1",), ()),
        # All that is known of b1 fails, and b2 and b3 are at fault for it.
        (
            {
                **{(visited, home): BAD for visited in SIX[:5] for home in ("b2", "b3") if visited != home},
                **{(visited, home): GOOD for visited in SIX[1:5] for home in ("b1", "b4", "b5") if visited != home},
                ("b4", "b5"): BAD,
            },
            (),
            ("b2", "b3"),
            (("b4", "b5"),),
        ),
    ],
    ids=["four of five", "three of five", "stale proves nothing", "a single pair", "explained by others"],
)
def test_who_is_to_blame(
    pairs: dict[tuple[str, str], PairState],
    isolated: tuple[str, ...],
    unreachable: tuple[str, ...],
    alone: tuple[tuple[str, str], ...],
) -> None:
    assert suspects(pairs) == Suspects(isolated, unreachable, alone)


def test_a_home_that_few_reach_slowly_is_unreachable_and_not_slow() -> None:
    estate = replace(ESTATE, homes=SIX)
    (found,) = findings(Picture(at=1000, pairs=six("b6", BAD, BAD, BAD, BAD, SLOW)), estate)
    assert found.kind is K.UNREACHABLE


names = st.sampled_from([f"b{number}" for number in range(6)])
STATES = {"up": GOOD, "down": BAD, "stale": PairState(Status.STALE), "unknown": PairState(Status.UNKNOWN)}


@given(st.dictionaries(st.tuples(names, names), st.sampled_from(list(STATES.values()))))
def test_every_failing_pair_is_explained_once(pairs: dict[tuple[str, str], PairState]) -> None:
    found = suspects(pairs)
    for pair, state in pairs.items():
        explained = pair[0] in found.isolated or pair[1] in found.unreachable
        failing_between = state.status is Status.DOWN and pair[0] != pair[1]
        assert not (failing_between and explained == (pair in found.pairs))
        assert failing_between or pair not in found.pairs


@given(st.sets(names, max_size=2), st.sets(names, max_size=2))
def test_whoever_is_to_blame_is_found(isolated: set[str], unreachable: set[str]) -> None:
    everyone = [f"b{number}" for number in range(33)]
    pairs = {
        (visited, home): BAD if visited in isolated or home in unreachable else GOOD
        for visited in everyone
        for home in everyone
    }
    found = suspects(pairs)
    assert (set(found.isolated), set(found.unreachable), found.pairs) == (isolated, unreachable, ())
