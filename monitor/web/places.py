"""The pages of one borough and of one building, and the list of buildings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from monitor.web.seen import Cell
from monitor.web.standing import Standing, standing
from monitor.web.tally import Tally
from monitor.web.trouble import Trouble, concerning
from monitor.web.words import ANSWERS, STATES, Level, Told, count, several, worst

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.target import BoroughFacts, SiteFacts
    from monitor.web.seen import Seen

_NO_WIFI: Final = "The wifi of this building is down."


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of a table: the borough at the other end, and what is answered.

    `slug` is empty for a realm outside the region, which has no page.
    """

    slug: str
    name: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Wifi:
    """The wifi of a building itself, in words. `doubt` is why it is not said to work; empty where some of it does."""

    level: Level
    words: str
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Building:
    """A building as a list has it; `borough` is its owner's name, `verdict` who can work there in one sentence."""

    site: SiteFacts
    borough: str
    level: Level
    verdict: str
    wifi: Wifi


@dataclass(frozen=True, slots=True)
class Why:
    """One reason, and the boroughs whose staff it keeps away."""

    sentence: str
    who: str


@dataclass(frozen=True, slots=True)
class BoroughPage:
    """One borough: its staff elsewhere, visitors in its buildings, and why."""

    borough: BoroughFacts
    standing: Standing
    home: Answer
    staff: tuple[Answer, ...]
    visitors: tuple[Answer, ...]
    outside: tuple[Answer, ...]
    buildings: tuple[Building, ...]
    troubles: tuple[Trouble, ...]
    why: tuple[Why, ...]
    oldest: Told | None
    newest: Told | None


@dataclass(frozen=True, slots=True)
class BuildingPage:
    """One building: whose staff can work here now; `title` and `asked` are what its answers answer."""

    building: Building
    title: str
    asked: str
    shared: str
    answers: tuple[Answer, ...]
    outside: tuple[Answer, ...]
    why: tuple[Why, ...]
    oldest: Told | None
    newest: Told | None


def borough_page(seen: Seen, slug: str) -> BoroughPage:
    """Return a borough's page; raises `KeyError` for one that is not of the federation."""
    home = _answer(seen, slug, seen.cell(slug, slug))
    visitors = [_answer(seen, one, seen.cell(slug, one)) for one in seen.others(slug)]
    # What is found of a home that is at fault says why its own staff fail, too.
    unexplained = visitors if slug in seen.homes_at_fault else [home, *visitors]
    pairs = [*((one, slug) for one in seen.boroughs), *((slug, one) for one in seen.boroughs)]
    oldest, newest = seen.evidence(pairs)
    found = concerning(seen, slug)
    return BoroughPage(
        borough=seen.boroughs[slug],
        standing=standing(seen, slug),
        home=home,
        staff=_sorted(_answer(seen, one, seen.cell(one, slug)) for one in seen.others(slug)),
        visitors=_sorted(visitors),
        outside=tuple(_answer(seen, one, seen.cell(slug, one)) for one in seen.outside),
        buildings=tuple(building(seen, site) for site in seen.buildings(slug)),
        troubles=found,
        why=tuple(why for why in _whys(unexplained) if why.sentence not in {one.sentence for one in found}),
        oldest=oldest,
        newest=newest,
    )


def building_page(seen: Seen, key: str) -> BuildingPage:
    """Return a building's page by `owner/slug`; raises `KeyError` for one that is not in the inventory."""
    site = seen.sites[key]
    said = building(seen, site)
    answers = [_here(seen, said, home) for home in seen.boroughs]
    oldest, newest = seen.evidence((site.owner, home) for home in seen.boroughs)
    return BuildingPage(
        building=said,
        title=f"Whose staff {'would be let in' if said.wifi.doubt else 'can work'} here now?",
        asked="Would they be let in?" if said.wifi.doubt else "Can they work here?",
        shared=several([seen.name(host) for host in site.hosts if host != site.owner]),
        answers=_sorted(answers),
        outside=tuple(_here(seen, said, home) for home in seen.outside),
        why=_whys(answers),
        oldest=oldest,
        newest=newest,
    )


def building(seen: Seen, site: SiteFacts) -> Building:
    """Return what is said of a building."""
    wifi = wifi_of(seen, site)
    return Building(site, seen.name(site.owner), *_verdict(seen, site.owner, wifi), wifi)


def search(seen: Seen, query: str) -> tuple[Building, ...]:
    """Return the buildings whose name, borough or postcode hold a text; all of them when it is empty."""
    wanted = _folded(query)
    found = [
        site
        for site in seen.estate.sites
        if any(wanted in _folded(text) for text in (site.name, site.postcode, seen.name(site.owner)))
    ]
    found.sort(key=lambda site: (seen.name(site.owner).casefold(), site.name.casefold()))
    return tuple(building(seen, site) for site in found)


def _folded(text: str) -> str:
    return "".join(text.casefold().split())


def wifi_of(seen: Seen, site: SiteFacts) -> Wifi:
    """Return what is known of a building's own wifi: its access points."""
    states = Tally.of(seen.access_point(name) for name in site.access_points)
    if not states.total:
        return Wifi(Level.UNKNOWN, "The wifi of the building itself is not watched.", "its wifi is not watched")
    if states.down == states.total:
        return Wifi(Level.DOWN, _access_points(states))
    level = Level.PARTLY if states.down else states.gap if states.missing else Level.GOOD
    doubt = f"whether this building's wifi works is {STATES[states.gap].lower()}"
    return Wifi(level, _access_points(states), "" if states.works else doubt)


def _access_points(states: Tally) -> str:
    """Say how many access points of a building work; that one works or does not only where it is known."""
    only, total = states.total == 1, count(states.total, "access point")
    if not states.known:
        how = "nothing recent is known" if states.gap is Level.STALE else "nothing is known"
        return f"It has {total}; {how} about {'it' if only else 'them'}."
    if states.down == states.total:
        return f"It is down: {'the one access point does not work' if only else f'none of {total} works'}."
    if only:
        return "The one access point works."
    rest = f"; of {states.missing} it is not known" if states.missing else ""
    if not states.works:
        return f"{states.down} of {total} {'does' if states.down == 1 else 'do'} not work{rest}."
    return f"{states.works} of {total} work{rest}."


def _here(seen: Seen, said: Building, home: str) -> Answer:
    """Answer for one home in a building: with its wifi down nobody gets online, whatever the borough can do."""
    cell = seen.cell(said.site.owner, home)
    if said.wifi.level is Level.DOWN:
        cell = Cell(Level.DOWN, ANSWERS[Level.DOWN], cell.tested, why=_NO_WIFI)
    return _answer(seen, home, cell)


def _answer(seen: Seen, slug: str, cell: Cell) -> Answer:
    return Answer(slug if slug in seen.boroughs else "", seen.name(slug), cell)


def _sorted(answers: Iterable[Answer]) -> tuple[Answer, ...]:
    return tuple(sorted(answers, key=lambda one: one.name.casefold()))


def _verdict(seen: Seen, owner: str, wifi: Wifi) -> tuple[Level, str]:
    """Sum up a building in one sentence; people can work where they are let in and its own wifi is known to work."""
    if wifi.level is Level.DOWN:
        return Level.DOWN, "Nobody can work here: the wifi of the building is down."
    levels = {home: seen.level(owner, home) for home in seen.boroughs}
    tally = Tally.of(levels.values())
    if not tally.known:
        when = " now: the last tests are too old" if tally.gap is Level.STALE else ""
        return tally.level, f"It is not known who can work here{when}."
    if tally.down == tally.total:
        return Level.DOWN, "Nobody can work here."
    down = [seen.name(home) for home, level in levels.items() if level is Level.DOWN]
    return _level(tally, wifi), _who(tally, wifi, down)


def _level(tally: Tally, wifi: Wifi) -> Level:
    """Sum up a building: good only where all of it is known to be."""
    level = tally.level
    if level in {Level.GOOD, Level.SLOW} and tally.known < tally.total:
        level = tally.gap
    if wifi.level is Level.GOOD:
        return level
    # Slow is said of people who can work.
    return wifi.level if level is Level.SLOW else worst([level, wifi.level])


def _who(tally: Tally, wifi: Wifi, down: list[str]) -> str:
    """Say whose staff can work in a building; only that they would be let in, where its wifi is in doubt."""
    can, cannot = ("would be let in", "would not") if wifi.doubt else ("can work here", "cannot")
    where = ", where its wifi works" if wifi.level is not Level.GOOD else ""
    own = f"; {wifi.doubt}" if wifi.doubt else where
    if tally.works == tally.total:
        slowly = f", of {tally.slow} of them slowly" if tally.slow else ""
        return f"Staff of every borough {can}{slowly}{own}."
    missing = f" Of {count(tally.missing, 'borough')} it is not known." if tally.missing else ""
    if not tally.works:
        # Of nought that can it is not said how many they are of: the others are not known.
        return f"Staff of {several(down)} {f'would not be let in{own}' if wifi.doubt else 'cannot work here'}.{missing}"
    kept = f" Staff of {several(down)} {cannot}." if down else ""
    return f"Staff of {tally.works} of {tally.total} boroughs {can}{own}.{kept}{missing}"


def _whys(answers: Iterable[Answer]) -> tuple[Why, ...]:
    """Gather reasons, each once, the one that keeps most away first."""
    by_reason: dict[str, list[str]] = {}
    for answer in answers:
        if answer.cell.why:
            by_reason.setdefault(answer.cell.why, []).append(answer.name)
    widest = sorted(by_reason.items(), key=lambda one: -len(one[1]))
    return tuple(Why(sentence, several(sorted(names))) for sentence, names in widest)
