"""A walk's roams by kind: how many, and how long they took. Kinds are never added up together."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from lab.radio.scenario import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lab.radio.verdict import Roam


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of some times and the worst, in milliseconds."""

    median: float
    worst: float

    def document(self) -> dict[str, float]:
        """Return it for machines."""
        return {"median": round(self.median, 3), "worst": round(self.worst, 3)}


@dataclass(frozen=True, slots=True)
class Tally:
    """The roams of one kind; a spread is None where the capture has no such time of any of them."""

    kind: Kind
    roams: int
    d1: Spread | None
    d2: Spread | None

    def document(self) -> dict[str, Any]:
        """Return it for machines."""
        spreads = {"d1_ms": self.d1, "d2_ms": self.d2}
        return {"roams": self.roams, **{name: one.document() if one else None for name, one in spreads.items()}}


def tallies(roams: Sequence[Roam]) -> tuple[Tally, ...]:
    """Count the roams of each kind that there was."""
    found = {kind: [roam for roam in roams if roam.kind is kind] for kind in Kind}
    return tuple(
        Tally(kind, len(some), _spread(one.d1_ms for one in some), _spread(one.d2_ms for one in some))
        for kind, some in found.items()
        if some
    )


def lost(roams: Iterable[Roam]) -> int:
    """Count the clients' steps that led nowhere though they should have led somewhere."""
    return sum(roam.kind is Kind.FAILED and roam.expected is not Kind.FAILED for roam in roams)


def _spread(times: Iterable[float | None]) -> Spread | None:
    known = [time for time in times if time is not None]
    return Spread(median(known), max(known)) if known else None
