"""Listens for traps and informs. What does not come from an address of the inventory is not even parsed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

from monitor.errors import ListenError
from monitor.passive.trap_engine import Taken, TrapEngine
from monitor.passive.traps import Received, Trap, shipped_traps
from monitor.sample import FOR_EVER, Collector, Failure, Increment, failed, family

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from monitor.passive.traps import TrapSource
    from monitor.sample import Clock, Sink
    from monitor.target import SnmpCommunity, SnmpUser

_TRAPS: Final = family("roaming_traps_total")
# Refused messages after which an engine is made anew: it remembers every engine that claimed to speak to it.
_REFUSALS: Final = 1_000
_LARGEST: Final = 8_192


def _nothing(_: Received) -> None:
    """Tell nobody."""


@dataclass(slots=True)
class TrapTask:
    """Listens for ever on `host` and `port`. `told` hears of each trap; a sink counts all of them."""

    sources: tuple[TrapSource, ...]
    clock: Clock
    host: str = "0.0.0.0"  # noqa: S104  devices send from everywhere
    port: int = 162
    told: Callable[[Received], None] = _nothing
    table: Mapping[str, Trap] = field(default_factory=shipped_traps)
    name: str = Collector.TRAPS
    every_s: float = FOR_EVER
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    _engines: dict[tuple[str, SnmpUser | SnmpCommunity], TrapEngine] = field(default_factory=dict, repr=False)

    async def run(self, sink: Sink) -> None:
        """Listen until cancelled. Raises `ListenError` when the port cannot be had."""
        loop = asyncio.get_running_loop()
        try:
            transport, _ = await loop.create_datagram_endpoint(
                lambda: _Protocol(self, sink), local_addr=(self.host, self.port)
            )
        except OSError as error:
            message = f"traps: {self.host}:{self.port} cannot be listened on: {error.strerror}"
            raise ListenError(message) from error
        self.port = transport.get_extra_info("sockname")[1]
        self.ready.set()
        try:
            await asyncio.Event().wait()
        finally:
            transport.close()

    def take(self, datagram: bytes, sender: tuple[str, int], sink: Sink) -> tuple[bytes, ...]:
        """Count a datagram for what it is, and return what is sent back."""
        sources = [one for one in self.sources if one.address == sender[0]]
        if not sources:
            return _count(sink, Failure.UNKNOWN_DEVICE)
        if len(datagram) > _LARGEST:
            return _count(sink, Failure.TOO_LARGE)
        taken = Taken()
        # Boroughs may use the same private addresses: the one whose credentials fit is the sender.
        for source in sources:
            taken = self._engine(source).take(datagram, sender, self.clock.wall())
            if taken.oid:
                self._received(source, taken.oid, sink)
                return taken.answers
        if taken.failure:
            _count(sink, taken.failure)
        return taken.answers

    def _received(self, source: TrapSource, oid: str, sink: Sink) -> None:
        trap = self.table.get(oid, Trap.OTHER)
        sink.count(Increment(_TRAPS, (source.name, source.owner, trap)))
        self.told(Received(source.name, source.owner, trap))

    def _engine(self, source: TrapSource) -> TrapEngine:
        """Return the engine of a source's credentials, made when they first speak."""
        key = (source.owner, source.credentials)
        engine = self._engines.get(key)
        if engine is None or engine.refused >= _REFUSALS:
            engine = self._engines[key] = TrapEngine(source.owner, source.credentials, self.clock.wall())
        return engine


def _count(sink: Sink, reason: Failure) -> tuple[bytes, ...]:
    sink.count(failed(Collector.TRAPS, reason))
    return ()


class _Protocol(asyncio.DatagramProtocol):
    """The socket."""

    def __init__(self, task: TrapTask, sink: Sink) -> None:
        self._task, self._sink = task, sink
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the socket, which asyncio declares to be any transport."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Take a datagram, and answer what has to be answered."""
        for answer in self._task.take(data, (addr[0], addr[1]), self._sink):
            if self._transport is not None:
                self._transport.sendto(answer, addr)
