"""What is read by SNMP, from the inventory: access points by themselves, and controllers with theirs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from monitor.discover import targets, within
from monitor.exporter import Module
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
from monitor.sample import Failure
from monitor.target import SnmpCommunity, SnmpHash, SnmpUser, TargetKind
from roaming.errors import SecretError
from roaming.model.borough import SnmpV2c

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from monitor.cli.means import Means
    from monitor.pollers import SnmpReader
    from monitor.runner import Task
    from monitor.sample import Batch
    from monitor.target import Estate, Target
    from roaming.model.borough import AnySnmp, Borough
    from roaming.model.network import Network
    from roaming.secrets import SecretStore

    Asking = Mapping[TargetKind, SnmpUser | SnmpCommunity | Failure]

_LOG: Final = logging.getLogger(__name__)
# An answer that is later than that is as good as none; one poll of a device takes at most so much of its interval.
_PATIENCE: Final = Patience(timeout_s=2.0, tries=2)
_SHARE: Final = 0.8
# The part of an interval over which the first requests are spread.
_SPREAD: Final = 0.3
# Intervals after which what was seen no longer counts.
_LASTS: Final = 3
# Catalyst 9800 has SHA-1 in every release that we render for; net-snmp 5.9 has SHA-256.
_HASHES: Final[Mapping[TargetKind, SnmpHash]] = {
    TargetKind.CONTROLLER: SnmpHash.SHA,
    TargetKind.ACCESS_POINT: SnmpHash.SHA_256,
}


def snmp_tasks(network: Network, _estate: Estate, means: Means) -> tuple[Task, ...]:
    """Return the polling of access points and that of controllers, each in its interval."""
    return _tasks(network, means)


def snmp_modules(network: Network, _estate: Estate, means: Means) -> Mapping[str, Module]:
    """Return the module `snmp` of `/probe`."""
    tasks = {one.name: task for task in _tasks(network, means) for one in task.devices}

    async def collect(target: Target) -> tuple[Batch, ...]:
        return await tasks[target.name].poll(target.name)

    known = {one.name: one for one in targets(network, means.limit) if one.name in tasks}
    return {"snmp": Module(known, collect)}


def devices(network: Network, store: SecretStore, limit: str | None = None) -> tuple[Device, ...]:
    """Return every device of the inventory that is read by SNMP: those of boroughs that say how."""
    ssids = frozenset(wlan.ssid for wlan in network.wlans)
    return tuple(
        device
        for borough in network.boroughs
        if borough.snmp is not None and within(borough.slug, limit)
        for device in _devices(network, borough, _asking(borough.slug, borough.snmp, store), ssids)
    )


def _tasks(network: Network, means: Means) -> tuple[SnmpTask, ...]:
    found = devices(network, means.store, means.limit)
    every = means.intervals
    reader = GufoReader(_PATIENCE)
    parts = (
        ("access-points", every.access_points_s, tuple(one for one in found if one.standalone)),
        ("controllers", every.controllers_s, tuple(one for one in found if not one.standalone)),
    )
    return tuple(_task(means, reader, *part) for part in parts if part[2])


def _task(means: Means, reader: SnmpReader, kind: str, every_s: float, found: tuple[Device, ...]) -> SnmpTask:
    poller = Poller(reader, load_profiles(), means.clock, deadline_s=every_s * _SHARE, lasts_s=every_s * _LASTS)
    return SnmpTask(poller, found, means.random.random, every_s, kind, spread_s=every_s * _SPREAD)


def _devices(network: Network, borough: Borough, asking: Asking, ssids: frozenset[str]) -> Iterator[Device]:
    for controller in borough.controllers:
        known = tuple(network.controlled(borough, controller))
        yield Device(
            name=controller.name,
            kind=TargetKind.CONTROLLER,
            owner=borough.slug,
            endpoint=Endpoint(str(controller.address), asking[TargetKind.CONTROLLER]),
            access_points=tuple(KnownAccessPoint(ap.name, site.slug, borough.slug) for site, ap in known),
            servers=_servers(network, borough, borough.slug),
            ssids=ssids,
            guests=frozenset(ap.name for _, ap in known if ap.controller != controller.name),
        )
    for site in borough.sites:
        for ap in site.standalone:
            yield Device(
                name=ap.name,
                kind=TargetKind.ACCESS_POINT,
                owner=borough.slug,
                endpoint=Endpoint(str(ap.address), asking[TargetKind.ACCESS_POINT]),
                access_points=(KnownAccessPoint(ap.name, site.slug, borough.slug),),
                servers=_servers(network, borough, site.owner),
                ssids=ssids,
            )


def _asking(owner: str, snmp: AnySnmp, store: SecretStore) -> Asking:
    """Return as whom a borough's devices are asked; a secret that cannot be had is a failure of each poll."""
    try:
        if isinstance(snmp, SnmpV2c):
            return dict.fromkeys(_HASHES, SnmpCommunity(store.secret(snmp.community.secret)))
        auth, privacy = store.secret(snmp.auth.secret), store.secret(snmp.privacy.secret)
    except SecretError as error:
        _LOG.warning("the devices of %s are not read by SNMP: %s", owner, error)
        return dict.fromkeys(_HASHES, Failure.SECRET_MISSING)
    return {kind: SnmpUser(snmp.user, auth, privacy, digest) for kind, digest in _HASHES.items()}


def _servers(network: Network, borough: Borough, owner: str) -> Mapping[str, str]:
    """Return names by address of the RADIUS servers that a device may be configured with."""
    host = network.boroughs_by_slug.get(owner, borough)
    return {str(one.address): one.name for one in (*network.proxies(host), *network.proxies(borough), *borough.radius)}
