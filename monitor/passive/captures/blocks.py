"""scapy's raw reader of pcapng, that also says where the last block began, and begins each section anew.

By a module of its own because it imports scapy, which is only read in when there is a capture to read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scapy.utils import RawPcapNgReader

if TYPE_CHECKING:
    from monitor.passive.captures.stream import Stream


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
