"""Ways through a network that remember where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roaming.model.borough import SnmpV2c
from roaming.model.site import AccessPoint, ControlledAccessPoint
from roaming.model.terms import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roaming.load import ModelPath
    from roaming.model.base import SecretRef
    from roaming.model.borough import AnySnmp, Borough, Controller, FederationFace, GovWifiLocation, RadiusServer
    from roaming.model.federation import Upstream
    from roaming.model.identity import Certificate, Credentials, Probe
    from roaming.model.network import Network
    from roaming.model.site import Site


def boroughs(network: Network) -> Iterator[tuple[ModelPath, Borough]]:
    """Yield every borough."""
    return ((("boroughs", index), borough) for index, borough in enumerate(network.boroughs))


def servers(network: Network) -> Iterator[tuple[ModelPath, Borough, RadiusServer]]:
    """Yield every RADIUS server with the borough whose file it stands in."""
    for path, borough in boroughs(network):
        for index, server in enumerate(borough.radius):
            yield (*path, "radius", index), borough, server


def faces(network: Network) -> Iterator[tuple[ModelPath, RadiusServer, FederationFace]]:
    """Yield what the hubs see of each proxy."""
    for path, _, server in servers(network):
        if server.federation and Role.PROXY in server.roles:
            yield (*path, "federation"), server, server.federation


def sites(network: Network) -> Iterator[tuple[ModelPath, Borough, Site]]:
    """Yield every site with the borough whose file it stands in."""
    for path, borough in boroughs(network):
        for index, site in enumerate(borough.sites):
            yield (*path, "sites", index), borough, site


def access_points(network: Network) -> Iterator[tuple[ModelPath, Site, AccessPoint]]:
    """Yield every standalone access point with its site."""
    for path, _, site in sites(network):
        for index, access_point in enumerate(site.access_points):
            if isinstance(access_point, AccessPoint):
                yield (*path, "access_points", index), site, access_point


def controllers(network: Network) -> Iterator[tuple[ModelPath, Borough, Controller]]:
    """Yield every wireless controller with its borough."""
    for path, borough in boroughs(network):
        for index, controller in enumerate(borough.controllers):
            yield (*path, "controllers", index), borough, controller


def controlled(network: Network) -> Iterator[tuple[ModelPath, Site, ControlledAccessPoint]]:
    """Yield every access point of a controller with its site."""
    for path, _, site in sites(network):
        for index, access_point in enumerate(site.access_points):
            if isinstance(access_point, ControlledAccessPoint):
                yield (*path, "access_points", index), site, access_point


def locations(network: Network) -> Iterator[tuple[ModelPath, Borough, GovWifiLocation]]:
    """Yield every GovWifi location with its borough."""
    for path, borough in boroughs(network):
        for index, location in enumerate(borough.govwifi.locations if borough.govwifi else ()):
            yield (*path, "govwifi", "locations", index), borough, location


def certificates(network: Network) -> Iterator[tuple[ModelPath, Certificate]]:
    """Yield every certificate record."""
    for index, certificate in enumerate(network.certificates):
        yield ("certificates", index), certificate
    for path, borough in boroughs(network):
        for index, certificate in enumerate(borough.certificates):
            yield (*path, "certificates", index), certificate


def secrets(network: Network) -> Iterator[tuple[str, str, ModelPath]]:
    """Yield every secret that is used: its name, whose it is, and where."""
    federation = network.federation
    yield federation.fticks.mac_key.secret, "the federation", ("federation", "fticks", "mac_key")
    yield federation.cui_key.secret, "the federation", ("federation", "cui_key")
    for index, hub in enumerate(network.hubs):
        path: ModelPath = ("hubs", index)
        yield hub.key.secret, "the federation", (*path, "key")
        yield from _login(hub.credentials, "the federation", path)
    for index, upstream in enumerate(network.upstreams):
        yield from ((name, f"upstream {upstream.name}", at) for name, at in _upstream_secrets(upstream, index))
    for at, borough in boroughs(network):
        for name, path in _borough_secrets(borough):
            yield name, borough.slug, (*at, *path)


def _upstream_secrets(upstream: Upstream, index: int) -> Iterator[tuple[str, ModelPath]]:
    if upstream.secret:
        yield upstream.secret.secret, ("upstreams", index, "secret")
    for number, outside in enumerate(upstream.probes):
        yield from _probe_secrets(outside.probe, ("upstreams", index, "probes", number, "probe"))


def _probe_secrets(probe: Probe, path: ModelPath) -> Iterator[tuple[str, ModelPath]]:
    if probe.tls:
        yield probe.tls.key.secret, (*path, "tls", "key")
    if probe.password:
        yield probe.password.secret.secret, (*path, "password", "secret")


def _borough_secrets(borough: Borough) -> Iterator[tuple[str, ModelPath]]:
    for path, reference in _single_secrets(borough):
        if reference:
            yield reference.secret, path
    yield from _probe_secrets(borough.identity.probe, ("identity", "probe"))
    for index, server in enumerate(borough.radius):
        yield from _server_secrets(server, ("radius", index))
    for index, location in enumerate(borough.govwifi.locations if borough.govwifi else ()):
        yield location.secret.secret, ("govwifi", "locations", index, "secret")
    for number, site in enumerate(borough.sites):
        yield from _site_secrets(site, ("sites", number))
    for index, controller in enumerate(borough.controllers):
        path = ("controllers", index)
        yield controller.secret.secret, (*path, "secret")
        yield from ((name, at) for name, _, at in _login(controller.credentials, "", path))


def _site_secrets(site: Site, path: ModelPath) -> Iterator[tuple[str, ModelPath]]:
    for index, access_point in enumerate(site.access_points):
        if isinstance(access_point, AccessPoint):
            at = (*path, "access_points", index)
            yield access_point.secret.secret, (*at, "secret")
            yield from ((name, where) for name, _, where in _login(access_point.credentials, "", at))


def _single_secrets(borough: Borough) -> Iterator[tuple[ModelPath, SecretRef | None]]:
    coa, worker = borough.dynamic_authorization, borough.worker
    yield ("agent", "secret"), borough.agent.secret
    yield ("agent", "credentials", "key"), borough.agent.credentials.key
    yield ("agent", "credentials", "password"), borough.agent.credentials.password
    yield ("worker", "credentials", "key"), worker.credentials.key if worker else None
    yield ("identity", "key"), borough.identity.key
    yield ("fast_transition_key",), borough.fast_transition_key
    yield ("dynamic_authorization", "secret"), coa.secret if coa else None
    yield from ((("snmp", name), reference) for name, reference in _snmp_secrets(borough.snmp))


def _snmp_secrets(snmp: AnySnmp | None) -> Iterator[tuple[str, SecretRef]]:
    if isinstance(snmp, SnmpV2c):
        yield "community", snmp.community
    elif snmp:
        yield "auth", snmp.auth
        yield "privacy", snmp.privacy


def _server_secrets(server: RadiusServer, path: ModelPath) -> Iterator[tuple[str, ModelPath]]:
    if server.secret:
        yield server.secret.secret, (*path, "secret")
    face = server.federation
    if face and face.key:
        yield face.key.secret, (*path, "federation", "key")
    if face and face.secret:
        yield face.secret.secret, (*path, "federation", "secret")
    yield from ((name, at) for name, _, at in _login(server.credentials, "", path))


def _login(credentials: Credentials, owner: str, path: ModelPath) -> Iterator[tuple[str, str, ModelPath]]:
    if credentials.key:
        yield credentials.key.secret, owner, (*path, "credentials", "key")
    if credentials.password:
        yield credentials.password.secret, owner, (*path, "credentials", "password")
    if credentials.enable:
        yield credentials.enable.secret, owner, (*path, "credentials", "enable")
