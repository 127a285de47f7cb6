"""A federation of four boroughs and one realm outside, and pictures of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from monitor.attribution import findings
from monitor.metrics import DeviceState, PairState, Picture, Status
from monitor.target import BoroughFacts, Estate, RadiusTarget, SiteFacts
from monitor.web.seen import Seen, tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NOW: Final = 1_795_626_250.0
"""Wednesday 25 November 2026, 17:04:10 in London."""
SLUGS: Final = ("camden", "hackney", "islington", "westminster")
_CODES: Final = ("E09000007", "E09000012", "E09000019", "E09000033")
_NAMES: Final = (
    "London Borough of Camden",
    "London Borough of Hackney",
    "London Borough of Islington",
    "Westminster City Council",
)
ESTATE: Final = Estate(
    name="Four boroughs",
    operator="LOTI",
    boroughs=tuple(
        BoroughFacts(slug, name, gss, f"wifi@{slug}.example")
        for slug, name, gss in zip(SLUGS, _NAMES, _CODES, strict=True)
    ),
    homes=(*SLUGS, "outside.example"),
    sites=(
        SiteFacts(
            "town-hall",
            "Hackney Town Hall",
            "hackney",
            ("hackney", "islington"),
            (51.54, -0.06),
            "E8 1EA",
            "Mo-Fr 09:00-17:00",
            ("hackney-ap-1", "hackney-ap-2"),
        ),
        SiteFacts("library", "Camden Library", "camden", ("camden",), (51.53, -0.12), "NW1 1AA"),
    ),
    servers=tuple(RadiusTarget(f"{slug}-rad", slug, "both", "10.0.0.1", "203.0.113.1") for slug in SLUGS),
    hubs=(RadiusTarget("hub-east", "federation", "hub", "10.0.0.9", "198.51.100.10"),),
)
GOOD: Final = PairState(Status.UP, NOW - 120, NOW - 90_000, NOW - 120, 0.2, reason="accepted")
BAD: Final = PairState(Status.DOWN, NOW - 60, NOW - 700, NOW - 900, failures=3, reason="no-answer", sentence="silence")
SLOW: Final = replace(GOOD, status=Status.SLOW, seconds=7.6)
STALE: Final = replace(GOOD, status=Status.STALE, at=NOW - 5400, success_at=NOW - 5400)
STALE_NO: Final = replace(STALE, success_at=NOW - 9000)
UNKNOWN: Final = PairState(Status.UNKNOWN)
STATES: Final = {"up": GOOD, "down": BAD, "slow": SLOW, "stale": STALE, "unknown": UNKNOWN}
UP: Final = DeviceState(Status.UP, NOW - 20, NOW - 90_000)
DOWN: Final = replace(UP, status=Status.DOWN)
HEALTHY: Final = Picture(
    at=NOW - 2,
    pairs={(visited, home): GOOD for visited in SLUGS for home in ESTATE.homes},
    servers={server.name: UP for server in ESTATE.servers},
    radsec={server.name: UP for server in (*ESTATE.servers, *ESTATE.hubs)},
    access_points={"hackney-ap-1": UP, "hackney-ap-2": UP},
)


def with_pairs(changed: Mapping[tuple[str, str], PairState]) -> Picture:
    return replace(HEALTHY, pairs={**HEALTHY.pairs, **changed})


def home(slug: str, state: PairState) -> Picture:
    """Return a picture in which every pair of a home, its own too, is in a state."""
    return with_pairs({(visited, slug): state for visited in SLUGS})


def visited(slug: str, state: PairState) -> Picture:
    """Return a picture in which no visitor of a borough is in another state."""
    return with_pairs({(slug, one): state for one in ESTATE.homes if one != slug})


def everything(state: PairState) -> Picture:
    return with_pairs(dict.fromkeys(HEALTHY.pairs, state))


def without(slugs: Iterable[str]) -> Picture:
    """Return a picture in which these boroughs are cut off, both ways."""
    gone = set(slugs)
    return with_pairs({pair: BAD for pair in HEALTHY.pairs if gone & set(pair)})


def seen(picture: Picture, now: float = NOW, estate: Estate = ESTATE) -> Seen:
    known = tidy(estate)
    return Seen(known, picture, findings(picture, known), now)
