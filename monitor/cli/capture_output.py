"""What `roam-monitor capture` prints.

Lines wait in temporary files: of each roam at most eight octets stay in memory, for the medians, and a capture that
turns out to be none prints nothing.
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
from array import array
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Final, Protocol, Self

from monitor.passive.captures import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from monitor.passive.captures import ClientNames, Conversation, Roam

_IN_MEMORY: Final = 1 << 20
_SECOND: Final = 1_000_000_000


class Output(Protocol):
    """Takes what is found, and prints it in the end."""

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Forget what waits."""
        ...

    def roam(self, one: Roam) -> None:
        """Take a roam."""
        ...

    def conversation(self, one: Conversation) -> None:
        """Take a RADIUS conversation."""
        ...

    def print(self, packets: int, notes: Sequence[str]) -> None:
        """Print everything, with how many packets were read and what was wrong."""
        ...


class _Waiting:
    """The two temporary files, which nobody else can open and which go with the process."""

    def __init__(self, names: ClientNames) -> None:
        self.names = names
        self._stack = ExitStack()
        self.roams = self._stack.enter_context(_file())
        self.radius = self._stack.enter_context(_file())
        self.kinds: Counter[str] = Counter()
        self.results: Counter[str] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def _file() -> SpooledTemporaryFile[str]:
    return SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8")


def _copy(waiting: SpooledTemporaryFile[str]) -> None:
    waiting.seek(0)
    shutil.copyfileobj(waiting, sys.stdout)


class Document(_Waiting):
    """One JSON document, a line for each thing found."""

    def roam(self, one: Roam) -> None:
        """Take a roam."""
        self.roams.write(",\n" if self.kinds else "\n")
        self.kinds[one.kind] += 1
        self.roams.write(json.dumps(roam_document(one, self.names.of(one.client, one.start))))

    def conversation(self, one: Conversation) -> None:
        """Take a RADIUS conversation."""
        self.radius.write(",\n" if self.results else "\n")
        self.results[one.result] += 1
        client = self.names.of(one.station, one.start) if one.station else None
        self.radius.write(json.dumps(conversation_document(one, client)))

    def print(self, packets: int, notes: Sequence[str]) -> None:
        """Print the document."""
        out = sys.stdout.write
        out('{"roams": [')
        _copy(self.roams)
        out('],\n"radius": [')
        _copy(self.radius)
        out(f'],\n"packets": {packets},\n"notes": {json.dumps(list(notes))}}}\n')


def roam_document(one: Roam, client: str) -> dict[str, object]:
    """Return what is told of a roam; what was not heard is null or not there."""
    return {
        "client": client,
        "from": None if one.previous is None else one.previous.hex(":"),
        "to": one.bssid.hex(":"),
        "kind": one.kind.value,
        "start": _seconds(one.start),
        "d1_ms": _ms(one.d1_ms),
        "d2_ms": _ms(one.d2_ms),
        "d4_ms": _ms(one.d4_ms),
        "phases": {name: _ms(ms) for name, ms in one.phases.items()},
        "ssid": one.ssid or None,
        "akm": one.akm or None,
        "why": one.why or None,
        "reassociation": one.again,
        "d1_acked": one.acked,
        "doubtful": one.doubtful,
        "inferred": one.inferred,
    }


def conversation_document(one: Conversation, client: str | None) -> dict[str, object]:
    """Return what is told of a RADIUS conversation; of the user name the realm alone."""
    return {
        "realm": one.realm or None,
        "result": one.result.value,
        "start": _seconds(one.start),
        "ms": _ms(one.ms),
        "exchanges": len(one.exchange_ms),
        "retransmissions": one.retransmissions,
        "hop": {"client": one.client, "server": one.server},
        "client": client,
        "exchange_ms": [_ms(ms) for ms in one.exchange_ms],
        "whole": one.whole,
    }


def _seconds(ns: int) -> float:
    return round(ns / _SECOND, 6)


def _ms(ms: float | None) -> float | None:
    return None if ms is None else round(ms, 3)


_ROAMS: Final = "{:<23}  {:<17}  {:<17}  {:<17}  {:<10}  {:>9}  {:>9}  {}"
_RADIUS: Final = "{:<23}  {:<39}  {:<24}  {:<10}  {:>9}  {:>9}  {:>6}"


class Table(_Waiting):
    """Two tables for people, each with a summary. Times are UTC, lengths in ms."""

    def __init__(self, names: ClientNames) -> None:
        super().__init__(names)
        self._d2 = {kind: array("d") for kind in Kind}

    def roam(self, one: Roam) -> None:
        """Take a roam."""
        self.kinds[one.kind] += 1
        if one.d2_ms is not None:
            self._d2[one.kind].append(one.d2_ms)
        previous = "-" if one.previous is None else one.previous.hex(":")
        more = [f"{name.replace('_', '-')} {ms:.1f}" for name, ms in one.phases.items()]
        more += [one.why] * bool(one.why) + ["two stations with this address"] * one.doubtful
        more += ["FT request encrypted, known by its place"] * one.inferred
        client = self.names.of(one.client, one.start)
        times = (_shown(one.d1_ms), _shown(one.d2_ms), ", ".join(more))
        self.roams.write(_row(_ROAMS, _moment(one.start), client, previous, one.bssid.hex(":"), one.kind, *times))

    def conversation(self, one: Conversation) -> None:
        """Take a RADIUS conversation."""
        self.results[one.result] += 1
        hop, counts = f"{one.client} > {one.server}", (str(len(one.exchange_ms)), str(one.retransmissions))
        row = (_moment(one.start), hop, one.realm or "-", one.result, _shown(one.ms), *counts)
        self.radius.write(_row(_RADIUS, *row))

    def print(self, packets: int, _: Sequence[str]) -> None:
        """Print both tables, those that have a line; the notes stand on standard error."""
        out = sys.stdout.write
        if self.kinds:
            out(_row(_ROAMS, "start (UTC)", "client", "from", "to", "kind", "D1 ms", "D2 ms", "phases, ms"))
            _copy(self.roams)
            for kind in [one for one in Kind if self.kinds[one]]:
                out(f"{kind}: {self.kinds[kind]}{_spread(self._d2[kind])}\n")
            out("\n")
        if self.results:
            out(_row(_RADIUS, "start (UTC)", "hop", "realm", "result", "ms", "exchanges", "resent"))
            _copy(self.radius)
            out(", ".join(f"{result}: {count}" for result, count in self.results.most_common()) + "\n\n")
        out(f"{packets} packets, {self.kinds.total()} roams, {self.results.total()} RADIUS conversations\n")


def _row(form: str, *cells: str) -> str:
    return form.format(*cells).rstrip() + "\n"


def _moment(ns: int) -> str:
    """Return a time to the millisecond; what no calendar has is shown in seconds."""
    try:
        return datetime.fromtimestamp(ns / _SECOND, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    except (OverflowError, ValueError, OSError):
        return f"{ns / _SECOND:.3f}"


def _shown(ms: float | None) -> str:
    return "-" if ms is None else f"{ms:.1f}"


def _spread(times: array[float]) -> str:
    if not times:
        return ""
    return f", D2 median {statistics.median(times):.1f} ms, longest {max(times):.1f} ms"
