"""When each pair is probed, and how. Pure: it is told the time, in seconds of a clock that does not go back."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from monitor.probes.pair import Pair, Probe

if TYPE_CHECKING:
    from collections.abc import Iterable

_LEAST_GAP_S: Final = 5.0
_OFFSETS: Final = 1 << 32


@dataclass(frozen=True, slots=True)
class Pace:
    """How often and how much. `per_agent` and `overall` bound what runs at once; seconds.

    One turn in `reject_every` is an intended reject, which proves the path for less.
    """

    interval_s: float = 300.0
    retries: int = 2
    per_agent: int = 4
    overall: int = 64
    reject_every: int = 12

    @property
    def retry_s(self) -> float:
        """How long after a failure it is tried again."""
        return self.interval_s / 10

    @property
    def gap_s(self) -> float:
        """After so long without a look at the clock the process was paused, or the clock was set."""
        return max(_LEAST_GAP_S, self.interval_s / 10)


@dataclass(slots=True)
class _Turn:
    """Where a pair stands: when it is next, how many turns it had, how many tries in this one."""

    at: float
    number: int
    tries: int = 0
    running: bool = False


class Schedule:
    """Every pair once in an interval, each at its own moment of it, which is the same over restarts.

    A probe that failed is repeated soon after, by the next proxy first. An agent that cannot be reached has one probe
    at a time, so that it holds nothing up. After a pause nothing is made up for.
    """

    def __init__(self, pairs: Iterable[Pair], pace: Pace, now: float) -> None:
        self._pace = pace
        self._seen = now
        self._turns = {pair: _Turn(self._slot(pair, now), _offset(pair) % _ways(pair)) for pair in pairs}
        self._running: Counter[str] = Counter()
        self._gone: set[str] = set()

    def due(self, now: float) -> tuple[Probe, ...]:
        """Return what is to be started now, the longest overdue first; it runs until `ended`."""
        if not 0 <= now - self._seen <= self._pace.gap_s:
            self._lay_out(now)
        self._seen = now
        waiting = [(turn.at, pair, turn) for pair, turn in self._turns.items() if not turn.running and turn.at <= now]
        started = []
        for _, pair, turn in sorted(waiting, key=lambda one: (one[0], one[1].visited, one[1].home)):
            if self._running.total() >= self._pace.overall:
                break
            if self._running[pair.agent] < self._room(pair.agent):
                self._running[pair.agent] += 1
                turn.running = True
                started.append(self._probe(pair, turn))
        return tuple(started)

    def ended(self, probe: Probe, *, passed: bool | None, reached: bool, now: float) -> None:
        """Take how a probe ended: `passed` is None when it taught nothing, `reached` whether its agent was there."""
        pair, turn = probe.pair, self._turns[probe.pair]
        self._running[pair.agent] -= 1
        turn.running = False
        (self._gone.discard if reached else self._gone.add)(pair.agent)
        if passed is False and turn.tries < self._pace.retries:
            turn.tries += 1
            turn.at = now + self._pace.retry_s
        else:
            turn.tries, turn.number = 0, turn.number + 1
            turn.at = self._slot(pair, now)

    def wait_s(self, now: float) -> float:
        """Return when to look again, should nothing end before: at the next probe, and twice in a gap."""
        waiting = (turn.at - now for turn in self._turns.values() if not turn.running and turn.at > now)
        return min((self._pace.gap_s / 2, *waiting))

    def _room(self, agent: str) -> int:
        return 1 if agent in self._gone else self._pace.per_agent

    def _lay_out(self, now: float) -> None:
        """Bring every pair that is overdue, or too far away, to its next moment."""
        for pair, turn in self._turns.items():
            if not now < turn.at <= now + self._pace.interval_s:
                turn.at = self._slot(pair, now)

    def _slot(self, pair: Pair, now: float) -> float:
        """Return the pair's next moment."""
        interval = self._pace.interval_s
        offset = _offset(pair) / _OFFSETS
        slot = (math.floor(now / interval - offset) + 1 + offset) * interval
        return slot if slot > now else slot + interval

    def _probe(self, pair: Pair, turn: _Turn) -> Probe:
        every = self._pace.reject_every
        reject = bool(pair.reject) and turn.number % every == every - 1
        regular = turn.number - turn.number // every if pair.reject else turn.number
        method = pair.reject if reject else pair.methods[regular % len(pair.methods)]
        first = regular // len(pair.methods) + turn.tries
        return Probe(pair, method, _from(pair.proxies, first), reject, turn.tries)


def _from(proxies: tuple[str, ...], first: int) -> tuple[str, ...]:
    at = first % len(proxies) if proxies else 0
    return proxies[at:] + proxies[:at]


def _ways(pair: Pair) -> int:
    return len(pair.methods) * max(1, len(pair.proxies))


def _offset(pair: Pair) -> int:
    """Return the pair's place in the interval, out of _OFFSETS: the same everywhere and always."""
    return int.from_bytes(hashlib.sha256(f"{pair.visited} {pair.home}".encode()).digest()[:4], "big")
