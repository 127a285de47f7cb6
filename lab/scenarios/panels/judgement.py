"""What came of each panel's query: pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.dashboards import compare

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lab.scenarios.panels.table import Reason
    from monitor.dashboards import Answer


@dataclass(frozen=True, slots=True)
class Row:
    """A query: how many series it has in the lab that is well and in the faulted one, and what it lacks.

    `why` says why it rightly does; "" where nothing excuses it.
    """

    place: str
    healthy: int
    faulted: int
    lacks: tuple[str, ...]
    why: str

    @property
    def passed(self) -> bool:
        """Whether it says enough, or rightly says less."""
        return not self.lacks or bool(self.why)


def judge(healthy: Sequence[Answer], faulted: Sequence[Answer], rightly: Mapping[str, Reason]) -> tuple[Row, ...]:
    """Hold the answers of the healthy lab against those of the faulted one."""
    return tuple(_row(well, ill, rightly) for well, ill in zip(healthy, faulted, strict=True))


def fullest(kept: Sequence[Answer], new: Sequence[Answer]) -> tuple[Answer, ...]:
    """Return the newer of two answers to each query, but one with series before one without."""
    return tuple(two if two.series or not one.series else one for one, two in zip(kept, new, strict=True))


def most_telling(healthy: Sequence[Answer], kept: Sequence[Answer], new: Sequence[Answer]) -> tuple[Answer, ...]:
    """Return of two answers while faulted the former where it lacks nothing, or no more than the newer."""
    return tuple(
        one if len(compare([well], [one])) <= len(compare([well], [two])) else two
        for well, one, two in zip(healthy, kept, new, strict=True)
    )


def _row(well: Answer, ill: Answer, rightly: Mapping[str, Reason]) -> Row:
    place = well.query.place
    lacks = tuple(finding.what for finding in compare([well], [ill]))
    reason = rightly.get(place)
    why = reason.why if reason and lacks and reason.lacks.issuperset(lacks) else ""
    return Row(place, len(well.series), len(ill.series), lacks, why)
