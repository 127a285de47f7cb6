"""Many answers made one: what is said of a borough's staff elsewhere, and of visitors in its buildings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from monitor.attribution import FindingKind
from monitor.web.words import STAFF_CUT_OFF, STATES, VISITORS_CUT_OFF, Level, several

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from monitor.web.seen import Seen

_HALF: Final = 2
_FEW: Final = 10
"""Of so many one may be unknown, and one in any case: a test that stopped elsewhere is not held against a borough."""
_ORDER: Final = {level: place for place, level in enumerate(Level)}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many answers of which level."""

    good: int = 0
    slow: int = 0
    down: int = 0
    stale: int = 0
    unknown: int = 0

    @classmethod
    def of(cls, levels: Iterable[Level]) -> Tally:
        """Count levels."""
        counts = Counter(levels)
        return cls(*(counts[level] for level in (Level.GOOD, Level.SLOW, Level.DOWN, Level.STALE, Level.UNKNOWN)))

    @property
    def works(self) -> int:
        """How many can work, however slowly."""
        return self.good + self.slow

    @property
    def known(self) -> int:
        """How many are known."""
        return self.works + self.down

    @property
    def total(self) -> int:
        """How many there are."""
        return self.known + self.stale + self.unknown

    @property
    def level(self) -> Level:
        """Sum up: what is not nearly all known is not good, and one that fails is not hidden by those that work."""
        if self.down:
            return Level.PARTLY if self.works or self.known * _HALF < self.total else Level.DOWN
        missing = self.stale + self.unknown
        if not self.known or missing > max(1, self.total // _FEW):
            return Level.STALE if self.stale > self.unknown else Level.UNKNOWN
        return Level.SLOW if self.slow * _HALF >= self.known else Level.GOOD


@dataclass(frozen=True, slots=True)
class Facet:
    """One side of a borough: its level, a sentence for its page, and words for a cell of the table."""

    level: Level
    sentence: str
    words: str
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a borough stands: the two sides, the worst of them, and that in a word or two and in a sentence."""

    level: Level
    state: str
    sentence: str
    staff: Facet
    visitors: Facet
    at_home: Level


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
    return Standing(level, state, sentence, staff, visitors, own)


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


def worst(levels: Iterable[Level]) -> Level:
    """Return the level that people must know of first; unknown where there is none."""
    return min(levels, key=_ORDER.__getitem__, default=Level.UNKNOWN)


def _staff(seen: Seen, slug: str) -> Facet:
    levels = {visited: seen.level(visited, slug) for visited in seen.others(slug)}
    tally = Tally.of(levels.values())
    level = Level.DOWN if slug in seen.homes_at_fault else _fair(levels, seen.visited_at_fault)
    return Facet(level, staff_sentence(tally), staff_words(tally), _missing(seen, levels))


def _visitors(seen: Seen, slug: str) -> Facet:
    levels = {home: seen.level(slug, home) for home in seen.others(slug)}
    tally = Tally.of(levels.values())
    level = Level.DOWN if slug in seen.visited_at_fault else _fair(levels, seen.homes_at_fault)
    return Facet(level, visitors_sentence(tally), visitors_words(tally), _missing(seen, levels))


def _fair(levels: Mapping[str, Level], at_fault: Container[str]) -> Level:
    """Sum up what others are not at fault for; everything, where they are for all of it."""
    fair = [level for other, level in levels.items() if other not in at_fault]
    return Tally.of(fair or levels.values()).level


def _missing(seen: Seen, levels: Mapping[str, Level]) -> str:
    """Name those that cannot, where some can."""
    down = [seen.name(other) for other, level in levels.items() if level is Level.DOWN]
    return several(down) if {Level.GOOD, Level.SLOW} & set(levels.values()) else ""


def _building_down(seen: Seen, slug: str) -> bool:
    return any(found.kind is FindingKind.SITE_DOWN and found.owner == slug for found in seen.findings)


def staff_sentence(tally: Tally) -> str:
    """Say where a borough's staff can work."""
    if not tally.total:
        return "There is no other borough to work in."
    if not tally.known:
        return "It is not known whether its staff can work elsewhere."
    if tally.works == tally.total:
        return f"Its staff can work in every other borough{_slowly(tally)}."
    if not tally.works and tally.down == tally.total:
        return "Its staff cannot work in any other borough."
    if not tally.works:
        return f"Its staff cannot work in {tally.down} of {tally.total} other boroughs{_rest(tally)}."
    return f"Its staff can work in {tally.works} of {tally.total} other boroughs{_slowly(tally)}{_rest(tally, 'in')}."


def visitors_sentence(tally: Tally) -> str:
    """Say whose staff can work in a borough's buildings."""
    if not tally.total:
        return "There is no other borough that visits."
    if not tally.known:
        return "It is not known whether visitors can work in its buildings."
    if tally.works == tally.total:
        return f"Visitors from every other borough can work in its buildings{_slowly(tally)}."
    if not tally.works and tally.down == tally.total:
        return "Visitors cannot work in its buildings, wherever they come from."
    if not tally.works:
        many = f"{tally.down} of {tally.total} other boroughs"
        return f"Visitors from {many} cannot work in its buildings{_rest(tally)}."
    many = f"{tally.works} of {tally.total}"
    return f"Visitors from {many} other boroughs can work in its buildings{_slowly(tally)}{_rest(tally, 'from')}."


def staff_words(tally: Tally) -> str:
    """Say the same in a cell of the table."""
    return _words(tally, ("can work everywhere", "cannot work anywhere", "can work in"))


def visitors_words(tally: Tally) -> str:
    """Say the same in a cell of the table."""
    return _words(tally, ("can work here from everywhere", "cannot work here", "can work here from"))


def _words(tally: Tally, said: tuple[str, str, str]) -> str:
    everywhere, nowhere, some = said
    if not tally.known:
        return "not known now" if tally.stale > tally.unknown else "not known"
    if tally.works == tally.total:
        return f"{everywhere}{_slowly(tally)}"
    if not tally.works and tally.down == tally.total:
        return nowhere
    if not tally.works:
        return f"{some.replace('can', 'cannot', 1)} {tally.down} of {tally.total}{_rest(tally)}"
    return f"{some} {tally.works} of {tally.total}{_slowly(tally)}{_rest(tally, some.rsplit(maxsplit=1)[-1])}"


def _slowly(tally: Tally) -> str:
    if not tally.slow:
        return ""
    return ", but slowly" if tally.slow == tally.works else f", {tally.slow} of them slowly"


def _rest(tally: Tally, where: str = "") -> str:
    """Tell the others apart, where there are those that cannot and those that are not known."""
    unknown = tally.stale + tally.unknown
    if not unknown:
        return ""
    return f"; cannot {where} {tally.down}, {unknown} not known" if tally.down and where else f"; {unknown} not known"
