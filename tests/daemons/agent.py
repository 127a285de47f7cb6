"""A container as an agent, and whom it asks."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.probes.govwifi import GovWifiProbe
from monitor.sample import FakeSink
from roaming.eap import FakeRan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.daemons.conftest import Box


@dataclass(frozen=True)
class Agent:
    """Runs what a probe asks for, as a session over SSH does."""

    box: Box

    def run(self, argv: Sequence[str], data: bytes = b"") -> FakeRan:
        result = self.box.run(*argv, stdin=data.decode())
        return FakeRan(result.out.encode(), result.rc, result.err.encode())


def ask_govwifi(agent: Agent, server: str, secret: str, port: int = 1812) -> float:
    """Return what the monitor's probe says of one of GovWifi's servers."""
    sink = FakeSink()
    probe = GovWifiProbe("civic", "hackney", (server,), lambda: nullcontext(agent), lambda: secret, port=port)
    asyncio.run(probe.run(sink))
    ((sample,),) = [batch.samples for batch in sink.batches]
    return sample.value
