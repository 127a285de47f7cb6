"""The state of every pair, from the probes that taught something. Times are of the steady clock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from monitor.metrics.growing import Point
from monitor.metrics.picture import PairState, Status
from monitor.metrics.writer import lines, series
from monitor.sample import Result, family

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from monitor.sample import Authentication

SLOW_S: Final = 3.0
"""An accepted authentication that took longer is slow (monitor.md §1; it is an edge of the histograms)."""

STALE_AFTER: Final = 3
"""Intervals without a probe that taught something, after which a pair's state is too old to go by."""

_PROXY_SILENT: Final = frozenset({"no-answer", "nothing-listens", "no-route", "wrong-secret"})
"""Reasons of `roaming.eap` by which the proxy itself did not answer; with others it did, or it is not known."""

Pair = tuple[str, str]


@dataclass(slots=True)
class Cell:
    """What the probes of one pair taught."""

    passed: bool
    at: float
    since: float
    success_at: float | None = None
    seconds: float | None = None
    failures: int = 0
    reason: str = ""
    sentence: str = ""
    path: str = ""

    @property
    def status(self) -> Status:
        """What the last probe says, however old it is."""
        if not self.passed:
            return Status.DOWN
        return Status.SLOW if self.seconds is not None and self.seconds > SLOW_S else Status.UP

    def moved(self, to: Callable[[float], float]) -> Cell:
        """Return the same by another clock."""
        success_at = None if self.success_at is None else to(self.success_at)
        return replace(self, at=to(self.at), since=to(self.since), success_at=success_at)


@dataclass(frozen=True, slots=True)
class PathSeen:
    """Whether a proxy of a visited borough answered."""

    answered: bool
    at: float
    since: float


_FRESH: Final[dict[str, Callable[[Cell], float | None]]] = {
    "roaming_probe_success": lambda cell: float(cell.passed),
    "roaming_probe_failures": lambda cell: float(cell.failures),
    "roaming_probe_reason": lambda cell: 1.0 if cell.reason else None,
    "roaming_probe_seconds": lambda cell: cell.seconds,
}
"""What goes when a pair is stale; when it was probed remains."""

_MOMENTS: Final[dict[str, Callable[[Cell], float | None]]] = {
    "roaming_probe_timestamp_seconds": lambda cell: cell.at,
    "roaming_probe_success_timestamp_seconds": lambda cell: cell.success_at,
}


@dataclass(slots=True)
class Matrix:
    """Every pair of the federation; one that was never probed has no cell."""

    pairs: tuple[Pair, ...]
    stale_s: float
    cells: dict[Pair, Cell] = field(default_factory=dict)
    paths: dict[Pair, PathSeen] = field(default_factory=dict)
    known: frozenset[Pair] = field(init=False)
    _names: dict[tuple[str, tuple[str, ...]], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known = frozenset(self.pairs)

    def learn(self, seen: Authentication, at: float) -> None:
        """Take a probe that taught something; one that no longer fits the federation is passed over."""
        pair = (seen.visited, seen.home)
        if pair not in self.known or seen.passed is None:
            return
        former = self.cells.get(pair)
        cell = _after(former, seen, at)
        cell.since = former.since if former and former.status is cell.status else at
        self.cells[pair] = cell
        for proxy, answered in _proxies(seen):
            self._path((seen.visited, proxy), answered=answered, at=at)

    def __len__(self) -> int:
        return len(self.cells) + len(self.paths) + len(self._names)

    def fresh(self, at: float, now: float) -> bool:
        """Return whether what was learned then may still be gone by."""
        return now - at <= self.stale_s

    def states(self, now: float, wall: Callable[[float], float]) -> dict[Pair, PairState]:
        """Return every pair as it stands; `wall` makes a moment of the steady clock one of the epoch."""
        unknown = PairState(Status.UNKNOWN)
        return {
            pair: self._state(cell, now, wall) if (cell := self.cells.get(pair)) else unknown for pair in self.pairs
        }

    def text(self, name: str, now: float, wall: Callable[[float], float]) -> str:
        """Return the lines of a family that is ours; an empty text for others."""
        found = list(self._found(name, now, wall))
        return lines([self._name(name, labels) for labels, _ in found], [value for _, value in found])

    def points(self, name: str, now: float, wall: Callable[[float], float]) -> Iterator[Point]:
        """Yield the same as values."""
        return (Point("", labels, value) for labels, value in self._found(name, now, wall))

    def _found(self, name: str, now: float, wall: Callable[[float], float]) -> Iterable[tuple[tuple[str, ...], float]]:
        if name == "roaming_path_up":
            return ((key, float(path.answered)) for key, path in self.paths.items() if self.fresh(path.at, now))
        if name in _FRESH:
            fresh = (item for item in self.cells.items() if self.fresh(item[1].at, now))
            told = ((pair, cell, _FRESH[name](cell)) for pair, cell in fresh)
            reason = name == "roaming_probe_reason"
            return (
                ((*pair, cell.reason) if reason else pair, value) for pair, cell, value in told if value is not None
            )
        if name in _MOMENTS:
            moments = ((pair, _MOMENTS[name](cell)) for pair, cell in self.cells.items())
            return ((pair, wall(moment)) for pair, moment in moments if moment is not None)
        return ()

    def _name(self, name: str, labels: tuple[str, ...]) -> str:
        """Return the name of a series; reasons are of a closed list, so what is kept is bounded."""
        found = self._names.get((name, labels))
        if found is None:
            found = self._names[name, labels] = series(name, family(name).labels, labels)
        return found

    def _path(self, key: Pair, *, answered: bool, at: float) -> None:
        former = self.paths.get(key)
        since = former.since if former and former.answered == answered else at
        self.paths[key] = PathSeen(answered, at, since)

    def _state(self, cell: Cell, now: float, wall: Callable[[float], float]) -> PairState:
        fresh = self.fresh(cell.at, now)
        return PairState(
            status=cell.status if fresh else Status.STALE,
            at=wall(cell.at),
            since=wall(cell.since if fresh else cell.at + self.stale_s),
            success_at=None if cell.success_at is None else wall(cell.success_at),
            seconds=cell.seconds,
            failures=cell.failures,
            reason=cell.reason,
            sentence=cell.sentence,
            path=cell.path,
        )


def _after(former: Cell | None, seen: Authentication, at: float) -> Cell:
    passed = bool(seen.passed)
    before = former or Cell(passed=passed, at=at, since=at)
    accepted = seen.seconds if passed and seen.result is Result.ACCEPT else None
    return Cell(
        passed=passed,
        at=at,
        since=at,
        success_at=at if passed else before.success_at,
        seconds=accepted if accepted is not None else before.seconds,
        failures=0 if passed else before.failures + 1,
        reason=seen.reason,
        sentence=seen.sentence,
        path=seen.path,
    )


def _proxies(seen: Authentication) -> Iterator[tuple[str, bool]]:
    """Yield the proxies that were asked and whether they answered.

    When the last one answers that there is silence beyond, the silence of those before it may be of beyond too.
    """
    heard = seen.reason not in _PROXY_SILENT
    if seen.path:
        yield seen.path, heard
    if seen.passed or not heard:
        yield from ((proxy, False) for proxy in seen.silent)
