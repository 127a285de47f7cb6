"""Hold back what a node sends, for the same time each packet. Python 3 and nothing else: it runs on the node.

Many kernels come without the queueing discipline `netem`; packets that iptables hands to user space (NFQUEUE) are
here in nearly all of them. The queue is made before this returns, and served by a process in the background.

Sources: linux/netfilter/nfnetlink.h, linux/netfilter/nfnetlink_queue.h and linux/netlink.h of the kernel's own headers.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import sys
import time
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

QUEUE: Final = 7
PID_FILE: Final = "/run/lab-delay.pid"

_NETLINK_NETFILTER: Final = 12
_SUBSYSTEM: Final = 3 << 8
_PACKET, _VERDICT, _CONFIG = (_SUBSYSTEM | number for number in range(3))
_ERROR: Final = 2
_REQUEST, _ACK = 1, 4
_HEADER: Final = struct.Struct("=IHHII")  # length, type, flags, sequence, port
_GENERAL: Final = struct.Struct(">BBH")  # family, version, number of the queue
_ATTRIBUTE: Final = struct.Struct("=HH")  # length, type
# Attributes of a configuration and of a packet.
_COMMAND, _COPY, _LONGEST = 1, 2, 3
_PACKET_HEADER, _VERDICT_HEADER = 1, 2
_BIND, _COPY_NOTHING, _ACCEPT = 1, 1, 1
_ROOM: Final = 65_536
_PACKETS: Final = 20_000
"""Longest queue: what comes beyond it is lost, as on any link that is too slow."""


def message(kind: int, body: bytes, flags: int = _REQUEST, queue: int = QUEUE) -> bytes:
    """Return a message to a queue of the kernel."""
    rest = _GENERAL.pack(socket.AF_UNSPEC, 0, queue) + body
    return _HEADER.pack(_HEADER.size + len(rest), kind, flags, 0, 0) + rest


def attribute(kind: int, value: bytes) -> bytes:
    """Return an attribute, filled up to four octets."""
    size = _ATTRIBUTE.size + len(value)
    return _ATTRIBUTE.pack(size, kind) + value + b"\0" * (-size % 4)


def accept(packet: int) -> bytes:
    """Return the verdict that sends a packet on."""
    return message(_VERDICT, attribute(_VERDICT_HEADER, struct.pack(">II", _ACCEPT, packet)))


def packets(datagram: bytes) -> Iterator[int]:
    """Yield the numbers of the packets that the kernel announces; raises `OSError` when it refuses something."""
    at = 0
    while at + _HEADER.size <= len(datagram):
        size, kind, *_ = _HEADER.unpack_from(datagram, at)
        body = datagram[at + _HEADER.size : at + size]
        if kind == _ERROR:
            _refuse(struct.unpack_from("=i", body)[0])
        if kind == _PACKET:
            yield from _numbers(body[_GENERAL.size :])
        at += max(_HEADER.size, -(-size // 4) * 4)


def _refuse(number: int) -> None:
    """Raise what the kernel answers; 0 is that it did as it was told."""
    if number:
        raise OSError(-number, os.strerror(-number))


def _numbers(attributes: bytes) -> Iterator[int]:
    at = 0
    while at + _ATTRIBUTE.size <= len(attributes):
        size, kind = _ATTRIBUTE.unpack_from(attributes, at)
        if kind == _PACKET_HEADER:
            yield struct.unpack_from(">I", attributes, at + _ATTRIBUTE.size)[0]
        at += max(_ATTRIBUTE.size, -(-size // 4) * 4)


def open_queue() -> socket.socket:
    """Make the queue. Raises `OSError`, when it is somebody else's or the kernel knows none."""
    link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_NETFILTER)
    link.bind((0, 0))
    for body in (
        attribute(_COMMAND, struct.pack(">BBH", _BIND, 0, 0)),
        attribute(_COPY, struct.pack(">IB", 0, _COPY_NOTHING)),
        attribute(_LONGEST, struct.pack(">I", _PACKETS)),
    ):
        link.send(message(_CONFIG, body, _REQUEST | _ACK))
        list(packets(link.recv(_ROOM)))
    return link


def serve(link: socket.socket, seconds: float) -> None:
    """Send every packet on after its time, for ever."""
    waiting: deque[tuple[float, int]] = deque()
    while True:
        rest = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        if select.select([link], [], [], rest)[0]:
            due = time.monotonic() + seconds
            waiting.extend((due, packet) for packet in packets(link.recv(_ROOM)))
        while waiting and waiting[0][0] <= time.monotonic():
            link.send(accept(waiting.popleft()[1]))


def main() -> int:
    """Make the queue, leave a process behind that serves it, and return."""
    link = open_queue()
    if process := os.fork():
        with open(PID_FILE, "w", encoding="ascii") as file:  # noqa: PTH123  nothing more to import on a node
            file.write(f"{process}\n")
        return 0
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nothing, number)
    serve(link, float(sys.argv[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
