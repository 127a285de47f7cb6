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


INTENDED_REJECT: Final = "intended reject"
"""Stands where a method stands, for the probes of a user who does not exist."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What the last probe by one method showed; `failures` counts those of that method in a row."""

    passed: bool
    at: float
    failures: int = 0
    reason: str = ""
    sentence: str = ""
    path: str = ""


_NOTHING: Final = Conclusion(passed=False, at=0.0)


@dataclass(slots=True)
class Cell:
    """What the probes of one pair taught.

    Methods take turns, and people are bound to one: the pair works when every method does. A reject that was intended
    proves the way to the home, and not that anybody gets in.
    """

    at: float
    since: float
    success_at: float | None = None
    seconds: float | None = None
    methods: dict[str, Conclusion] = field(default_factory=dict)

    @property
    def shown(self) -> Conclusion:
        """The method that fails most, or the last success; says nothing where nothing is concluded."""
        failing = [one for one in self.methods.values() if not one.passed]
        return max(failing or self.methods.values(), key=lambda one: (one.failures, one.at), default=_NOTHING)

    @property
    def status(self) -> Status:
        """What the last probe by each method says, however old it is."""
        if not self.methods:
            return Status.UNKNOWN
        if not self.shown.passed:
            return Status.DOWN
        return Status.SLOW if self.seconds is not None and self.seconds > SLOW_S else Status.UP

    def moved(self, to: Callable[[float], float]) -> Cell:
        """Return the same by another clock."""
        success_at = None if self.success_at is None else to(self.success_at)
        methods = {name: replace(one, at=to(one.at)) for name, one in self.methods.items()}
        return replace(self, at=to(self.at), since=to(self.since), success_at=success_at, methods=methods)


@dataclass(frozen=True, slots=True)
class PathSeen:
    """Whether a proxy of a visited borough answered."""

    answered: bool
    at: float
    since: float


_FRESH: Final[dict[str, Callable[[Cell], float | None]]] = {
    "roaming_probe_success": lambda cell: float(cell.shown.passed) if cell.methods else None,
    "roaming_probe_failures": lambda cell: float(cell.shown.failures) if cell.methods else None,
    "roaming_probe_reason": lambda cell: 1.0 if cell.shown.reason else None,
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
        cell = _after(former, seen, at, self.stale_s)
        cell.since = former.since if former and former.status is cell.status else at
        self.cells[pair] = cell
        for proxy, answered in _proxies(seen):
            self._path((seen.visited, proxy), answered=answered, at=at)

    def __len__(self) -> int:
        methods = sum(len(cell.methods) for cell in self.cells.values())
        return len(self.cells) + methods + len(self.paths) + len(self._names)

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
                ((*pair, cell.shown.reason) if reason else pair, value)
                for pair, cell, value in told
                if value is not None
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
        fresh, shown = self.fresh(cell.at, now), cell.shown
        return PairState(
            status=cell.status if fresh else Status.STALE,
            at=wall(cell.at),
            since=wall(cell.since if fresh else cell.at + self.stale_s),
            success_at=None if cell.success_at is None else wall(cell.success_at),
            seconds=cell.seconds,
            failures=shown.failures,
            reason=shown.reason,
            sentence=shown.sentence,
            path=shown.path,
        )


def _after(former: Cell | None, seen: Authentication, at: float, stale_s: float) -> Cell:
    before = former or Cell(at=at, since=at)
    methods = _heard_of(_concluded(before.methods, seen, at), at, stale_s)
    if not seen.passed or _intends_reject(seen):
        return replace(before, at=at, methods=methods)
    seconds = before.seconds if seen.seconds is None else seen.seconds
    return replace(before, at=at, success_at=at, seconds=seconds, methods=methods)


def _concluded(before: dict[str, Conclusion], seen: Authentication, at: float) -> dict[str, Conclusion]:
    """Return the conclusions after a probe: a success ends the failures of its own method, and of intended rejects."""
    key = INTENDED_REJECT if _intends_reject(seen) else seen.method
    found = dict(before)
    if seen.passed:
        found.pop(INTENDED_REJECT, None)
        if key == INTENDED_REJECT:
            return found
    failures = 0 if seen.passed else 1 + (found[key].failures if key in found else 0)
    found[key] = Conclusion(bool(seen.passed), at, failures, seen.reason, seen.sentence, seen.path)
    return found


def _heard_of(found: dict[str, Conclusion], at: float, stale_s: float) -> dict[str, Conclusion]:
    """Leave out the methods that are no longer probed; as they take turns, each is heard of the more seldom."""
    turns = max(1, len(found.keys() - {INTENDED_REJECT}))
    return {name: one for name, one in found.items() if at - one.at <= turns * stale_s}


def _intends_reject(seen: Authentication) -> bool:
    return seen.reject or (bool(seen.passed) and seen.result is Result.REJECT)


def _proxies(seen: Authentication) -> Iterator[tuple[str, bool]]:
    """Yield the proxies that were asked and whether they answered.

    When the last one answers that there is silence beyond, the silence of those before it may be of beyond too.
    """
    heard = seen.reason not in _PROXY_SILENT
    if seen.path:
        yield seen.path, heard
    if seen.passed or not heard:
        yield from ((proxy, False) for proxy in seen.silent)
