"""Devices and simulated agents for the tests of the pollers."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from lab.devices.snmp import Agent, Model, Population, Setup, cells, serve
from monitor.pollers import (
    Device,
    Endpoint,
    GufoReader,
    KnownAccessPoint,
    Patience,
    Poller,
    SnmpTask,
    load_profiles,
)
from monitor.sample import FakeClock, FakeSink
from monitor.target import SnmpCommunity, TargetKind

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable

    from monitor.pollers import SnmpReader
    from monitor.sample import Sample

PROFILES = load_profiles()
SERVERS = {"10.7.0.11": "camden-rad-1", "10.7.0.12": "camden-rad-2"}


def names(count: int) -> tuple[str, ...]:
    return tuple(f"camden-ap-{place}" for place in range(count))


def device(name: str = "camden-wlc", count: int = 3, *, port: int = 161, community: str = "public") -> Device:
    """Return a controller with `count` access points, or one by itself where its name says so."""
    kind = TargetKind.CONTROLLER if name.endswith("wlc") else TargetKind.ACCESS_POINT
    own = names(count) if kind is TargetKind.CONTROLLER else (name,)
    return Device(
        name=name,
        kind=kind,
        owner="camden",
        endpoint=Endpoint("127.0.0.1", SnmpCommunity(community), port),
        access_points=tuple(KnownAccessPoint(one, "town-hall", "camden") for one in own),
        servers=SERVERS,
        ssids=frozenset({"govroam"}),
    )


def poller(reader: SnmpReader | None = None, timeout_s: float = 0.15) -> Poller:
    reader = reader or GufoReader(Patience(timeout_s=timeout_s, tries=2))
    return Poller(reader, PROFILES, FakeClock(), deadline_s=20, lasts_s=180)


def task(one: Poller, *devices: Device) -> SnmpTask:
    return SnmpTask(one, devices, jitter=lambda: 0.0, every_s=60)


@asynccontextmanager
async def listening(model: Model, count: int = 3, setup: Setup | None = None) -> AsyncIterator[tuple[Agent, int]]:
    """Serve a device on the loopback while the block runs."""
    population = Population(names(count), ssids=("govroam", "CamdenCorp"), accounting=tuple(SERVERS))
    agent = Agent(cells(model, population), setup)
    transport, port = await serve(agent)
    try:
        yield agent, port
    finally:
        transport.close()


def run(work: Awaitable[None]) -> None:
    async def all_of_it() -> None:
        await work

    asyncio.run(all_of_it())


def values(samples: tuple[Sample, ...], metric: str) -> dict[tuple[str, ...], float]:
    """Return a metric's values by labels."""
    return {one.labels: one.value for one in samples if one.family.name == metric}


def reasons(sink: FakeSink) -> list[str]:
    return [one.labels[1] for one in sink.increments]


def shown(samples: tuple[Sample, ...]) -> str:
    """Print samples as lines, without the length of the poll."""
    lines = [
        f"{one.family.name}{{{','.join(map('{}={}'.format, one.family.labels, one.labels))}}} {one.value:g}"
        for one in samples
        if one.family.name != "roaming_snmp_seconds"
    ]
    return "\n".join(sorted(lines)) + "\n"
