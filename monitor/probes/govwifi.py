"""GovWifi's answer to a registered source: what an access point of that location would get.

GovWifi answers registered source addresses only, so nobody but a machine behind one can ask. The inventory says where
the borough's agent is (`from_agent`); other locations are not watched. It is asked as an access point asks at the start
of every sign-in: an Access-Request with an EAP identity that is made up. Any answer whose authenticator is right shows
the path, the registration and the location's secret; a challenge is not gone on with and ends by itself at GovWifi.
Source: reference schemes, GovWifi (govwifi-frontend, radius/sites-enabled: the outer identity is not checked).
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from monitor.probes.lasting import lasts_s
from monitor.probes.radclient import AUTH, LONGEST_S, Reply, Request, ask_all
from monitor.sample import Batch, Collector, Failure, Sample, failed, family
from roaming.eap import calling_station

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.probes.radclient import GetSecret, OpenShell
    from monitor.sample import Sink

IDENTITY: Final = "roam-monitor"
_SSID: Final = "GovWifi"


@dataclass(frozen=True, slots=True)
class GovWifiProbe:
    """One registered location, and the agent behind its source address; before `effective_from` nobody is asked.

    `servers` are GovWifi's addresses in the order that it gave; the next one is asked when one is silent. Every
    question leaves a conversation open over there for a minute, so it is asked seldom.
    """

    location: str
    owner: str
    servers: tuple[str, ...]
    open_shell: OpenShell
    secret: GetSecret = field(repr=False)
    effective_from: date = date.min
    every_s: float = 300
    clock: Callable[[], float] = time.time
    port: int = 1812

    @property
    def name(self) -> str:
        """Return what the runner calls it."""
        return f"status:{self.owner}/{self.location}"

    async def run(self, sink: Sink) -> None:
        """Ask once and hand in what was learned."""
        if not self._effective:
            return
        reply = await asyncio.to_thread(self._ask)
        if reply.failure is not None:
            sink.count(failed(Collector.STATUS, reply.failure))
        for batch in self._batches(reply):
            sink.replace(batch)

    async def on_demand(self, location: str) -> tuple[Batch, ...]:
        """Ask about this location by name; nothing is returned for another one, or when nothing was learned."""
        if location != self.location or not self._effective:
            return ()
        return self._batches(await asyncio.to_thread(self._ask))

    @property
    def _effective(self) -> bool:
        return datetime.fromtimestamp(self.clock(), UTC).date() >= self.effective_from

    def _ask(self) -> Reply:
        try:
            secret = self.secret()
        except LookupError:
            return Reply(None, failure=Failure.SECRET_MISSING)
        replies: list[Reply] = []
        for server in self.servers:
            request = Request(server, secret, _attributes(), AUTH, self.port)
            replies += ask_all(self.open_shell, (request,))
            if replies[-1].answered:
                return replies[-1]
        return next((reply for reply in replies if reply.answered is None), replies[-1])

    def _batches(self, reply: Reply) -> tuple[Batch, ...]:
        if reply.answered is None:
            return ()
        sample = Sample(family("roaming_govwifi_up"), (self.location, self.owner), float(reply.answered))
        counts_s = lasts_s(self.every_s, len(self.servers) * LONGEST_S)
        return (Batch(f"govwifi:{self.owner}/{self.location}", self.clock(), counts_s, (sample,)),)


def _attributes() -> tuple[tuple[str, str], ...]:
    """Return an access point's first request, from a station that is recognisable as a probe's."""
    station = calling_station(IDENTITY).upper().replace(":", "-")
    return (
        ("User-Name", IDENTITY),
        ("EAP-Message", eap_identity(IDENTITY)),
        ("NAS-Identifier", IDENTITY),
        ("Calling-Station-Id", station),
        ("Called-Station-Id", f"{station}:{_SSID}"),
        ("Message-Authenticator", "0x00"),
    )


def eap_identity(identity: str) -> str:
    """Spell an EAP-Response/Identity (RFC 3748 §4.1, §5.1) as octets."""
    octets = identity.encode()
    return "0x" + (bytes([2, 0]) + (5 + len(octets)).to_bytes(2, "big") + bytes([1]) + octets).hex()
