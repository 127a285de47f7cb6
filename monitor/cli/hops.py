"""The tasks and modules that watch the hops: Status-Server, RadSec, GovWifi."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from monitor.discover import estate as seen
from monitor.discover import within
from monitor.exporter import Module
from monitor.probes.govwifi import GovWifiProbe
from monitor.probes.radsec import RadsecProbe
from monitor.probes.status import StatusProbe
from monitor.target import FEDERATION, Target, TargetKind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping

    from monitor.cli.means import Means
    from monitor.runner import Task
    from monitor.sample import Batch
    from monitor.target import Estate, RadiusTarget
    from roaming.model.borough import Borough, GovWifiLocation
    from roaming.model.network import Network

    OnDemand = Callable[[], Awaitable[tuple[Batch, ...]]]


def hop_tasks(network: Network, estate: Estate, means: Means) -> tuple[Task, ...]:
    """Return what asks servers, looks at RadSec endpoints and asks GovWifi, again and again."""
    return (*_status(network, estate, means), *_radsec(network, means), *_govwifi(network, means))


def hop_modules(network: Network, estate: Estate, means: Means) -> Mapping[str, Module]:
    """Return the same for one server, endpoint or location on demand; GovWifi's locations are `borough/location`."""
    status = ((one, probe) for probe in _status(network, estate, means) for one in probe.servers)
    radsec = ((one, probe) for probe in _radsec(network, means) for one in probe.targets)
    govwifi = ((_location(network, probe), probe) for probe in _govwifi(network, means))
    return {
        "status": _module((_endpoint(one, one.address), partial(probe.on_demand, one.name)) for one, probe in status),
        "radsec": _module(
            (_endpoint(one, one.federation), partial(probe.on_demand, one.name)) for one, probe in radsec
        ),
        "govwifi": _module((target, partial(probe.on_demand, probe.location)) for target, probe in govwifi),
    }


def _status(network: Network, estate: Estate, means: Means) -> Iterator[StatusProbe]:
    for borough in network.boroughs:
        servers = tuple(target for target in estate.servers if target.owner == borough.slug)
        if servers:
            yield StatusProbe(
                owner=borough.slug,
                servers=servers,
                open_shell=partial(means.open_session, borough.agent),
                secret=partial(means.store.secret, borough.agent.secret.secret),
                every_s=means.intervals.status_s,
                clock=means.clock.wall,
            )


def _radsec(network: Network, means: Means) -> Iterator[RadsecProbe]:
    """Yield one probe for all endpoints, in the process that watches the hubs: they know that one alone."""
    if network.federation.monitor is None or not within(FEDERATION, means.limit):
        return
    whole = seen(network)
    yield RadsecProbe(
        targets=tuple(target for target in (*whole.hubs, *whole.servers) if target.federation),
        authority=lambda: means.store.certificate(network.federation.trust.ca),
        every_s=means.intervals.radsec_s,
        clock=means.clock.wall,
    )


def _govwifi(network: Network, means: Means) -> Iterator[GovWifiProbe]:
    for borough in network.boroughs:
        locations = borough.govwifi.locations if borough.govwifi and within(borough.slug, means.limit) else ()
        for location in locations:
            if location.from_agent and network.federation.govwifi:
                yield _located_at(network, borough, location, means)


def _located_at(network: Network, borough: Borough, location: GovWifiLocation, means: Means) -> GovWifiProbe:
    return GovWifiProbe(
        location=location.name,
        owner=borough.slug,
        servers=tuple(str(server.address) for server in network.federation.govwifi),
        open_shell=partial(means.open_session, borough.agent),
        secret=partial(means.store.secret, location.secret.secret),
        effective_from=location.effective_from,
        every_s=means.intervals.probes_s,
        clock=means.clock.wall,
    )


def _endpoint(target: RadiusTarget, address: str) -> Target:
    kind = TargetKind.HUB if target.role == "hub" else TargetKind.RADIUS_SERVER
    return Target(target.name, kind, target.owner, "", address)


def _location(network: Network, probe: GovWifiProbe) -> Target:
    agent = network.boroughs_by_slug[probe.owner].agent
    return Target(f"{probe.owner}/{probe.location}", TargetKind.AGENT, probe.owner, "", str(agent.address))


def _module(rows: Iterable[tuple[Target, OnDemand]]) -> Module:
    targets: dict[str, Target] = {}
    asks: dict[str, OnDemand] = {}
    for target, ask in rows:
        targets[target.name], asks[target.name] = target, ask

    async def collect(target: Target) -> tuple[Batch, ...]:
        return await asks[target.name]()

    return Module(targets, collect)
