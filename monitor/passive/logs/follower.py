"""Follow a file that is written to, rotated, cut off and thrown away under us.

What has been read is remembered as a position: which file it was, how far, and a digest of the last octets before it.
The digest tells a file that was cut off and has grown again from the one that we know; the octets themselves, which
name people, are kept nowhere.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONGEST_LINE: Final = 1 << 16
_CHUNK: Final = 1 << 20
_MOST: Final = 64 * _CHUNK
"""Octets that one call reads at most: what is left waits for the next one."""
_MARKED: Final = 64


@dataclass(frozen=True, slots=True)
class Position:
    """How far a file has been read. `within` says that the rest of a line that does not count is still to come."""

    identity: str
    offset: int = 0
    mark: str = ""
    within: bool = False


@dataclass(slots=True)
class Follower:
    """Follows one file; where logrotate renames it, it finds the rest of the former one in `NAME.1`.

    Without a position a file that is there is followed from its end; one that comes later, from its beginning.
    """

    path: Path
    position: Position | None = None
    _awaited: bool = field(default=False, init=False)

    def lines(self) -> Iterator[bytes | None]:
        """Yield the whole lines that have come since, without their ends, and None for one that is too long.

        Raises `OSError`. A file that is not there has no lines.
        """
        try:
            file = self.path.open("rb")
        except FileNotFoundError:
            self._awaited = True
            return
        with file:
            identity = _identity(file)
            if self.position is None:
                self.position = Position(identity) if self._awaited else _end(file, identity)
            if self.position.identity != identity:
                yield from self._rest_of_former(self.position)
                self.position = Position(identity)
            elif not _known(file, self.position):
                self.position = Position(identity)
            yield from self._new(file, self.position)

    def _rest_of_former(self, position: Position) -> Iterator[bytes | None]:
        """Yield what was written between our last look and the rename, a last line without its end included."""
        try:
            former = self.path.with_name(f"{self.path.name}.1").open("rb")
        except FileNotFoundError:
            return
        with former:
            if _identity(former) != position.identity or not _known(former, position):
                return
            yield from self._new(former, position)
            position = self.position or position
            former.seek(position.offset)
            last = _text(former.read(LONGEST_LINE))
            if last and not position.within:
                yield last

    def _new(self, file: IO[bytes], position: Position) -> Iterator[bytes | None]:
        """Yield the whole lines behind a position, and move it; a line without its end is left for the next time."""
        limit = position.offset + _MOST
        while position.offset < limit:
            file.seek(position.offset)
            octets = file.read(_CHUNK)
            whole, end, _ = octets.rpartition(b"\n")
            if end:
                yield from _lines(whole, within=position.within)
                position = _moved(file, position, len(whole) + 1, within=False)
            elif len(octets) > LONGEST_LINE:
                # Nothing but NULs is the hole that a writer leaves behind which does not notice that its file was cut.
                hole = not octets.strip(b"\0")
                if not hole and not position.within:
                    yield None
                position = _moved(file, position, len(octets), within=position.within or not hole)
            self.position = position
            if len(octets) < _CHUNK:
                return


def _lines(whole: bytes, *, within: bool) -> Iterator[bytes | None]:
    lines = whole.split(b"\n")
    for line in lines[1:] if within else lines:
        text = _text(line)
        yield text if len(text) <= LONGEST_LINE else None


def _text(line: bytes) -> bytes:
    return line.replace(b"\0", b"").rstrip(b"\r")


def _identity(file: IO[bytes]) -> str:
    about = os.fstat(file.fileno())
    return f"{about.st_dev}:{about.st_ino}"


def _end(file: IO[bytes], identity: str) -> Position:
    """Return the position at the end of a file, which may be the middle of a line."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 1))
    within = file.read(1) not in {b"", b"\n"}
    return Position(identity, size, _mark(file, size), within)


def _moved(file: IO[bytes], position: Position, by: int, *, within: bool) -> Position:
    offset = position.offset + by
    return Position(position.identity, offset, _mark(file, offset), within)


def _known(file: IO[bytes], position: Position) -> bool:
    """Whether a file still holds what was read of it."""
    return _mark(file, position.offset) == position.mark


def _mark(file: IO[bytes], offset: int) -> str:
    """Return the digest of the last octets before an offset; of none, nothing."""
    if not offset:
        return ""
    start = max(0, offset - _MARKED)
    file.seek(start)
    return hashlib.sha256(file.read(offset - start)).hexdigest()
