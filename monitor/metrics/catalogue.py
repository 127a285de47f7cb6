"""docs/metrics.md: every metric, what its labels mean, and how many series there are of it."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Final

from monitor.metrics.matrix import SLOW_S, STALE_AFTER
from monitor.sample import FAMILIES, Collector, Failure, Kind, Phase, Result, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.sample import Family

BOROUGHS: Final = 33
ACCESS_POINTS: Final = 10_000
CONTROLLERS: Final = 50
SERVERS: Final = 2 * BOROUGHS + 2

_LABELS: Final = {
    "access_point": "an access point's name in the inventory",
    "collector": f"who collects: {', '.join(Collector)}; or `other`",
    "device": "a controller or a standalone access point, by its name in the inventory",
    "home": "whose people: a borough's slug, a realm outside the region, or `other`",
    "interface": "an interface that a sensor listens on",
    "kind": "of a certificate: `eap` (then `server` is the home) or `radsec`; of a roam: `ft_air`, `ft_ds`, "
    "`pmk_cached`, `full_eap` or `incomplete`",
    "le": "the upper edge of a histogram's bucket, in seconds",
    "location": "a location as it is registered with GovWifi",
    "log": "what kind of log is read: visits, home, f-ticks or hostapd",
    "method": "the EAP method, as the inventory names it",
    "outcome": "what became of a line: used, passed-over or malformed",
    "owner": "a borough's slug, or `federation` for the hubs",
    "path": "a proxy of the visited borough, by its name in the inventory",
    "phase": f"a part of the EAP conversation: {', '.join(Phase)}",
    "radio": "a radio of the access point, by its number or band",
    "reason": "why, from a closed list",
    "result": f"how it ended: {', '.join(Result)}",
    "role": "hub, proxy, home or both",
    "server": "a RADIUS server or hub, by its name in the inventory",
    "site": "a building's slug",
    "source": f"who tried: {' or '.join(Source)}",
    "ssid": "one of ours, or `other`",
    "trap": "what a trap tells of, from a closed list",
    "version": "the version of this software",
    "visited": "where: a borough's slug, or `other`",
}

# Labels that go together name one thing; the longest row that fits counts. Others multiply.
_TOGETHER: Final = (
    (("access_point", "site", "owner"), ACCESS_POINTS),
    (("device", "owner", "server"), 2 * CONTROLLERS),
    (("kind", "server", "owner"), BOROUGHS + SERVERS),
    (("server", "owner", "role"), SERVERS),
    (("server", "owner"), SERVERS),
    (("device", "owner"), CONTROLLERS),
    (("location", "owner"), BOROUGHS),
    (("visited", "path"), 2 * BOROUGHS),
    # One reason at a time.
    (("visited", "home", "reason"), BOROUGHS * BOROUGHS),
)
_ALONE: Final = {
    "visited": BOROUGHS,
    "home": BOROUGHS,
    "source": len(Source),
    "result": len(Result),
    "phase": len(Phase),
    "kind": 5,
    "interface": 3,
    "method": 2,
    "radio": 2,
    "ssid": 3,
    "trap": 8,
    "log": 4,
    "outcome": 3,
    "collector": len(Collector),
    "reason": len(Failure),
    "version": 1,
}


def document() -> str:
    """Return the page."""
    return "".join(f"{line}\n" for line in _lines())


def series(family: Family) -> int:
    """Return how many series there are at most of a family in the federation that the page assumes."""
    labels = set(family.labels)
    count = 1
    for together, things in _TOGETHER:
        if labels.issuperset(together):
            labels -= set(together)
            count *= things
    # A histogram has a bucket for each edge and one for infinity; it and a summary have a sum and a count.
    parts = {Kind.HISTOGRAM: len(family.edges) + 3, Kind.SUMMARY: 2}.get(family.kind, 1)
    return count * prod(_ALONE[label] for label in labels) * parts


def _lines() -> Iterator[str]:
    yield from _introduction()
    yield from ("", "| metric | type | labels | series | meaning |", "|---|---|---|---|---|")
    for one in FAMILIES:
        labels = ", ".join(one.labels)
        yield f"| `{one.name}` | {one.kind.value} | {labels} | {series(one):,} | {one.text} |"
    yield from ("", "## Labels", "", "| label | meaning |", "|---|---|")
    used = {label for one in FAMILIES for label in one.labels} | {"le"}
    yield from (f"| `{label}` | {_LABELS[label]} |" for label in sorted(used))
    yield from ("", "## Reasons of `roaming_collection_failures_total`", "")
    yield ", ".join(f"`{reason.value}`" for reason in Failure) + "."
    yield from ("", "## Edges of the histograms", "", "In seconds, spelled so in `le`:", "")
    for edges in sorted({one.edges for one in FAMILIES if one.kind is Kind.HISTOGRAM}):
        names = ", ".join(f"`{one.name}`" for one in FAMILIES if one.edges == edges)
        yield f"- {names}: {', '.join(f'`{edge}`' for edge in edges)}, `+Inf`"


def _introduction() -> Iterator[str]:
    total = sum(map(series, FAMILIES))
    of_access_points = sum(series(family) for family in FAMILIES if "access_point" in family.labels)
    yield from ("# Metrics", "")
    yield "Written by `make docs` from `monitor/sample/families.py`; a test holds it fresh."
    yield ""
    yield "All begin with `roaming_` and have base units. No label holds a user, a MAC, a session, an address or a free"
    yield "realm. What is not known is absent, never 0. A pair without a probe that taught something for"
    yield f"{STALE_AFTER} intervals keeps only its two timestamps. An authentication of over {SLOW_S:g} s is slow."
    yield ""
    yield f"Series are counted, at most, for {BOROUGHS} boroughs with two RADIUS servers each, two hubs, and"
    yield f"{ACCESS_POINTS:,} access points behind {CONTROLLERS} controllers: {total:,}, of which"
    yield f"{of_access_points:,} are of access points."
