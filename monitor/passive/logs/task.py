"""Read the logs again and again."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from monitor.errors import SettingError
from monitor.passive.logs.freeradius import HOME, VISITS, ServerLog
from monitor.passive.logs.hostapd import HostapdLog
from monitor.passive.logs.line import Outcome
from monitor.passive.logs.radsecproxy import FTicksLog
from monitor.sample import Authentication, Collector, Failure, Increment, failed, family

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from monitor.passive.logs.follower import Follower
    from monitor.passive.logs.line import LineReader
    from monitor.passive.logs.names import Names
    from monitor.passive.logs.position_file import PositionFile
    from monitor.sample import Sink


class LogKind(StrEnum):
    """The logs that are understood: the label of `roaming_log_lines_total`."""

    VISITS = "visits"
    HOME = "home"
    F_TICKS = "f-ticks"
    HOSTAPD = "hostapd"


_VANTAGES: Final = {
    LogKind.VISITS: "RADIUS servers",
    LogKind.HOME: "RADIUS servers",
    LogKind.F_TICKS: "hubs",
    LogKind.HOSTAPD: "access points",
}


def refuse_mixture(kinds: Iterable[LogKind]) -> None:
    """Raise `SettingError` for logs that tell of the same authentications, each of which would be counted twice."""
    vantages = sorted({_VANTAGES[kind] for kind in kinds})
    if len(vantages) > 1:
        message = f"the logs of {' and of '.join(vantages)} tell of the same authentications: read one sort of them"
        raise SettingError(message)


def reader(kind: LogKind, names: Names, owner: str, clock: Callable[[], float] = time.time) -> LineReader:
    """Return what reads the lines of a log of a borough."""
    match kind:
        case LogKind.VISITS:
            return ServerLog(VISITS, names, owner)
        case LogKind.HOME:
            return ServerLog(HOME, names, owner)
        case LogKind.F_TICKS:
            return FTicksLog(names)
        case LogKind.HOSTAPD:
            return HostapdLog(owner, clock)


@dataclass(slots=True)
class LogTask:
    """One log: where it is, what reads it, and where its position is kept."""

    kind: LogKind
    owner: str
    follower: Follower
    reader: LineReader
    kept: PositionFile | None = None
    every_s: float = 10
    _loaded: bool = field(default=False, init=False)

    @property
    def name(self) -> str:
        """Return what the runner calls it."""
        return f"logs:{self.kind}@{self.owner}"

    async def run(self, sink: Sink) -> None:
        """Read what has come since the last time."""
        await asyncio.to_thread(self._read, sink)

    def _read(self, sink: Sink) -> None:
        self._load(sink)
        before = self.follower.position
        outcomes: Counter[Outcome] = Counter()
        try:
            for line in self.follower.lines():
                outcomes[self._take(line, sink)] += 1
        except OSError:
            _count(sink, Failure.UNREACHABLE)
        for outcome, number in outcomes.items():
            sink.count(Increment(family("roaming_log_lines_total"), (self.kind.value, outcome.value), number))
        if self.follower.position != before:
            self._save(sink)

    def _take(self, line: bytes | None, sink: Sink) -> Outcome:
        if line is None:
            return Outcome.MALFORMED
        told = self.reader.read(line.decode("utf-8", "replace"))
        if not isinstance(told, Authentication):
            return told
        sink.authentication(told)
        return Outcome.USED

    def _load(self, sink: Sink) -> None:
        """Go on where the former process stopped; what cannot be read is as if it were not there."""
        if self._loaded or self.kept is None:
            return
        self._loaded = True
        try:
            self.follower.position = self.kept.load()
        except OSError:
            _count(sink, Failure.STORAGE)
        except ValueError:
            _count(sink, Failure.MALFORMED)

    def _save(self, sink: Sink) -> None:
        if self.kept is None or self.follower.position is None:
            return
        try:
            self.kept.save(self.follower.position)
        except OSError:
            _count(sink, Failure.STORAGE)


def _count(sink: Sink, failure: Failure) -> None:
    sink.count(failed(Collector.LOGS, failure))
