"""A simulated SNMP agent: a sorted table of encoded values that answers at once, and faults that can be set."""

from __future__ import annotations

import asyncio
import os
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, cast

from lab.devices.snmp.ber import (
    END_OF_VIEW,
    GET,
    GET_BULK,
    GET_NEXT,
    NO_SUCH_INSTANCE,
    BerError,
    Request,
    read_request,
    response,
    varbind,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lab.devices.snmp.ber import Oid

# What net-snmp and controllers keep an answer below, in octets, so that no datagram is cut into fragments.
MESSAGE_SIZE: Final = 1400
# The most that UDP over IPv4 carries: 65,535 octets less both headers.
LARGEST: Final = 65_507
# How many cells a looping table goes back, more than an answer holds.
_BACK: Final = 60


class Fault(StrEnum):
    """What the agent does in place of answering as it should. How late it answers is in its setup."""

    NONE = "none"
    SILENT = "silent"
    GARBAGE = "garbage"
    TRUNCATED = "truncated"
    LOOP = "loop"
    HUGE = "huge"


@dataclass(frozen=True, slots=True)
class Setup:
    """How the agent behaves. `delay_s` is how late its answers are."""

    community: str = "public"
    fault: Fault = Fault.NONE
    delay_s: float = 0.0


class Agent:
    """An agent without a network: datagrams in, datagrams out."""

    def __init__(self, cells: Mapping[Oid, bytes], setup: Setup | None = None) -> None:
        self.setup = setup or Setup()
        self.answered = 0
        self._keys = sorted(cells)
        self._bindings = [varbind(key, cells[key]) for key in self._keys]

    def set(self, key: Oid, value: bytes) -> None:
        """Change the value of a cell that there is; raises `KeyError` for another."""
        place = bisect_left(self._keys, key)
        if place == len(self._keys) or self._keys[place] != key:
            raise KeyError(key)
        self._bindings[place] = varbind(key, value)

    def use(self, fault: Fault, delay_s: float = 0.0) -> None:
        """Behave like that from now on."""
        self.setup = replace(self.setup, fault=fault, delay_s=delay_s)

    def answer(self, datagram: bytes) -> bytes | None:
        """Return the answer; None where an agent keeps silent: a wrong community, or no message at all."""
        try:
            request = read_request(datagram)
        except BerError:
            return None
        if request.community != self.setup.community.encode() or self.setup.fault is Fault.SILENT:
            return None
        self.answered += 1
        match self.setup.fault:
            case Fault.GARBAGE:
                return os.urandom(200)
            case Fault.HUGE:
                return response(request, varbind(request.oids[0], b"\x04\x83\x00\xff\x00" + bytes(0xFF00)))[:LARGEST]
            case Fault.TRUNCATED:
                whole = response(request, self._bind(request))
                return whole[: len(whole) // 2]
            case _:
                return response(request, self._bind(request))

    def _bind(self, request: Request) -> bytes:
        if request.kind == GET:
            return b"".join(self._exactly(key) for key in request.oids)
        if request.kind == GET_NEXT:
            return b"".join(self._after(key, 1)[0] for key in request.oids)
        if request.kind == GET_BULK:
            return b"".join(self._bulk(request))
        return b""

    def _exactly(self, key: Oid) -> bytes:
        place = bisect_left(self._keys, key)
        there = place < len(self._keys) and self._keys[place] == key
        return self._bindings[place] if there else varbind(key, NO_SUCH_INSTANCE)

    def _after(self, key: Oid, count: int) -> list[bytes]:
        place = bisect_right(self._keys, key)
        if self.setup.fault is Fault.LOOP and self.answered % 4 == 0:
            place = max(place - _BACK, 0)
        return self._bindings[place : place + count] or [varbind(key, END_OF_VIEW)]

    def _bulk(self, request: Request) -> Iterator[bytes]:
        """Yield what fits: non-repeaters, then the repetitions of one column after the other (RFC 3416 §4.2.3)."""
        room = MESSAGE_SIZE - 60
        singles, columns = request.oids[: request.first], request.oids[request.first :]
        rows = [self._after(key, 1) for key in singles]
        rows += [list(row) for row in zip(*(self._after(key, request.second) for key in columns), strict=False)]
        for binding in (binding for row in rows for binding in row):
            room -= len(binding)
            if room < 0:
                return
            yield binding


class AgentProtocol(asyncio.DatagramProtocol):
    """Serves an agent on a socket of asyncio."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the socket, which asyncio declares to be any transport."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer, at once or late."""
        answer = self.agent.answer(data)
        if answer is None or self._transport is None:
            return
        if self.agent.setup.delay_s:
            asyncio.get_running_loop().call_later(self.agent.setup.delay_s, self._send, answer, addr)
        else:
            self._send(answer, addr)

    def _send(self, answer: bytes, addr: tuple[str, int]) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(answer, addr)


async def serve(agent: Agent, host: str = "127.0.0.1", port: int = 0) -> tuple[asyncio.DatagramTransport, int]:
    """Listen; return the socket and the port that it has."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: AgentProtocol(agent), local_addr=(host, port))
    return transport, int(transport.get_extra_info("sockname")[1])
