"""How a borough stands: its staff elsewhere, visitors in its buildings, and both in a word or two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.attribution import FindingKind
from monitor.web.tally import STAFF, VISITORS, Side, Tally
from monitor.web.words import STAFF_CUT_OFF, STATES, VISITORS_CUT_OFF, Level, several, worst

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from monitor.web.seen import Seen


@dataclass(frozen=True, slots=True)
class Facet:
    """One side of a borough: its level, a sentence for its page, and words for a cell of the table.

    `failing` names the boroughs with which it fails, where it works with others.
    """

    level: Level
    sentence: str
    words: str
    failing: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a borough stands: the two sides, the worst of them, and that in a word or two and in a sentence."""

    level: Level
    state: str
    sentence: str
    staff: Facet
    visitors: Facet


def standing(seen: Seen, slug: str) -> Standing:
    """Return how a borough stands. What another borough is at fault for counts in the words, not in the level."""
    staff = _staff(seen, slug)
    visitors = _visitors(seen, slug)
    own = seen.level(slug, slug)
    levels = [staff.level, visitors.level]
    if own is Level.DOWN or _building_down(seen, slug):
        levels.append(Level.PARTLY)
    level = worst(levels)
    state = _state(level, staff, visitors)
    sentence = _cut_off(seen.name(slug), staff, visitors, own) if level is Level.DOWN else f"{state}."
    return Standing(level, state, sentence, staff, visitors)


def _cut_off(name: str, staff: Facet, visitors: Facet, own: Level) -> str:
    """Say who of a borough is cut off, and whether its staff can work at home at least."""
    if staff.level is visitors.level:
        return f"{name} is cut off: neither its staff elsewhere nor visitors can work."
    if visitors.level is Level.DOWN:
        return f"Visitors cannot work in the buildings of {name}."
    if own is Level.DOWN:
        return f"Staff of {name} cannot work anywhere, not even in {name}."
    return f"Staff of {name} cannot work in other boroughs."


def _state(level: Level, staff: Facet, visitors: Facet) -> str:
    if staff.level is Level.DOWN and visitors.level is not Level.DOWN:
        return STAFF_CUT_OFF
    if visitors.level is Level.DOWN and staff.level is not Level.DOWN:
        return VISITORS_CUT_OFF
    return STATES[level]


def _staff(seen: Seen, slug: str) -> Facet:
    levels = {visited: seen.level(visited, slug) for visited in seen.others(slug)}
    level = Level.DOWN if slug in seen.homes_at_fault else _fair(levels, seen.visited_at_fault)
    return _facet(seen, level, levels, STAFF)


def _visitors(seen: Seen, slug: str) -> Facet:
    levels = {home: seen.level(slug, home) for home in seen.others(slug)}
    level = Level.DOWN if slug in seen.visited_at_fault else _fair(levels, seen.homes_at_fault)
    return _facet(seen, level, levels, VISITORS)


def _facet(seen: Seen, level: Level, levels: Mapping[str, Level], side: Side) -> Facet:
    tally = Tally.of(levels.values())
    down = [seen.name(other) for other, one in levels.items() if one is Level.DOWN]
    return Facet(level, side.sentence.of(tally), side.cell.of(tally), several(down) if tally.works else "")


def _fair(levels: Mapping[str, Level], at_fault: Container[str]) -> Level:
    """Sum up what others are not at fault for; everything, where they are for all of it."""
    fair = [level for other, level in levels.items() if other not in at_fault]
    return Tally.of(fair or levels.values()).level


def _building_down(seen: Seen, slug: str) -> bool:
    return any(found.kind is FindingKind.SITE_DOWN and found.owner == slug for found in seen.findings)
