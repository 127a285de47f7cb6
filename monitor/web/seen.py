"""What the page stands on: the estate, one picture of it, what attribution says of that, and the time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeVar

from monitor.attribution import FindingKind
from monitor.metrics import DeviceState, PairState, Status
from monitor.web.words import ANSWERS, Level, Told, hours, plain, reason, short, told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.attribution import Finding
    from monitor.metrics import Picture
    from monitor.target import BoroughFacts, Estate, SiteFacts

_LATE_S: Final = 600
"""A picture that is older is not gone by: the monitor has stopped."""
_AHEAD_S: Final = 60
"""A picture that is further ahead of our clock shows that one of the two is wrong."""
_State = TypeVar("_State", PairState, DeviceState)
_NEVER: Final = PairState(Status.UNKNOWN)
_LEVELS: Final = {
    Status.UP: Level.GOOD,
    Status.SLOW: Level.SLOW,
    Status.DOWN: Level.DOWN,
    Status.STALE: Level.STALE,
    Status.UNKNOWN: Level.UNKNOWN,
}
_KNOWN: Final = frozenset({Status.UP, Status.SLOW, Status.DOWN})
_HOME_AT_FAULT: Final = frozenset({FindingKind.CUT_OFF, FindingKind.UNREACHABLE})
_VISITED_AT_FAULT: Final = frozenset({FindingKind.CUT_OFF, FindingKind.ISOLATED})


@dataclass(frozen=True, slots=True)
class Cell:
    """The answer for a pair: can the staff of the home work in the buildings of the visited borough?

    `answer` is it in words, `was` what a stale one said, `why` is why not. `detail` and `code` are for engineers.
    """

    level: Level
    answer: str
    tested: Told | None
    was: str = ""
    why: str = ""
    code: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Seen:
    """A moment, and everything that is known at it. `now` is the reader's clock, in seconds of the epoch."""

    estate: Estate
    picture: Picture
    findings: tuple[Finding, ...]
    now: float

    @property
    def late(self) -> bool:
        """Tell whether the picture is too old to go by."""
        return self.now - self.picture.at > _LATE_S

    @property
    def ahead(self) -> bool:
        """Tell whether the picture lies in the future: a clock is wrong."""
        return self.picture.at - self.now > _AHEAD_S

    @cached_property
    def boroughs(self) -> dict[str, BoroughFacts]:
        """Boroughs by slug."""
        return {borough.slug: borough for borough in self.estate.boroughs}

    @cached_property
    def sites(self) -> dict[str, SiteFacts]:
        """Buildings by `owner/slug`."""
        return {site.key: site for site in self.estate.sites}

    @cached_property
    def homes_at_fault(self) -> dict[str, Finding]:
        """Homes whose staff get online nowhere, and what is said of them."""
        return {found.node: found for found in self.findings if found.kind in _HOME_AT_FAULT}

    @cached_property
    def visited_at_fault(self) -> dict[str, Finding]:
        """Boroughs in whose buildings no visitor gets online, and what is said of them."""
        return {found.node: found for found in self.findings if found.kind in _VISITED_AT_FAULT}

    @cached_property
    def federation_down(self) -> Finding | None:
        """The finding that nothing joins the boroughs any more."""
        return next((found for found in self.findings if found.kind is FindingKind.FEDERATION_DOWN), None)

    @cached_property
    def outside(self) -> tuple[str, ...]:
        """Homes outside the region: realms, which have no page."""
        return tuple(home for home in self.estate.homes if home not in self.boroughs)

    def name(self, slug: str) -> str:
        """Return what people call a borough; realms outside go by themselves."""
        return self.boroughs[slug].name if slug in self.boroughs else plain(slug)

    def others(self, slug: str) -> tuple[str, ...]:
        """Return the other boroughs."""
        return tuple(one for one in self.boroughs if one != slug)

    def buildings(self, slug: str) -> tuple[SiteFacts, ...]:
        """Return the buildings of a borough, its own and those that it shares."""
        return tuple(site for site in self.estate.sites if slug in {site.owner, *site.hosts})

    def pair(self, visited: str, home: str) -> PairState:
        """Return what is known of a pair."""
        return self.picture.pairs.get((visited, home), _NEVER)

    def access_point(self, name: str) -> Level:
        """Return what is known of an access point."""
        return _LEVELS[self.picture.access_points.get(name, DeviceState(Status.UNKNOWN)).status]

    def level(self, visited: str, home: str) -> Level:
        """Return the answer for a pair, as a level."""
        return _LEVELS[self.pair(visited, home).status]

    @cached_property
    def _cells(self) -> dict[tuple[str, str], Cell]:
        """What was said already: many pages, and many buildings of a borough, ask for the same."""
        return {}

    def cell(self, visited: str, home: str) -> Cell:
        """Return the answer for a pair, in words."""
        found = self._cells.get((visited, home))
        if found is None:
            found = self._cells[visited, home] = self._cell(visited, home)
        return found

    def _cell(self, visited: str, home: str) -> Cell:
        state = self.pair(visited, home)
        level = _LEVELS[state.status]
        why = self._why(visited, home, state) if level is Level.DOWN else ""
        tested = told(state.at, self.now)
        told_engineers = ("", "") if level is Level.GOOD else (plain(state.reason), plain(state.sentence))
        return Cell(level, _answer(state), tested, _was(state), why, *told_engineers)

    def _why(self, visited: str, home: str, state: PairState) -> str:
        wide = self.federation_down or self.homes_at_fault.get(home) or self.visited_at_fault.get(visited)
        found = wide if visited != home else None
        if found:
            return plain(found.sentence)
        words = reason(state.reason, self.name(visited), self.name(home))
        return f"{words[:1].upper()}{words[1:]}."

    def evidence(self, pairs: Iterable[tuple[str, str]]) -> tuple[Told | None, Told | None]:
        """Return the oldest and the newest test behind what is known of pairs."""
        states = (self.pair(*one) for one in pairs)
        times = [state.at for state in states if state.status in _KNOWN and state.at is not None]
        return told(min(times, default=None), self.now), told(max(times, default=None), self.now)


def tidy(estate: Estate) -> Estate:
    """Return an estate with the names that people use, and nothing in them that cannot be seen."""
    boroughs = tuple(replace(one, name=plain(short(one.name)), contact=plain(one.contact)) for one in estate.boroughs)
    sites = tuple(
        replace(one, name=plain(one.name), postcode=plain(one.postcode), hours=plain(hours(one.hours)))
        for one in estate.sites
    )
    return replace(estate, name=plain(estate.name), operator=plain(estate.operator), boroughs=boroughs, sites=sites)


def aged(picture: Picture) -> Picture:
    """Return a picture with everything that was known made stale, since the picture was taken."""
    pairs = {pair: _stale(one, picture.at) for pair, one in picture.pairs.items()}
    points = {name: _stale(one, picture.at) for name, one in picture.access_points.items()}
    return replace(picture, pairs=pairs, access_points=points)


def _stale(state: _State, since: float) -> _State:
    return replace(state, status=Status.STALE, since=since) if state.status in _KNOWN else state


def _was(state: PairState) -> str:
    if state.status is not Status.STALE or state.at is None:
        return ""
    return "was yes" if state.success_at is not None and state.success_at >= state.at else "was no"


def _answer(state: PairState) -> str:
    answer = ANSWERS[_LEVELS[state.status]]
    if state.status is Status.SLOW and state.seconds is not None:
        return f"{answer}: {state.seconds:.0f} seconds"
    return answer
