"""The tasks and modules that watch the hops: Status-Server, RadSec, GovWifi."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.discover import estate as seen
from monitor.discover import within
from monitor.exporter import Module
from monitor.probes.govwifi import GovWifiProbe
from monitor.probes.radsec import RadsecProbe
from monitor.probes.status import StatusProbe
from monitor.target import FEDERATION, Target, TargetKind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from monitor.cli.means import Means
    from monitor.probes.radclient import GetSecret, OpenShell
    from monitor.runner import Task
    from monitor.sample import Batch
    from monitor.target import Estate, RadiusTarget
    from roaming.model.base import SecretRef
    from roaming.model.borough import Agent, Borough, GovWifiLocation
    from roaming.model.network import Network
    from roaming.transport import Session

    OnDemand = Callable[[str], Awaitable[tuple[Batch, ...]]]


def hop_tasks(network: Network, estate: Estate, means: Means) -> tuple[Task, ...]:
    """Return what asks servers, looks at RadSec endpoints and asks GovWifi, again and again."""
    return (*_status(network, estate, means), *_radsec(network, means), *_govwifi(network, means))


def hop_modules(network: Network, estate: Estate, means: Means) -> Mapping[str, Module]:
    """Return the same for one server, endpoint or location on demand; GovWifi's locations are `borough/location`."""
    status = {target.name: probe for probe in _status(network, estate, means) for target in probe.servers}
    radsec = {target.name: probe for probe in _radsec(network, means) for target in probe.targets}
    govwifi = {f"{probe.owner}/{probe.location}": probe for probe in _govwifi(network, means)}
    servers = {target.name: target for probe in status.values() for target in probe.servers}
    faces = {target.name: target for probe in radsec.values() for target in probe.targets}
    agents = {borough.slug: str(borough.agent.address) for borough in network.boroughs}
    return {
        "status": Module(
            {name: _endpoint(target, target.address) for name, target in servers.items()},
            _asked({name: probe.on_demand for name, probe in status.items()}),
        ),
        "radsec": Module(
            {name: _endpoint(target, target.federation) for name, target in faces.items()},
            _asked({name: probe.on_demand for name, probe in radsec.items()}),
        ),
        "govwifi": Module(
            {
                name: Target(name, TargetKind.AGENT, probe.owner, "", agents[probe.owner])
                for name, probe in govwifi.items()
            },
            _asked({name: _located(probe) for name, probe in govwifi.items()}),
        ),
    }


def _status(network: Network, estate: Estate, means: Means) -> Iterator[StatusProbe]:
    for borough in network.boroughs:
        servers = tuple(target for target in estate.servers if target.owner == borough.slug)
        if servers:
            yield StatusProbe(
                owner=borough.slug,
                servers=servers,
                open_shell=_shell(means, borough.agent),
                secret=_secret(means, borough.agent.secret),
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
        open_shell=_shell(means, borough.agent),
        secret=_secret(means, location.secret),
        effective_from=location.effective_from,
        every_s=means.intervals.probes_s,
        clock=means.clock.wall,
    )


def _shell(means: Means, agent: Agent) -> OpenShell:
    def open_shell() -> AbstractContextManager[Session]:
        return means.open_session(agent)

    return open_shell


def _secret(means: Means, reference: SecretRef) -> GetSecret:
    return lambda: means.store.secret(reference.secret)


def _endpoint(target: RadiusTarget, address: str) -> Target:
    kind = TargetKind.HUB if target.role == "hub" else TargetKind.RADIUS_SERVER
    return Target(target.name, kind, target.owner, "", address)


def _asked(by_name: Mapping[str, OnDemand]) -> Callable[[Target], Awaitable[tuple[Batch, ...]]]:
    async def collect(target: Target) -> tuple[Batch, ...]:
        return await by_name[target.name](target.name)

    return collect


def _located(probe: GovWifiProbe) -> OnDemand:
    async def collect(_: str) -> tuple[Batch, ...]:
        return await probe.on_demand(probe.location)

    return collect
