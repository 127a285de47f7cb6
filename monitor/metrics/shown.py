"""What origins show now: a batch takes the place of the former one, and is gone when its time is over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.metrics import writer
from monitor.metrics.growing import Point
from monitor.sample import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from monitor.sample import Batch, Family

_NO_NAMES: dict[tuple[str, ...], str] = {}


@dataclass(slots=True)
class Block:
    """The samples of one family that one origin shows: names of series and numbers by labels, and their text."""

    family: Family
    names: dict[tuple[str, ...], str] = field(default_factory=dict)
    values: dict[tuple[str, ...], float] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Origin:
    blocks: Mapping[str, Block]
    until: float


@dataclass(slots=True)
class Shown:
    """All batches that have not run out. Times are of the steady clock."""

    _origins: dict[str, _Origin] = field(default_factory=dict)

    def replace(self, batch: Batch, until: float) -> Mapping[str, Block]:
        """Take a batch in place of its origin's former one, and return it by family.

        The names of series are taken over, so that only what is new is spelled. The one that came last stands last.
        """
        former = self._origins.pop(batch.origin, None)
        blocks = _blocks(batch, former.blocks if former else {})
        if blocks:
            self._origins[batch.origin] = _Origin(blocks, until)
        return blocks

    def expire(self, now: float) -> tuple[str, ...]:
        """Forget what has run out, and return its origins."""
        gone = tuple(name for name, origin in self._origins.items() if origin.until < now)
        for name in gone:
            del self._origins[name]
        return gone

    def by_family(self) -> dict[str, list[Block]]:
        """Return what is shown of every family, by name; the one that came last stands last."""
        found: dict[str, list[Block]] = {}
        for origin in self._origins.values():
            for name, block in origin.blocks.items():
                found.setdefault(name, []).append(block)
        return found

    def __len__(self) -> int:
        return sum(len(block.values) for origin in self._origins.values() for block in origin.blocks.values())


def text(blocks: list[Block]) -> str:
    """Return the lines of a family; of two with the same labels the one that came last."""
    if _apart(blocks):
        return "".join([block.text for block in blocks])
    merged = {line: value for block in blocks for line, value in _named(block)}
    return writer.lines(merged.keys(), merged.values())


def points(blocks: list[Block]) -> Iterator[Point]:
    """Yield the same as values."""
    merged = {labels: value for block in blocks for labels, value in block.values.items()}
    return (Point("", labels, value) for labels, value in merged.items())


def _blocks(batch: Batch, former: Mapping[str, Block]) -> dict[str, Block]:
    blocks: dict[str, Block] = {}
    current, known = None, _NO_NAMES
    names, values = dict(_NO_NAMES), dict[tuple[str, ...], float]()
    for sample in batch.samples:
        family, labels = sample.family, sample.labels
        if family is not current:
            if family.kind in (Kind.HISTOGRAM, Kind.SUMMARY):
                continue
            block = blocks.setdefault(family.name, Block(family))
            current, names, values = family, block.names, block.values
            known = former[family.name].names if family.name in former else _NO_NAMES
        names[labels] = known.get(labels) or writer.series(family.name, family.labels, labels)
        values[labels] = sample.value
    for block in blocks.values():
        block.text = writer.lines(block.names.values(), block.values.values())
    return blocks


def _named(block: Block) -> Iterable[tuple[str, float]]:
    return zip(block.names.values(), block.values.values(), strict=True)


def _apart(blocks: list[Block]) -> bool:
    """Return whether no two origins show the same series."""
    if len(blocks) <= 1:
        return True
    every: set[str] = set()
    for block in blocks:
        every.update(block.names.values())
    return len(every) == sum(len(block.names) for block in blocks)
