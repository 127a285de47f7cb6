"""Packets out of pcap and pcapng, from files, also gzipped, or as they come, by scapy's raw readers.

Those end silently where a file is cut or damaged. What the one for pcapng reads passes a `Stream`, and the lengths of
pcap's records are added up here, so that it can be told.
"""

from __future__ import annotations

import logging
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from monitor.errors import CaptureError
from monitor.passive.captures.stream import Packet, Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

LARGEST_PACKET: Final = 1 << 18
"""Octets of the longest packet that tcpdump and tshark write or believe (their maximal snapshot length)."""
_READ: Final = 0xFFFF
"""Octets of a packet that scapy hands over at most."""
_PCAPNG: Final = b"\x0a\x0d\x0d\x0a"
_PCAP: Final = (b"\xa1\xb2\xc3\xd4", b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x4d\x3c\xb2\xa1")
_PCAP_HEADER, _RECORD_HEADER = 24, 16
_SECOND: Final = 1_000_000_000

# It warns of every damage on standard error, in its own words; what is damaged is told by `Capture`.
logging.getLogger("scapy").setLevel(logging.CRITICAL)


@dataclass(slots=True)
class Capture:
    """One stream of packets. After `packets` has ended, `whole` says whether it was read to a proper end."""

    name: str
    open: Callable[[], AbstractContextManager[Stream]]
    whole: bool = True
    count: int = 0
    timeless: int = 0

    def packets(self) -> Iterator[Packet]:
        """Yield the packets in their order; what is cut or damaged ends early and is not `whole`.

        Raises `CaptureError` for what cannot be opened or is no capture.
        """
        try:
            with self.open() as stream:
                yield from stream.silence()
                yield from self._of(stream)
        except OSError as error:
            message = f"{self.name}: {error.strerror or 'it cannot be read'}"
            raise CaptureError(message) from error

    def _of(self, stream: Stream) -> Iterator[Packet]:
        try:
            magic = stream.look()
        except (EOFError, OSError, zlib.error) as error:
            message = f"{self.name}: the gzip file is damaged"
            raise CaptureError(message) from error
        if magic == _PCAPNG:
            return self._pcapng(stream)
        if magic in _PCAP:
            return self._pcap(stream)
        message = f"{self.name}: neither pcap nor pcapng"
        raise CaptureError(message)

    def _pcap(self, stream: Stream) -> Iterator[Packet]:
        from scapy.utils import RawPcapReader  # noqa: PLC0415  0.2 s that no other command should pay

        reader = self._begun(RawPcapReader, stream.file)
        unit = 1 if reader.nano else 1000
        link = reader.linktype & 0xFFFF
        at, live = _PCAP_HEADER, stream.live
        try:
            yield from stream.silence()
            for octets, (seconds, rest, _, length) in reader:
                if length > LARGEST_PACKET or len(octets) < length <= _READ:
                    self.whole = False
                    return
                self.count += 1
                at += _RECORD_HEADER + length
                yield seconds * _SECOND + rest * unit, link, octets
                if live:
                    yield from stream.silence()
        except Exception:  # noqa: BLE001  whatever scapy lets through
            self.whole = False
        self.whole = self.whole and stream.ends_at(at)

    def _pcapng(self, stream: Stream) -> Iterator[Packet]:
        from monitor.passive.captures.blocks import BlockReader  # noqa: PLC0415  as above

        reader = self._begun(BlockReader, stream)
        try:
            for octets, about in reader:
                self.count += 1
                if about.tshigh is None:
                    self.timeless += 1
                    continue
                ticks = about.tshigh << 32 | about.tslow
                yield ticks * _SECOND // about.tsresol, about.linktype, octets
                if stream.live:
                    yield from stream.silence()
        except Exception:  # noqa: BLE001  scapy lets its own errors and those of struct and zlib through
            self.whole = False
        self.whole = self.whole and not stream.short and stream.offset == reader.began

    def _begun(self, kind: Any, stream: Any) -> Any:  # noqa: ANN401  scapy makes readers by a metaclass
        try:
            return kind(stream)
        except Exception as error:
            message = f"{self.name}: its header is damaged"
            raise CaptureError(message) from error


def capture_file(path: Path) -> Capture:
    """Return the capture that a file holds."""
    return Capture(str(path), partial(_opened, path))


@contextmanager
def _opened(path: Path) -> Iterator[Stream]:
    with path.open("rb") as raw:
        yield Stream(raw)
