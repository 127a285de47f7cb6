"""What is wrong, as the pages list it: what cuts people off, and what only wants mending."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from monitor.attribution import OPERATOR, FindingKind
from monitor.web.words import Level, Told, plain, told

if TYPE_CHECKING:
    from monitor.attribution import Finding
    from monitor.web.seen import Seen

_LEVELS: Final = {
    FindingKind.FEDERATION_DOWN: Level.DOWN,
    FindingKind.CUT_OFF: Level.DOWN,
    FindingKind.ISOLATED: Level.DOWN,
    FindingKind.UNREACHABLE: Level.DOWN,
    FindingKind.SITE_DOWN: Level.DOWN,
    FindingKind.PAIR_DOWN: Level.PARTLY,
    FindingKind.SLOW: Level.SLOW,
    FindingKind.BLIND: Level.STALE,
}
"""What people notice. The other kinds only want mending: what they cut off, if anything, is found by itself."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong.

    `borough` is the page to go to, with its `name`; `mends` is who sees to it; `detail` is for engineers.
    """

    level: Level
    noticed: bool
    sentence: str
    mends: str
    since: Told | None
    borough: str
    name: str
    detail: str


def troubles(seen: Seen) -> tuple[Trouble, ...]:
    """Return everything that is wrong, in the order of attribution: the widest first."""
    return tuple(_trouble(seen, found) for found in seen.findings)


def concerning(seen: Seen, slug: str) -> tuple[Trouble, ...]:
    """Return what is wrong with a borough, or makes itself felt there."""
    return tuple(_trouble(seen, found) for found in seen.findings if _concerns(found, slug))


def _concerns(found: Finding, slug: str) -> bool:
    return slug in {found.owner, found.node, *found.boroughs}


def _trouble(seen: Seen, found: Finding) -> Trouble:
    page = next((place for place in (found.node, found.owner) if place in seen.boroughs), "")
    return Trouble(
        level=_LEVELS.get(found.kind, Level.PARTLY),
        noticed=found.kind in _LEVELS,
        sentence=plain(found.sentence),
        mends=seen.estate.operator if found.owner == OPERATOR else seen.name(found.owner),
        since=told(found.since, seen.now),
        borough=page,
        name=seen.name(page),
        detail=plain(found.detail),
    )
