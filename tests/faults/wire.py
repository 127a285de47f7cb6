"""A wire to a device that can be cut: a TCP port of loopback in front of a device's own socket."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType


@dataclass(eq=False)
class Wire:
    """One device's wire. It is cut once, when `octets` have gone over it both ways, and stays dead for `dead_s`."""

    target: Path
    port: int = 0
    carried: int = 0
    cuts: int = 0
    _at: int | None = None
    _dead_s: float = 0
    _dead_until: float = 0
    _open: set[asyncio.StreamWriter] = field(default_factory=set, repr=False)

    def mend(self) -> None:
        """Carry everything, and count anew."""
        self._at, self._dead_until, self.carried = None, 0, 0

    def cut_after(self, octets: int, dead_s: float) -> None:
        """Break once, after so many octets from now on."""
        self._at, self._dead_s = self.carried + octets, dead_s

    async def serve(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        if time.monotonic() < self._dead_until:
            back.transport.abort()
            return
        try:
            far, on = await asyncio.open_unix_connection(self.target)
        except OSError:
            back.transport.abort()
            return
        self._open |= {on, back}
        await asyncio.gather(self._carry(near, on), self._carry(far, back))
        self._open -= {on, back}

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while octets := await source.read(4096):
                self.carried += len(octets)
                if self._at is not None and self.carried >= self._at:
                    self._break()
                    return
                sink.write(octets)
                await sink.drain()
        with contextlib.suppress(OSError):
            sink.close()

    def _break(self) -> None:
        self._at, self._dead_until, self.cuts = None, time.monotonic() + self._dead_s, self.cuts + 1
        for writer in self._open:
            writer.transport.abort()


class Wires:
    """Wires to several devices, carried by a thread. A context manager."""

    def __init__(self, targets: list[Path]) -> None:
        self.all = [Wire(target) for target in targets]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="wires", daemon=True)
        self._servers: list[asyncio.Server] = []

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    async def _start(self) -> None:
        for wire in self.all:
            server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
            wire.port = server.sockets[0].getsockname()[1]
            self._servers.append(server)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _stop(self) -> None:
        for server in self._servers:
            server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
