"""A file that tells what scapy's readers do not: where they stand, and that something fell short.

pcapng is read through it; pcap, whose records say where they end, past it from `file` itself, which is faster.
"""

from __future__ import annotations

import gzip
import zlib
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

Packet = tuple[int, int, bytes]
"""What a sensor took up: nanoseconds of the epoch, link type, octets. Plain, as there are 100,000 a second."""

LARGEST_PIECE: Final = 1 << 24
"""Octets of the longest piece that is read at once: what claims to be longer is damage."""
_GZIP: Final = b"\x1f\x8b"


class Stream:
    """A capture being read, inflated where it is gzipped. `live`: it may have nothing by now, and go on."""

    live = False

    def __init__(self, raw: IO[bytes]) -> None:
        magic = raw.read(2)
        raw.seek(0)
        self.file: IO[bytes] = gzip.GzipFile(fileobj=raw) if magic == _GZIP else raw  # type: ignore[assignment]
        self.offset = 0
        self.short = False

    def look(self) -> bytes:
        """Return the first four octets without going on; only before anything else is read."""
        octets = self.file.read(4)
        self.file.seek(0)
        return octets

    def read(self, size: int) -> bytes:
        """Return so many octets, or fewer at the end; what cannot be read, or is gigantic, is an early end."""
        if size > LARGEST_PIECE:
            self.short = True
            return b""
        try:
            octets = self.file.read(size)
        except (EOFError, OSError, zlib.error):
            self.short = True
            return b""
        found = len(octets)
        self.offset += found
        if found != size and found:
            self.short = True
        return octets

    def silence(self) -> Iterable[Packet]:
        """Return nothing: all of a file is there."""
        return ()

    def ends_at(self, offset: int) -> bool:
        """Whether the file that was read past this stream has its end there."""
        try:
            return self.file.tell() == offset and not self.file.read(1)
        except (EOFError, OSError, zlib.error):
            return False

    def close(self) -> None:
        """Do nothing: who opened the file closes it."""
