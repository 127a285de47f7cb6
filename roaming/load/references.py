"""References between records: every name that is used must be defined."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from roaming.model.site import ControlledAccessPoint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from roaming.load.document import ModelPath
    from roaming.model.borough import Borough
    from roaming.model.network import Network
    from roaming.model.site import Site


class Dangling(NamedTuple):
    """A name that is used at `path` and defined nowhere."""

    path: ModelPath
    kind: str
    name: str


def dangling(network: Network) -> Iterator[Dangling]:
    """Yield every name that is used and defined nowhere."""
    certificates = network.certificates_by_name.keys()
    yield from _missing(("federation", "trust", "ca"), "certificate", [network.federation.trust.ca], certificates)
    for index, hub in enumerate(network.hubs):
        yield from _missing(("hubs", index, "certificate"), "certificate", [hub.certificate], certificates)
    for index, certificate in enumerate(network.certificates):
        if certificate.issuer:
            yield from _missing(("certificates", index, "issuer"), "certificate", [certificate.issuer], certificates)
    yield from _outside(network)
    for index, borough in enumerate(network.boroughs):
        for found in _borough(network, borough):
            yield found._replace(path=("boroughs", index, *found.path))


def _outside(network: Network) -> Iterator[Dangling]:
    known = network.certificates_by_name.keys()
    for index, upstream in enumerate(network.upstreams):
        for number, outside in enumerate(upstream.probes):
            at: ModelPath = ("upstreams", index, "probes", number)
            yield from _each((*at, "trust"), "certificate", outside.trust, known)
            if tls := outside.probe.tls:
                yield from _missing((*at, "probe", "tls", "certificate"), "certificate", [tls.certificate], known)


def _borough(network: Network, borough: Borough) -> Iterator[Dangling]:
    yield from _certificates(network, borough)
    sites = {site.slug for site in borough.sites}
    for index, location in enumerate(borough.govwifi.locations if borough.govwifi else ()):
        yield from _each(("govwifi", "locations", index, "sites"), "site", location.sites, sites)
    for index, service in enumerate(borough.shared_services):
        at: ModelPath = ("shared_services", index)
        own = {server.name for server in borough.radius}
        yield from _missing((*at, "with"), "borough", [service.partner], network.boroughs_by_slug.keys())
        yield from _each((*at, "radius"), "RADIUS server", service.radius, own)
    yield from _controllers(borough)
    for index, site in enumerate(borough.sites):
        yield from _site(network, site, ("sites", index))


def _controllers(borough: Borough) -> Iterator[Dangling]:
    known = {controller.name for controller in borough.controllers}
    for index, controller in enumerate(borough.controllers):
        if controller.ha and controller.ha.peer:
            yield from _missing(("controllers", index, "ha", "peer"), "controller", [controller.ha.peer], known)
    for number, site in enumerate(borough.sites):
        for index, ap in enumerate(site.access_points):
            if isinstance(ap, ControlledAccessPoint):
                at: ModelPath = ("sites", number, "access_points", index, "controller")
                yield from _missing(at, "controller", [ap.controller], known)


def _certificates(network: Network, borough: Borough) -> Iterator[Dangling]:
    known = network.certificates_by_name.keys()
    identity = borough.identity
    for index, server in enumerate(borough.radius):
        if server.federation and server.federation.certificate:
            at: ModelPath = ("radius", index, "federation", "certificate")
            yield from _missing(at, "certificate", [server.federation.certificate], known)
    yield from _missing(("identity", "certificate"), "certificate", [identity.certificate], known)
    yield from _each(("identity", "trust"), "certificate", identity.trust, known)
    yield from _each(("identity", "client_trust"), "certificate", identity.client_trust, known)
    if identity.probe.tls:
        at = ("identity", "probe", "tls", "certificate")
        yield from _missing(at, "certificate", [identity.probe.tls.certificate], known)
    for index, certificate in enumerate(borough.certificates):
        if certificate.issuer:
            yield from _missing(("certificates", index, "issuer"), "certificate", [certificate.issuer], known)


def _site(network: Network, site: Site, at: ModelPath) -> Iterator[Dangling]:
    boroughs = network.boroughs_by_slug.keys()
    yield from _missing((*at, "owner"), "borough", [site.owner], boroughs)
    yield from _each((*at, "hosts"), "borough", site.hosts, boroughs)
    yield from _each((*at, "wlans"), "WLAN", site.wlans, network.wlans_by_name.keys())


def _each(path: ModelPath, kind: str, names: Iterable[str], known: Iterable[str]) -> Iterator[Dangling]:
    for index, name in enumerate(names):
        yield from _missing((*path, index), kind, [name], known)


def _missing(path: ModelPath, kind: str, names: Iterable[str], known: Iterable[str]) -> Iterator[Dangling]:
    present = set(known)
    return (Dangling(path, kind, name) for name in names if name not in present)
