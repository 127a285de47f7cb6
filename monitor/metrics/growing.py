"""What only grows while the process lives: counters, summaries and histograms that we keep ourselves."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from monitor.metrics import writer
from monitor.sample import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.sample import Family


@dataclass(frozen=True, slots=True)
class Point:
    """One line of an exposition, for those who do not read text. `extra` is a label beside the family's."""

    suffix: str
    labels: tuple[str, ...]
    value: float
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Series:
    """The lines of one set of labels: their names, and their numbers."""

    points: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    names: tuple[str, ...]
    values: list[float]


@dataclass(slots=True)
class Growing:
    """One family that grows, by labels."""

    family: Family
    _by_labels: dict[tuple[str, ...], _Series] = field(default_factory=dict)

    def add(self, labels: tuple[str, ...], by: float) -> None:
        """Add to a counter."""
        self._series(labels).values[0] += by

    def observe(self, labels: tuple[str, ...], value: float) -> None:
        """Take one observation; the buckets come first, then sum and count."""
        values = self._series(labels).values
        if self.family.kind is Kind.HISTOGRAM:
            values[bisect_left(self.family.edges, value)] += 1
        values[-2] += value
        values[-1] += 1

    def text(self) -> str:
        """Return every line."""
        return "".join(writer.lines(one.names, self._told(one)) for one in self._by_labels.values())

    def points(self) -> Iterator[Point]:
        """Yield every line as a value."""
        for labels, one in self._by_labels.items():
            for (suffix, extra), value in zip(one.points, self._told(one), strict=True):
                yield Point(suffix, labels, value, extra)

    def __len__(self) -> int:
        return len(self._by_labels)

    def _told(self, one: _Series) -> list[float]:
        """Return the numbers as they are told: the buckets of a histogram count all below their edge."""
        if self.family.kind is not Kind.HISTOGRAM:
            return one.values
        return [*accumulate(one.values[:-2]), *one.values[-2:]]

    def _series(self, labels: tuple[str, ...]) -> _Series:
        found = self._by_labels.get(labels)
        if found is None:
            found = self._by_labels[labels] = _new(self.family, labels)
        return found


def _new(family: Family, labels: tuple[str, ...]) -> _Series:
    points = tuple(_points(family))
    names = tuple(
        writer.series(
            family.name + suffix,
            (*family.labels, *(label for label, _ in extra)),
            (*labels, *(value for _, value in extra)),
        )
        for suffix, extra in points
    )
    return _Series(points, names, [0.0] * len(points))


def _points(family: Family) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    if family.kind not in (Kind.HISTOGRAM, Kind.SUMMARY):
        yield "", ()
        return
    if family.kind is Kind.HISTOGRAM:
        for edge in (*family.edges, math.inf):
            yield "_bucket", (("le", writer.number(edge)),)
    yield "_sum", ()
    yield "_count", ()
