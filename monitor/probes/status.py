"""Status-Server (RFC 5997) from a borough's agent to each of the borough's RADIUS servers.

A server is 0 only after several tries in a row without a valid answer. While its agent cannot ask, nothing is said of
it: what was known last goes by itself when it is too old. A hub takes Status-Server from its TLS peers alone, so hubs
are watched by their RadSec endpoints (`monitor.probes.radsec`).
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from monitor.probes.lasting import lasts_s
from monitor.probes.radclient import LONGEST_S, Reply, Request, ask_all
from monitor.sample import Batch, Collector, Failure, Sample, failed, family

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.probes.radclient import GetSecret, OpenShell
    from monitor.sample import Sink
    from monitor.target import RadiusTarget

_QUESTION: Final = (("Message-Authenticator", "0x00"),)


@dataclass(frozen=True, slots=True)
class StatusProbe:
    """The servers of one borough and the agent that asks them.

    `secret` returns what the agent shares with them; it may raise `LookupError`. `open_shell` may raise `OSError`.
    """

    owner: str
    servers: tuple[RadiusTarget, ...]
    open_shell: OpenShell
    secret: GetSecret = field(repr=False)
    every_s: float = 30
    clock: Callable[[], float] = time.time

    @property
    def name(self) -> str:
        """Return what the runner calls it."""
        return f"status:{self.owner}"

    async def run(self, sink: Sink) -> None:
        """Ask every server once and hand in what was learned."""
        for target, reply in await asyncio.to_thread(self._ask, self.servers):
            if reply.failure is not None:
                sink.count(failed(Collector.STATUS, reply.failure))
            for batch in self._batches(target, reply):
                sink.replace(batch)

    async def on_demand(self, server: str) -> tuple[Batch, ...]:
        """Ask one server by name; nothing is returned when nothing was learned, or when it is not of this borough."""
        chosen = tuple(target for target in self.servers if target.name == server)
        found = await asyncio.to_thread(self._ask, chosen)
        return tuple(batch for target, reply in found for batch in self._batches(target, reply))

    def _ask(self, servers: tuple[RadiusTarget, ...]) -> list[tuple[RadiusTarget, Reply]]:
        try:
            secret = self.secret()
        except LookupError:
            return [(target, Reply(None, failure=Failure.SECRET_MISSING)) for target in servers]
        requests = tuple(Request(target.address, secret, _QUESTION) for target in servers)
        return list(zip(servers, ask_all(self.open_shell, requests), strict=True))

    def _batches(self, target: RadiusTarget, reply: Reply) -> tuple[Batch, ...]:
        if reply.answered is None:
            return ()
        up = Sample(family("roaming_server_up"), (target.name, target.owner, target.role), float(reply.answered))
        labels = (target.name, target.owner)
        length = () if reply.seconds is None else (Sample(family("roaming_server_seconds"), labels, reply.seconds),)
        counts_s = lasts_s(self.every_s, len(self.servers) * LONGEST_S)
        return (Batch(f"status:{target.name}", self.clock(), counts_s, (up, *length)),)
