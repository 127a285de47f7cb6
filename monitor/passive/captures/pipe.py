"""A capture that comes as it happens: what dumpcap or tcpdump writes, or standard input."""

from __future__ import annotations

import os
import select
from typing import TYPE_CHECKING, Final

from monitor.passive.captures.stream import LARGEST_PIECE, Packet, Stream

if TYPE_CHECKING:
    from collections.abc import Iterator

SILENT: Final = -1
"""Stands in place of a link type where nothing more has come by now."""
_SILENCE: Final[Packet] = (0, SILENT, b"")
_PIECE: Final = 1 << 18
_PATIENCE_S: Final = 0.2


class Pipe(Stream):
    """A stream that can say that nothing is there, so that nobody waits for it alone; `stop` ends it."""

    live = True

    def __init__(self, descriptor: int) -> None:
        self.file = self  # type: ignore[assignment]  # of the whole interface of files scapy uses `read` and `close`
        self.offset = 0
        self.short = False
        self._descriptor = descriptor
        self._octets = b""
        self._at = 0
        self._ended = False
        self._stopped = False

    def stop(self) -> None:
        """End the stream with what has come; from a signal handler or another thread."""
        self._stopped = True

    def look(self) -> bytes:
        """Wait for the first four octets, and return them without going on."""
        self._wait_for(4)
        return self._octets[:4]

    def read(self, size: int) -> bytes:
        """Wait for so many octets; there are fewer at the end, and none of what is gigantic."""
        if size > LARGEST_PIECE:
            self.short = True
            return b""
        self._wait_for(size)
        octets = self._octets[self._at : self._at + size]
        self._at += len(octets)
        self.offset += len(octets)
        self.short = self.short or 0 < len(octets) < size
        return octets

    def silence(self) -> Iterator[Packet]:
        """Yield a packet that is none for as long as nothing is there."""
        while self._at == len(self._octets) and not self._ended:
            if self._ready(0):
                self._more()
            else:
                yield _SILENCE

    def ends_at(self, offset: int) -> bool:
        """Whether the stream ended there."""
        return self.offset == offset and self._at == len(self._octets)

    def _wait_for(self, size: int) -> None:
        while len(self._octets) - self._at < size and not self._ended:
            if self._ready(_PATIENCE_S):
                self._more()

    def _ready(self, patience_s: float) -> bool:
        if self._stopped:
            self._ended = True
        return self._ended or bool(select.select([self._descriptor], [], [], patience_s)[0])

    def _more(self) -> None:
        piece = b"" if self._ended else os.read(self._descriptor, _PIECE)
        self._ended = not piece
        self._octets, self._at = self._octets[self._at :] + piece, 0
