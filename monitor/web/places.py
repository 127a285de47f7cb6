"""The pages of one borough and of one building, and the list of buildings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from monitor.web.standing import Standing, standing
from monitor.web.tally import Tally
from monitor.web.trouble import Trouble, concerning
from monitor.web.words import ANSWERS, STATES, Level, Told, count, several, worst

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.target import SiteFacts
    from monitor.web.seen import Cell, Seen

QUERY_LENGTH: Final = 100
"""Characters of a search that are looked at."""
_NO_WIFI: Final = "The wifi of this building is down."


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of a table: the borough at the other end, what is answered and why. Outside realms have no page."""

    slug: str
    name: str
    level: Level
    answer: str
    was: str
    why: str
    tested: Told | None
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Wifi:
    """The wifi of a building itself, in words. `doubt` is why it is not said to work; empty where some of it does."""

    level: Level
    words: str
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class BuildingLine:
    """A building in a list."""

    owner: str
    slug: str
    name: str
    borough: str
    postcode: str
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

    slug: str
    name: str
    contact: str
    standing: Standing
    home: Answer
    staff: tuple[Answer, ...]
    visitors: tuple[Answer, ...]
    outside: tuple[Answer, ...]
    buildings: tuple[BuildingLine, ...]
    troubles: tuple[Trouble, ...]
    why: tuple[Why, ...]
    oldest: Told | None
    newest: Told | None


@dataclass(frozen=True, slots=True)
class BuildingPage:
    """One building: whose staff can work here now; `title` and `asked` are what its answers answer."""

    site: SiteFacts
    title: str
    asked: str
    borough: str
    shared: str
    verdict: str
    level: Level
    wifi: Wifi
    answers: tuple[Answer, ...]
    outside: tuple[Answer, ...]
    why: tuple[Why, ...]
    oldest: Told | None
    newest: Told | None


def borough_page(seen: Seen, slug: str) -> BoroughPage:
    """Return a borough's page; raises `KeyError` for one that is not of the federation."""
    borough = seen.boroughs[slug]
    staff = [_answer(seen, seen.cell(one, slug), one) for one in seen.others(slug)]
    visitors = [_answer(seen, seen.cell(slug, one), one) for one in seen.others(slug)]
    pairs = [*((one, slug) for one in seen.boroughs), *((slug, one) for one in seen.boroughs)]
    oldest, newest = seen.evidence(pairs)
    found = concerning(seen, slug)
    return BoroughPage(
        slug=slug,
        name=borough.name,
        contact=borough.contact,
        standing=standing(seen, slug),
        home=_answer(seen, seen.cell(slug, slug), slug),
        staff=_sorted(staff),
        visitors=_sorted(visitors),
        outside=_outside(seen, slug),
        buildings=tuple(building_line(seen, site) for site in seen.buildings(slug)),
        troubles=found,
        why=tuple(why for why in _whys(visitors) if why.sentence not in {one.sentence for one in found}),
        oldest=oldest,
        newest=newest,
    )


def building_page(seen: Seen, key: str) -> BuildingPage:
    """Return a building's page by `owner/slug`; raises `KeyError` for one that is not in the inventory."""
    site = seen.sites[key]
    wifi = wifi_of(seen, site)
    answers = [_here(seen, site, home, wifi) for home in seen.boroughs]
    oldest, newest = seen.evidence((site.owner, home) for home in seen.boroughs)
    shared = [seen.name(host) for host in site.hosts if host != site.owner]
    level, verdict = _verdict(answers, wifi)
    return BuildingPage(
        site=site,
        title=f"Whose staff {'would be let in' if wifi.doubt else 'can work'} here now?",
        asked="Would they be let in?" if wifi.doubt else "Can they work here?",
        borough=seen.name(site.owner),
        shared=several(shared),
        verdict=verdict,
        level=level,
        wifi=wifi,
        answers=_sorted(answers),
        outside=_outside(seen, site.owner, wifi),
        why=_whys(answers),
        oldest=oldest,
        newest=newest,
    )


def building_line(seen: Seen, site: SiteFacts) -> BuildingLine:
    """Return a building for a list."""
    wifi = wifi_of(seen, site)
    level, verdict = _verdict([_here(seen, site, home, wifi) for home in seen.boroughs], wifi)
    return BuildingLine(site.owner, site.slug, site.name, seen.name(site.owner), site.postcode, level, verdict, wifi)


def search(seen: Seen, query: str) -> tuple[BuildingLine, ...]:
    """Return the buildings whose name, borough or postcode hold a text; all of them when it is empty."""
    wanted = _folded(query[:QUERY_LENGTH])
    found = [
        site
        for site in seen.estate.sites
        if any(wanted in _folded(text) for text in (site.name, site.postcode, seen.name(site.owner)))
    ]
    found.sort(key=lambda site: (seen.name(site.owner).casefold(), site.name.casefold()))
    return tuple(building_line(seen, site) for site in found)


def _folded(text: str) -> str:
    return "".join(text.casefold().split())


def wifi_of(seen: Seen, site: SiteFacts) -> Wifi:
    """Return what is known of a building's own wifi: its access points."""
    states = Tally.of(seen.access_point(name) for name in site.access_points)
    total = count(states.total, "access point")
    if not states.total:
        return Wifi(Level.UNKNOWN, "The wifi of the building itself is not watched.", "its wifi is not watched")
    doubt = f"whether this building's wifi works is {STATES[states.gap].lower()}"
    if not states.known:
        how = "nothing recent is known" if states.gap is Level.STALE else "nothing is known"
        return Wifi(states.gap, f"It has {total}; {how} about {'it' if states.total == 1 else 'them'}.", doubt)
    if states.down == states.total:
        return Wifi(Level.DOWN, f"It is down: none of {total} works.")
    rest = f"; of {states.missing} it is not known" if states.missing else ""
    level = Level.PARTLY if states.down else states.gap if states.missing else Level.GOOD
    return Wifi(level, f"{states.works} of {total} work{rest}.", "" if states.works else doubt)


def _here(seen: Seen, site: SiteFacts, home: str, wifi: Wifi) -> Answer:
    """Answer for one home in a building: with its wifi down nobody gets online, whatever the borough can do."""
    answer = _answer(seen, seen.cell(site.owner, home), home)
    if wifi.level is not Level.DOWN:
        return answer
    return Answer(home, answer.name, Level.DOWN, ANSWERS[Level.DOWN], "", _NO_WIFI, answer.tested, "", "")


def _answer(seen: Seen, cell: Cell, slug: str) -> Answer:
    return Answer(
        slug, seen.name(slug), cell.level, cell.answer, cell.was, cell.why, cell.tested, cell.code, cell.detail
    )


def _outside(seen: Seen, visited: str, wifi: Wifi | None = None) -> tuple[Answer, ...]:
    """Answer for homes outside the region."""
    homes = [home for home in seen.estate.homes if home not in seen.boroughs]
    if wifi is not None and wifi.level is Level.DOWN:
        return tuple(
            Answer(home, seen.name(home), Level.DOWN, ANSWERS[Level.DOWN], "", _NO_WIFI, None, "", "") for home in homes
        )
    return tuple(_answer(seen, seen.cell(visited, home), home) for home in homes)


def _sorted(answers: list[Answer]) -> tuple[Answer, ...]:
    return tuple(sorted(answers, key=lambda one: one.name.casefold()))


def _verdict(answers: list[Answer], wifi: Wifi) -> tuple[Level, str]:
    """Sum up a building in one sentence; people can work where they are let in and its own wifi is known to work."""
    tally = Tally.of(answer.level for answer in answers)
    if wifi.level is Level.DOWN:
        return Level.DOWN, "Nobody can work here: the wifi of the building is down."
    if not tally.known:
        when = " now: the last tests are too old" if tally.gap is Level.STALE else ""
        return tally.level, f"It is not known who can work here{when}."
    if tally.down == tally.total:
        return Level.DOWN, "Nobody can work here."
    return _level(tally, wifi), _who(tally, wifi, [one.name for one in answers if one.level is Level.DOWN])


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
    kept = f" Staff of {several(down)} {cannot}." if down else ""
    missing = f" Of {count(tally.missing, 'borough')} it is not known." if tally.missing else ""
    return f"Staff of {tally.works} of {tally.total} boroughs {can}{own}.{kept}{missing}"


def _whys(answers: Iterable[Answer]) -> tuple[Why, ...]:
    """Gather reasons, each once, the one that keeps most away first."""
    by_reason: dict[str, list[str]] = {}
    for answer in answers:
        if answer.why:
            by_reason.setdefault(answer.why, []).append(answer.name)
    widest = sorted(by_reason.items(), key=lambda one: -len(one[1]))
    return tuple(Why(sentence, several(sorted(names))) for sentence, names in widest)
