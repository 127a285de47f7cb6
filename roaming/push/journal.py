"""What was done, in lines that nobody can change unnoticed: JSON, appended, brought to disk, chained by sha256.

Every line holds the hash of the one before; `journal.head` holds that of the last, so that a shortened journal is
noticed too. No content of a file is ever written here, only keyed fingerprints.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from roaming.errors import PushError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_FIRST = "0" * 64


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


@dataclass(frozen=True, slots=True)
class JournalFile:
    """`journal.jsonl` in the state directory, 0600. `now` is the clock."""

    directory: Path
    run: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def note(self, event: str, **details: object) -> None:
        """Append one line; raises PushError when it cannot be brought to disk: what is not written is not done."""
        try:
            with _locked(self.directory) as descriptor:
                self._append(descriptor, event, details)
        except OSError as error:
            message = f"the journal cannot be written: {error.strerror}"
            raise PushError(message) from None

    def _append(self, descriptor: int, event: str, details: Mapping[str, object]) -> None:
        previous, torn = _last(os.pread(descriptor, os.fstat(descriptor).st_size, 0))
        if torn:
            os.write(descriptor, b"\n")
            details = {**details, "after_torn_line": True}
        line = {"time": f"{self.now():%Y-%m-%dT%H:%M:%S.%fZ}", "run": self.run, "event": event, **details}
        line["previous"] = previous
        line["hash"] = _hash(line)
        os.write(descriptor, (json.dumps(line, ensure_ascii=False) + "\n").encode())
        os.fsync(descriptor)
        _write_head(self.directory / "journal.head", str(line["hash"]))


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
        if line.get("hash") != _hash(line):
            faults.append(f"line {number} has been changed")
        if line.get("previous") != previous:
            faults.append(f"line {number} does not follow the one before it: lines were changed, removed or added")
        previous = str(line.get("hash"))
    head = directory / "journal.head"
    expected = head.read_text().strip() if head.exists() else _FIRST
    if not faults and expected not in {previous, _before(lines)}:
        faults.append("lines are missing at the end")
    return tuple(faults)


def _before(lines: list[str]) -> str | None:
    """Return the hash that the head holds when the machine died between a line and the head."""
    last = _parse(lines[-1]) if lines else None
    return None if last is None else str(last.get("previous"))


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


def _last(octets: bytes) -> tuple[str, bool]:
    """Return the hash of the last whole line, and whether a torn one follows it."""
    torn = bool(octets) and not octets.endswith(b"\n")
    for text in reversed(octets.decode(errors="replace").splitlines()):
        line = _parse(text)
        if line is not None:
            return str(line.get("hash")), torn
    return _FIRST, torn


def _write_head(path: Path, text: str) -> None:
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{text}\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


@contextmanager
def _locked(directory: Path) -> Iterator[int]:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(directory / "journal.jsonl", os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)
