"""The program that holds packets back: what it says to the kernel, and what it understands."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.faults import delay

ANNOUNCED = 0x0300
ERROR = 2


def _announcement(number: int) -> bytes:
    """Return what a kernel announces of a packet (nfnetlink_queue.h): its number, protocol, hook, and a mark."""
    header = delay.attribute(1, struct.pack(">IHB", number, 0x0800, 3))
    return delay.message(ANNOUNCED, header + delay.attribute(3, struct.pack(">I", 99)), 0)


def test_a_verdict_is_what_the_kernel_reads() -> None:
    assert delay.accept(0x01020304).hex() == "20000000010301000000000000000000000000070c0002000000000101020304"


def test_packets_of_one_datagram_keep_their_order() -> None:
    assert list(delay.packets(_announcement(7) + _announcement(8))) == [7, 8]


def test_a_confirmation_is_no_packet() -> None:
    assert list(delay.packets(delay.message(ERROR, b"")[:16] + struct.pack("=i", 0))) == []


def test_a_refusal_is_an_error() -> None:
    refused = struct.pack("=IHHII", 20, ERROR, 0, 0, 0) + struct.pack("=i", -1)
    with pytest.raises(PermissionError):
        list(delay.packets(refused))


@given(st.lists(st.integers(0, 2**32 - 1), max_size=5))
def test_every_packet_is_found(numbers: list[int]) -> None:
    assert list(delay.packets(b"".join(map(_announcement, numbers)))) == numbers
