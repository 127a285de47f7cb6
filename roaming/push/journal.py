"""What was done, in lines that nobody can change unnoticed: JSON, appended, brought to disk, chained by sha256.

Every line holds the hash of the one before; `journal.head` holds that of the last, so that a shortened journal is
noticed too. No content of a file is ever written here, only keyed fingerprints.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from roaming.errors import PushError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_FIRST = "0" * 64
_TAIL = 1 << 16


class Journal(Protocol):
    """Takes down what is about to be done and what was."""

    def note(self, event: str, **details: object) -> None:
        """Append one line and return when it is on disk."""
        ...


@dataclass
class MemoryJournal:
    """A journal that forgets, for tests."""

    lines: list[tuple[str, dict[str, object]]]

    def note(self, event: str, **details: object) -> None:
        """Remember the line."""
        self.lines.append((event, details))


@dataclass(slots=True)
class _Entry:
    """A line on its way to the disk."""

    event: str
    details: Mapping[str, object]
    written: bool = False
    fault: str | None = None


@dataclass(slots=True)
class JournalFile:
    """`journal.jsonl` in the state directory, 0600. `now` is the clock.

    Many devices' threads note at once: whoever comes first brings the lines of all who wait to disk together.
    """

    directory: Path
    run: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _waiting: list[_Entry] = field(default_factory=list, repr=False)
    _queue: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _writer: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def note(self, event: str, **details: object) -> None:
        """Append one line; raises PushError when it cannot be brought to disk: what is not written is not done."""
        entry = _Entry(event, details)
        with self._queue:
            self._waiting.append(entry)
        with self._writer:
            if not entry.written:
                self._write_waiting()
        if entry.fault is not None:
            message = f"the journal cannot be written: {entry.fault}"
            raise PushError(message)

    def _write_waiting(self) -> None:
        with self._queue:
            batch, self._waiting = self._waiting, []
        fault = None
        try:
            with _locked(self.directory) as descriptor:
                self._append(descriptor, batch)
        except OSError as error:
            fault = error.strerror or "it does not say why"
        for entry in batch:
            entry.written, entry.fault = True, fault

    def _append(self, descriptor: int, batch: list[_Entry]) -> None:
        size = os.fstat(descriptor).st_size
        if not size:
            _write_head(self.directory / "journal.head", _FIRST)
        previous, torn = _last(descriptor, size)
        missing = not _holds_head(descriptor, size, self.directory / "journal.head")
        lines = ["\n"] if torn else []
        for entry in batch:
            details = dict(entry.details)
            if torn:
                details["after_torn_line"] = True
            if missing:
                details["after_missing_lines"] = True
            line = {"time": f"{self.now():%Y-%m-%dT%H:%M:%S.%fZ}", "run": self.run, "event": entry.event, **details}
            line["previous"] = previous
            line["hash"] = previous = _hash(line)
            lines.append(json.dumps(line, ensure_ascii=False) + "\n")
            torn = missing = False
        try:
            _write_all(descriptor, "".join(lines).encode())
        except OSError:
            # A part of a line on a full disk would be taken for a line that was cut by a power failure.
            os.ftruncate(descriptor, size)
            raise
        os.fsync(descriptor)
        _write_head(self.directory / "journal.head", previous)


def _holds_head(descriptor: int, size: int, head: Path) -> bool:
    """Tell whether the line of the head is still there: a journal that was shortened does not hold it."""
    expected = head.read_bytes().strip() if head.exists() else b""
    return expected == _FIRST.encode() or expected in os.pread(descriptor, size, 0)


def _write_all(descriptor: int, octets: bytes) -> None:
    while octets:
        octets = octets[os.write(descriptor, octets) :]


def read(directory: Path) -> tuple[dict[str, object], ...]:
    """Return the journal's lines, those that can be read; none when there is no journal."""
    return tuple(line for line in map(_parse, _text(directory).splitlines()) if line is not None)


def verify(directory: Path) -> tuple[str, ...]:
    """Return what is wrong with the chain, in words; nothing when it is whole."""
    faults: list[str] = []
    previous = _FIRST
    lines = _text(directory).splitlines()
    for number, text in enumerate(lines, start=1):
        line = _parse(text)
        if line is None:
            after = _parse(lines[number]) if number < len(lines) else None
            if after is None or not after.get("after_torn_line"):
                faults.append(f"line {number} is torn")
            continue
        faults += _line_faults(number, line, previous)
        previous = str(line.get("hash"))
    head = directory / "journal.head"
    if lines and not head.exists():
        faults.append("journal.head is missing")
    expected = head.read_text().strip() if head.exists() else _FIRST
    # The head may lag behind: the machine died between the lines and it.
    if not faults and expected not in {_FIRST, *_hashes(lines)}:
        faults.append("lines are missing at the end")
    return tuple(faults)


def _line_faults(number: int, line: Mapping[str, object], previous: str) -> Iterator[str]:
    if line.get("hash") != _hash(line):
        yield f"line {number} has been changed"
    if line.get("after_missing_lines"):
        yield f"lines before line {number} are missing"
    if line.get("previous") != previous:
        yield f"line {number} does not follow the one before it: lines were changed, removed or added"


def _hashes(lines: list[str]) -> Iterator[str]:
    return (str(line.get("hash")) for line in map(_parse, lines) if line is not None)


def _text(directory: Path) -> str:
    path = directory / "journal.jsonl"
    try:
        return path.read_text(errors="replace") if path.exists() else ""
    except OSError as error:
        message = f"the journal cannot be read: {error.strerror}"
        raise PushError(message) from None


def _parse(text: str) -> dict[str, object] | None:
    try:
        line = json.loads(text)
    except ValueError:
        return None
    return line if isinstance(line, dict) else None


def _hash(line: Mapping[str, object]) -> str:
    rest = {name: value for name, value in line.items() if name != "hash"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _last(descriptor: int, size: int) -> tuple[str, bool]:
    """Return the hash of the last whole line, and whether a torn one follows it; only the end of the file is read."""
    reach = min(size, _TAIL)
    while True:
        octets = os.pread(descriptor, reach, size - reach)
        torn = bool(octets) and not octets.endswith(b"\n")
        for text in reversed(octets.decode(errors="replace").splitlines()):
            line = _parse(text)
            if line is not None:
                return str(line.get("hash")), torn
        if reach == size:
            return _FIRST, torn
        reach = min(size, 2 * reach)


def _write_head(path: Path, text: str) -> None:
    """Write in place, and leave it to the system when that reaches the disk: a head that lags is no fault."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.pwrite(descriptor, f"{text}\n".encode(), 0)
    finally:
        os.close(descriptor)


@contextmanager
def _locked(directory: Path) -> Iterator[int]:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(directory / "journal.jsonl", os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)
