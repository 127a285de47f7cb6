"""scapy's raw reader of pcapng, that also says where the last block began, and does what scapy's leaves out.

By a module of its own because it imports scapy, which is only read in when there is a capture to read.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final

from scapy.utils import RawPcapNgReader

if TYPE_CHECKING:
    from monitor.passive.captures.stream import Stream

_TIME_OFFSET: Final = 14
"""The option if_tsoffset: seconds to be added to an interface's times (draft-ietf-opsawg-pcapng §4.2)."""
_PACKET_HEADER: Final = 20


class BlockReader(RawPcapNgReader):
    """Reads blocks; `began` is the offset of the last one that was begun."""

    f: Stream  # type: ignore[assignment]  # of the whole interface of files scapy uses `read` and `close`
    began = 0

    def _read_block(self, size: int = 0xFFFF) -> Any:  # noqa: ANN401  scapy's own type is a namedtuple made by hand
        self.began = self.f.offset
        return super()._read_block(size)

    def _read_block_shb(self) -> None:
        # A section has interfaces of its own: files that were put behind each other would be read by the first one's.
        self.interfaces = []
        super()._read_block_shb()

    def _read_block_idb(self, block: bytes, size: int) -> None:
        super()._read_block_idb(block, size)
        offset = self._read_options(block[8:]).get(_TIME_OFFSET)
        if isinstance(offset, bytes) and len(offset) == 8:  # noqa: PLR2004  a 64-bit number
            self.interfaces[-1][2]["tsoffset"] = struct.unpack(f"{self.endian}q", offset)[0]

    def _read_block_epb(self, block: bytes, size: int) -> Any:  # noqa: ANN401  as above
        number, high, low, length = struct.unpack(f"{self.endian}4I", block[:16])
        if length > len(block) - _PACKET_HEADER:
            message = "the packet is longer than its block"
            raise EOFError(message)
        octets, about = super()._read_block_epb(block, size)  # type: ignore[misc]  # its type says None too
        if offset := self.interfaces[number][2].get("tsoffset"):
            ticks = max(0, (high << 32 | low) + offset * about.tsresol)
            about = about._replace(tshigh=ticks >> 32, tslow=ticks & 0xFFFFFFFF)
        return octets, about
