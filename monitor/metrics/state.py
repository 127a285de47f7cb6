"""The one place where everything that is collected is kept, and from which it is told."""

from __future__ import annotations

import logging
import math
from threading import Lock
from typing import TYPE_CHECKING, Final

from monitor.metrics import writer
from monitor.metrics.devices import shown_by, watched
from monitor.metrics.growing import Growing, Point
from monitor.metrics.matrix import SLOW_S, STALE_AFTER, Matrix
from monitor.metrics.moments import Moments
from monitor.metrics.picture import DeviceState, Picture, Status
from monitor.metrics.shown import Shown
from monitor.metrics.shown import points as shown_points
from monitor.metrics.shown import text as shown_text
from monitor.sample import FAMILIES, OTHER, Collector, Failure, Increment, Kind, Result, Source, family

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.metrics.matrix import Cell, Pair
    from monitor.metrics.shown import Block
    from monitor.sample import Authentication, Batch, Clock, Family, Observation
    from monitor.target import Estate

_LOG: Final = logging.getLogger(__name__)
_FAILURES: Final = family("roaming_collection_failures_total")
_INTERVAL: Final = family("roaming_probe_interval_seconds")
_EXPIRY: Final = family("roaming_certificate_expiry_timestamp_seconds")


class State:
    """Counters, histograms, batches and the matrix of one process. Every method may be called from any thread.

    `interval_s` is how often every pair is probed, None in a process that probes nobody.

    `now` is a moment of the epoch throughout. It implements `monitor.sample.Sink` and never raises. It tells what is of
    the table of families, and nothing else.
    """

    def __init__(self, estate: Estate, *, interval_s: float | None, clock: Clock) -> None:
        self._visited = frozenset(borough.slug for borough in estate.boroughs)
        self._homes = frozenset(estate.homes)
        pairs = tuple((borough.slug, home) for borough in estate.boroughs for home in estate.homes)
        self._matrix = Matrix(pairs, STALE_AFTER * (interval_s or 0.0))
        self._interval_s = interval_s
        self._moments = Moments(clock)
        self._growing: dict[str, Growing] = {}
        self._shown = Shown()
        self._devices = watched(estate)
        self._lock = Lock()

    # What comes in

    def authentication(self, seen: Authentication) -> None:
        """Count an authentication; a probe also says how its pair stands."""
        with self._lock:
            self._look_at_the_clock()
            labels = (self._borough(seen.visited), self._home(seen.home))
            self._add("roaming_auth_total", (seen.source.value, *labels, seen.result.value))
            if seen.source is Source.PROBE:
                self._probe(seen, *labels)

    def replace(self, batch: Batch) -> None:
        """Take all that an origin shows now."""
        with self._lock:
            self._look_at_the_clock()
            at, believed = self._moments.placed(batch.at, batch.lasts_s)
            if not believed:
                self._fail(_collector(batch.origin), Failure.CLOCK)
            until = at + batch.lasts_s
            blocks = self._shown.replace(batch, until)
            for name, devices in self._devices.items():
                devices.learn(batch.origin, shown_by(blocks.get(name)), at, until)

    def count(self, increment: Increment) -> None:
        """Add to a counter; what would be no sample is refused with a line in the log."""
        fits = len(increment.labels) == len(increment.family.labels) and increment.family.kind is Kind.COUNTER
        if not fits or not 0 <= increment.by < math.inf:
            _LOG.error("%s cannot count by %s with labels %s", increment.family.name, increment.by, increment.labels)
            return
        with self._lock:
            self._growing_of(increment.family).add(increment.labels, increment.by)

    def observe(self, observation: Observation) -> None:
        """Take into a histogram or summary; what would be no sample is refused with a line in the log."""
        one, labels, value = observation.family, observation.labels, observation.value
        fits = len(labels) == len(one.labels) and one.kind in (Kind.HISTOGRAM, Kind.SUMMARY)
        if not fits or not 0 <= value < math.inf:
            _LOG.error("%s cannot take %s with labels %s", one.name, value, labels)
            return
        with self._lock:
            self._growing_of(one).observe(labels, value)

    # What is told

    def exposition(self, now: float) -> bytes:
        """Return everything in Prometheus' text format 0.0.4."""
        with self._lock:
            at, shown = self._settle(now), self._shown.by_family()
            texts = ((one, self._text(one, at, shown.get(one.name, []))) for one in FAMILIES)
            return writer.encode("".join([writer.head(one) + text for one, text in texts if text]))

    def points(self, now: float) -> list[tuple[Family, tuple[Point, ...]]]:
        """Return the same as values, for another writer."""
        with self._lock:
            at, shown = self._settle(now), self._shown.by_family()
            found = [(one, tuple(self._points(one, at, shown.get(one.name, [])))) for one in FAMILIES]
            return [(one, points) for one, points in found if points]

    def picture(self, now: float) -> Picture:
        """Return what is known at that moment."""
        with self._lock:
            at, wall = self._settle(now), self._moments.wall
            states = {name: devices.states(at, wall) for name, devices in self._devices.items()}
            return Picture(
                at=now,
                pairs=self._matrix.states(at, wall),
                servers=states["roaming_server_up"],
                radsec=states["roaming_radsec_up"],
                trusted=states["roaming_radsec_trusted"],
                paths=self._paths(at),
                access_points=states["roaming_access_point_up"],
                certificates={
                    (point.labels[0], point.labels[1]): point.value
                    for point in shown_points(self._shown.by_family().get(_EXPIRY.name, []))
                },
            )

    # What outlives the process

    def cells(self) -> dict[Pair, Cell]:
        """Return what is known of the pairs, by moments of the epoch."""
        with self._lock:
            self._look_at_the_clock()
            return {pair: cell.moved(self._moments.wall) for pair, cell in self._matrix.cells.items()}

    def restore(self, cells: dict[Pair, Cell]) -> None:
        """Take what another process knew; what says that it was learned in the future is passed over, and counted."""
        with self._lock:
            for pair, cell in cells.items():
                if pair not in self._matrix.known:
                    continue
                _, believed = self._moments.placed(cell.at, math.inf)
                if believed:
                    self._matrix.cells[pair] = cell.moved(self._moments.steady)
                else:
                    self._fail(Collector.PROBES.value, Failure.CLOCK)

    @property
    def size(self) -> int:
        """How many things are kept: it is bounded by the inventory, or a process would grow with its age."""
        with self._lock:
            growing = sum(len(one) for one in self._growing.values())
            devices = sum(len(one) for one in self._devices.values())
            return growing + devices + len(self._shown) + len(self._matrix)

    def _probe(self, seen: Authentication, visited: str, home: str) -> None:
        at, believed = self._moments.placed(seen.at, self._matrix.stale_s)
        if not believed:
            self._fail(Collector.PROBES.value, Failure.CLOCK)
        for phase, seconds in seen.phases.items():
            self._observe("roaming_auth_phase_seconds", (home, phase.value), seconds)
        if seen.result is Result.ACCEPT and seen.seconds is not None:
            self._accepted(seen.seconds, seen.method, visited, home)
        if seen.passed is None:
            self._add("roaming_probe_unknown_total", (visited, seen.reason))
        else:
            self._matrix.learn(seen, at)

    def _accepted(self, seconds: float, method: str, visited: str, home: str) -> None:
        self._observe("roaming_auth_pair_seconds", (visited, home), seconds)
        self._observe("roaming_auth_home_seconds", (home, method), seconds)
        self._observe("roaming_auth_visited_seconds", (visited, method), seconds)
        self._add("roaming_auth_slow_total", (visited, home), float(seconds > SLOW_S))

    def _borough(self, visited: str) -> str:
        return visited if visited in self._visited else OTHER

    def _home(self, home: str) -> str:
        return home if home in self._homes else OTHER

    def _add(self, name: str, labels: tuple[str, ...], by: float = 1) -> None:
        self._growing_of(family(name)).add(labels, by)

    def _observe(self, name: str, labels: tuple[str, ...], value: float) -> None:
        if 0 <= value < math.inf:
            self._growing_of(family(name)).observe(labels, value)

    def _fail(self, collector: str, reason: Failure) -> None:
        self._add(_FAILURES.name, (collector, reason.value))

    def _growing_of(self, one: Family) -> Growing:
        found = self._growing.get(one.name)
        if found is None:
            found = self._growing[one.name] = Growing(one)
        return found

    def _look_at_the_clock(self) -> None:
        if self._moments.jumped():
            self._fail(Collector.PROBES.value, Failure.CLOCK)

    def _settle(self, now: float) -> float:
        """Return the moment by the steady clock, when what has run out by then is forgotten."""
        self._look_at_the_clock()
        at = self._moments.steady(now)
        for origin in self._shown.expire(at):
            for devices in self._devices.values():
                devices.learn(origin, {}, at, at)
        return at

    def _text(self, one: Family, at: float, blocks: list[Block]) -> str:
        growing = self._growing.get(one.name)
        if growing is not None:
            return growing.text()
        if one is _INTERVAL:
            series = writer.series(one.name, (), ())
            return "" if self._interval_s is None else writer.lines([series], [self._interval_s])
        return self._matrix.text(one.name, at, self._moments.wall) or shown_text(blocks)

    def _points(self, one: Family, at: float, blocks: list[Block]) -> Iterator[Point]:
        growing = self._growing.get(one.name)
        if growing is not None:
            return growing.points()
        if one is _INTERVAL:
            return iter(() if self._interval_s is None else [Point("", (), self._interval_s)])
        ours = tuple(self._matrix.points(one.name, at, self._moments.wall))
        return iter(ours) if ours else shown_points(blocks)

    def _paths(self, at: float) -> dict[Pair, DeviceState]:
        wall = self._moments.wall
        found = {}
        for key, path in self._matrix.paths.items():
            status = _path_status(answered=path.answered, fresh=self._matrix.fresh(path.at, at))
            found[key] = DeviceState(status, wall(path.at), wall(path.since))
        return found


def _collector(origin: str) -> str:
    """Return who brought a batch, as far as its origin says so."""
    name = origin.partition(":")[0]
    return name if name in frozenset(Collector) else OTHER


def _path_status(*, answered: bool, fresh: bool) -> Status:
    if not fresh:
        return Status.STALE
    return Status.UP if answered else Status.DOWN
