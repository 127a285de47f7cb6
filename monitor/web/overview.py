"""The first page: every borough, on the map and in a table that says the same."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

from monitor.web.changes import Change, last_change
from monitor.web.outlines import Outline, outlines
from monitor.web.standing import Standing, standing
from monitor.web.tally import Tally
from monitor.web.trouble import Trouble, troubles
from monitor.web.words import LEGEND, STATES, Level, Told, count, several, worst

if TYPE_CHECKING:
    from monitor.web.seen import Seen

_MANY: Final = 3
"""Boroughs that are not well at once: then it is no longer one borough's affair."""
_LONGEST: Final = 12
_AFFECTED: Final = frozenset({Level.DOWN, Level.PARTLY})


@dataclass(frozen=True, slots=True)
class Row:
    """One borough: a line of the table and a shape on the map. `outline` is None where ours has no such code."""

    slug: str
    name: str
    standing: Standing
    tested: Told | None
    buildings: int
    outline: Outline | None


@dataclass(frozen=True, slots=True)
class LegendLine:
    """One level: its words, what they mean, and how many boroughs are so."""

    level: Level
    state: str
    meaning: str
    boroughs: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The first page. `elsewhere` are outlines of boroughs that are not of this federation.

    It is `unexplained` where boroughs are not well and nothing that is wrong says why.
    """

    headline: str
    level: Level
    many: str
    rows: tuple[Row, ...]
    legend: tuple[LegendLine, ...]
    elsewhere: tuple[Outline, ...]
    wrong: tuple[Trouble, ...]
    mending: tuple[Trouble, ...]
    unexplained: bool
    unlisted: int
    change: Change | None
    oldest: Told | None
    newest: Told | None
    by_state: bool
    width: int
    height: int


def overview(seen: Seen, *, by_state: bool = False) -> Overview:
    """Return the first page, boroughs by name or the worst first."""
    rows = sorted((_row(seen, slug) for slug in seen.boroughs), key=lambda row: row.name.casefold())
    if by_state:
        rows.sort(key=lambda row: row.standing.level.rank)
    found = troubles(seen)
    wrong = tuple(one for one in found if one.noticed)
    mending = tuple(one for one in found if not one.noticed)
    oldest, newest = seen.evidence(seen.picture.pairs)
    level = worst(row.standing.level for row in rows)
    codes = {borough.gss for borough in seen.boroughs.values()}
    return Overview(
        headline=headline(rows, Tally.of(seen.level(*one) for one in product(seen.boroughs, repeat=2))),
        level=level,
        many=_many(rows),
        rows=tuple(rows),
        legend=_legend(rows),
        elsewhere=tuple(outline for gss, outline in outlines().boroughs.items() if gss not in codes),
        wrong=wrong[:_LONGEST],
        mending=mending[:_LONGEST],
        unexplained=not wrong and level in _AFFECTED,
        unlisted=len(wrong[_LONGEST:]) + len(mending[_LONGEST:]),
        change=last_change(seen),
        oldest=oldest,
        newest=newest,
        by_state=by_state,
        width=outlines().width,
        height=outlines().height,
    )


def headline(rows: list[Row], answers: Tally) -> str:
    """Say in one sentence how things stand; only what is known to work is said to. `answers` are those of all pairs."""
    at = {level: [row.name for row in rows if row.standing.level is level] for level in Level}
    down, partly, slow = at[Level.DOWN], at[Level.PARTLY], at[Level.SLOW]
    unknown = at[Level.STALE] + at[Level.UNKNOWN]
    if down:
        also = f" {count(len(partly), 'borough')} more {'is' if len(partly) == 1 else 'are'} partly working."
        one = next(row for row in rows if row.standing.level is Level.DOWN)
        said = one.standing.sentence if len(down) == 1 else f"{several(down)} are wholly or partly cut off."
        return f"{said}{also if partly else ''}"
    if partly:
        return f"{_are(partly)} only partly working."
    if not answers.known:
        return "Nothing is known now."
    if unknown and len(unknown) < len(rows):
        return f"What is known works. Of {several(unknown)} it is not known now."
    slowly = f" In or from {several(slow)} it is slow." if slow else ""
    if answers.known < answers.total:
        # So it is of one borough's own process, which sees who can work in its buildings and nowhere else.
        return f"{answers.known} of {answers.total} answers are known now. What is known works.{slowly}"
    return f"Everybody can work.{slowly}" if slow else "Staff of every borough can work in every borough."


def _are(names: list[str]) -> str:
    return f"{several(names)} {'is' if len(names) == 1 else 'are'}"


def _many(rows: list[Row]) -> str:
    """Return the banner of a bad day."""
    affected = sum(row.standing.level in _AFFECTED for row in rows)
    return f"{affected} of {len(rows)} boroughs are affected" if affected >= _MANY else ""


def _legend(rows: list[Row]) -> tuple[LegendLine, ...]:
    counts = {level: sum(row.standing.level is level for row in rows) for level in Level}
    order = (Level.GOOD, Level.SLOW, Level.PARTLY, Level.DOWN, Level.STALE, Level.UNKNOWN)
    return tuple(LegendLine(level, STATES[level], LEGEND[level], counts[level]) for level in order)


def _row(seen: Seen, slug: str) -> Row:
    borough = seen.boroughs[slug]
    others = seen.others(slug)
    pairs = [*((slug, one) for one in others), *((one, slug) for one in others)]
    _, newest = seen.evidence(pairs)
    outline = outlines().boroughs.get(borough.gss)
    return Row(slug, borough.name, standing(seen, slug), newest, len(seen.buildings(slug)), outline)
