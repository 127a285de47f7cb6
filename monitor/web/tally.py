"""Many answers made one: a level, and what is said of a borough's staff elsewhere and of visitors in its buildings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from monitor.web.words import STATES, Level

if TYPE_CHECKING:
    from collections.abc import Iterable

_HALF: Final = 2
_FEW: Final = 10
"""Of so many one may be unknown, and one in any case: a test that stopped elsewhere is not held against a borough."""


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
        return self.known + self.missing

    @property
    def missing(self) -> int:
        """How many are not known."""
        return self.stale + self.unknown

    @property
    def gap(self) -> Level:
        """How those stand that are not known: stale where most of them were."""
        return Level.STALE if self.stale > self.unknown else Level.UNKNOWN

    @property
    def level(self) -> Level:
        """Sum up: what is not nearly all known is not good, and one that fails is not hidden by those that work."""
        if self.down:
            return Level.PARTLY if self.works or self.known * _HALF < self.total else Level.DOWN
        if not self.known or self.missing > max(1, self.total // _FEW):
            return self.gap
        return Level.SLOW if self.slow * _HALF >= self.known else Level.GOOD


@dataclass(frozen=True, slots=True)
class Wording:
    """What is said of a tally: of none, of none known, where all, none or some work, where only failures are known.

    `where` stands before how many cannot: in so many boroughs, from so many.
    """

    alone: str
    unknown: str
    everywhere: str
    nowhere: str
    some: str
    failing: str
    where: str

    def of(self, tally: Tally) -> str:
        """Say it of a tally."""
        return self._pattern(tally).format(
            works=tally.works,
            down=tally.down,
            total=tally.total,
            gap=STATES[tally.gap].lower(),
            slowly=_slowly(tally),
            rest=_rest(tally, self.where),
        )

    def _pattern(self, tally: Tally) -> str:
        if not tally.total:
            return self.alone
        if not tally.known:
            return self.unknown
        if tally.works == tally.total:
            return self.everywhere
        if tally.down == tally.total:
            return self.nowhere
        return self.some if tally.works else self.failing


def _slowly(tally: Tally) -> str:
    if not tally.slow:
        return ""
    return ", but slowly" if tally.slow == tally.works else f", {tally.slow} of them slowly"


def _rest(tally: Tally, where: str) -> str:
    """Tell the others apart, where there are those that cannot and those that are not known."""
    if not tally.missing:
        return ""
    cannot = f" cannot {where} {tally.down}," if tally.works and tally.down else ""
    return f";{cannot} {tally.missing} not known"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a borough, in words: the sentence of its page, and the cell of the table."""

    sentence: Wording
    cell: Wording


STAFF: Final = Side(
    Wording(
        alone="There is no other borough to work in.",
        unknown="It is not known whether its staff can work elsewhere.",
        everywhere="Its staff can work in every other borough{slowly}.",
        nowhere="Its staff cannot work in any other borough.",
        some="Its staff can work in {works} of {total} other boroughs{slowly}{rest}.",
        failing="Its staff cannot work in {down} of {total} other boroughs{rest}.",
        where="in",
    ),
    Wording(
        alone="{gap}",
        unknown="{gap}",
        everywhere="can work everywhere{slowly}",
        nowhere="cannot work anywhere",
        some="can work in {works} of {total}{slowly}{rest}",
        failing="cannot work in {down} of {total}{rest}",
        where="in",
    ),
)
VISITORS: Final = Side(
    Wording(
        alone="There is no other borough that visits.",
        unknown="It is not known whether visitors can work in its buildings.",
        everywhere="Visitors from every other borough can work in its buildings{slowly}.",
        nowhere="Visitors cannot work in its buildings, wherever they come from.",
        some="Visitors from {works} of {total} other boroughs can work in its buildings{slowly}{rest}.",
        failing="Visitors from {down} of {total} other boroughs cannot work in its buildings{rest}.",
        where="from",
    ),
    Wording(
        alone="{gap}",
        unknown="{gap}",
        everywhere="can work here from everywhere{slowly}",
        nowhere="cannot work here",
        some="can work here from {works} of {total}{slowly}{rest}",
        failing="cannot work here from {down} of {total}{rest}",
        where="from",
    ),
)
