"""The boroughs' RADIUS servers: who proxies, who answers, and how safely."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roaming.errors import RenderError
from roaming.model.problem import Severity
from roaming.model.terms import Role, StatusCheck, Transport
from roaming.rules import walk
from roaming.rules.rule import Finding, Given, Rule
from roaming.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roaming.load import ModelPath
    from roaming.model.borough import Borough
    from roaming.model.network import Network


def two_servers(given: Given) -> Iterator[Finding]:
    """Find boroughs that one RADIUS server can take down."""
    for path, borough in walk.boroughs(given.network):
        for role in Role:
            if len(given.network.servers(borough, role)) == 1:
                yield Finding((*path, "radius"), f"{borough.slug} has a single {role} server")


def borough_served(given: Given) -> Iterator[Finding]:
    """Find boroughs that have no server for a role, not even a neighbour's."""
    for path, borough in walk.boroughs(given.network):
        for role in Role:
            if not given.network.servers(borough, role):
                yield Finding((*path, "radius"), f"{borough.slug} has no {role} server, and none is shared with it")


def home_secret(given: Given) -> Iterator[Finding]:
    """Find home servers that a proxy has to ask, and that share no secret with it."""
    network = given.network
    asked = {
        home.name: proxy.name
        for borough in network.boroughs
        for proxy in network.proxies(borough)
        for home in network.homes(borough)
        if proxy not in network.homes(borough)
    }
    for path, _, server in walk.servers(network):
        if server.name in asked and server.secret is None:
            yield Finding(path, f"{server.name} has no secret, but {asked[server.name]} proxies to it")


def status_server(given: Given) -> Iterator[Finding]:
    """Find FreeRADIUS servers that are not asked by Status-Server whether they live."""
    for path, _, server in walk.servers(given.network):
        able = "status-server" in _abilities(server.software, server.version)
        if able and server.status_check is not StatusCheck.STATUS_SERVER:
            text = (
                f"{server.software} {server.version} answers Status-Server, but status_check is {server.status_check}"
            )
            yield Finding((*path, "status_check"), text)


def message_authenticator(given: Given) -> Iterator[Finding]:
    """Find UDP across the federation where one end cannot demand a Message-Authenticator."""
    network = given.network
    faces = list(walk.faces(network))
    plain = [u.name for u in network.upstreams if u.transport is Transport.UDP]
    plain += [server.name for _, server, face in faces if face.transport is Transport.UDP]
    for index, hub in enumerate(network.hubs):
        if plain and "message-authenticator" not in _abilities(hub.software, hub.version):
            text = (
                f"{hub.software} {hub.version} cannot demand a Message-Authenticator of {plain[0]}, its peer over UDP"
            )
            yield Finding(("hubs", index, "version"), text)
    for path, server, face in faces:
        able = "require-message-authenticator" in _abilities(server.software, server.version)
        if face.transport is Transport.UDP and not able:
            text = f"{server.software} {server.version} cannot demand a Message-Authenticator of the hubs over UDP"
            yield Finding((*path[:-1], "version"), text)


def _abilities(software: str, version: str) -> frozenset[str]:
    try:
        return TARGETS[software].abilities(version)
    except RenderError:
        return frozenset()


def version_supported(given: Given) -> Iterator[Finding]:
    """Find devices whose version is older than what we render."""
    for path, software, version in _versions(given.network):
        try:
            TARGETS[software].abilities(version)
        except RenderError as error:
            yield Finding(path, str(error))


def _versions(network: Network) -> Iterator[tuple[ModelPath, str, str]]:
    for index, hub in enumerate(network.hubs):
        yield ("hubs", index, "version"), hub.software, hub.version
    for path, _, server in walk.servers(network):
        yield (*path, "version"), server.software, server.version
    for path, _, access_point in walk.access_points(network):
        yield (*path, "version"), access_point.platform, access_point.version
    for path, _, controller in walk.controllers(network):
        yield (*path, "version"), controller.platform, controller.version


def radsec_transport(given: Given) -> Iterator[Finding]:
    """Find proxies that speak to the hubs over UDP."""
    for path, server, face in walk.faces(given.network):
        if face.transport is Transport.UDP:
            yield Finding((*path, "transport"), f"{server.name} speaks to the hubs over UDP")


def shared_service(given: Given) -> Iterator[Finding]:
    """Find shared services that share nothing."""
    for path, borough in walk.boroughs(given.network):
        for index, service in enumerate(borough.shared_services):
            at = (*path, "shared_services", index)
            if service.partner == borough.slug:
                yield Finding((*at, "with"), f"{borough.slug} shares a service with itself")
            yield from _lacking(borough, index, at)


def _lacking(borough: Borough, index: int, path: ModelPath) -> Iterator[Finding]:
    service = borough.shared_services[index]
    roles = {server.name: server.roles for server in borough.radius}
    for number, name in enumerate(service.radius):
        for role in service.roles:
            if role not in roles[name]:
                text = f"{name} is shared as {role} with {service.partner}, but is no {role} server"
                yield Finding((*path, "radius", number), text)


RULES = (
    Rule(
        id="two-servers",
        scheme="any",
        text="A borough has two home servers and two proxies.",
        why="After a restart a hub takes 45 to 78 s to connect again; a second server answers meanwhile.",
        source="measured in the lab with radsecproxy 1.11.2 and FreeRADIUS 3.2.7",
        fix="add a second server, or share a neighbour's (shared_services)",
        find=two_servers,
        severity=Severity.WARNING,
    ),
    Rule(
        id="borough-served",
        scheme="any",
        text="Every borough has a home server and a proxy: its own, or one shared with it.",
        why="Without a proxy its buildings are dark, without a home server its staff are.",
        source="RFC 7593 §2: the eduroam architecture, on which govroam is built",
        fix="add a server with the role, or a shared_services entry to the borough that runs one",
        find=borough_served,
    ),
    Rule(
        id="home-secret",
        scheme="any",
        text="A home server that is asked by a proxy other than itself has a secret.",
        why="Inside a borough proxies and home servers speak RADIUS over UDP, which wants one.",
        source="RFC 2865 §3",
        fix="name the secret that the home server shares with its borough's proxies",
        find=home_secret,
    ),
    Rule(
        id="status-server",
        scheme="any",
        text="A server that knows Status-Server is watched by it.",
        why="Without it a live server is called dead because of one bad realm, and a dead one is found by lost logins.",
        source="RFC 5997 §4.2; FreeRADIUS#579, #712",
        fix="set status_check: status-server",
        find=status_server,
    ),
    Rule(
        id="message-authenticator",
        scheme="any",
        text="Where RADIUS crosses the federation over UDP, both ends demand a Message-Authenticator.",
        why="Without it whoever sits on the path turns a reject into an accept (BlastRADIUS).",
        source="RFC 3579 §3.2, CVE-2024-3596; radsecproxy 1.11.0 and FreeRADIUS 3.2.5 brought it",
        fix="upgrade, or speak RadSec",
        find=message_authenticator,
    ),
    Rule(
        id="version-supported",
        scheme="any",
        text="A device runs a version that we know how to configure.",
        why="What is printed depends on the version; an unknown older one may refuse it, or worse, ignore it.",
        source="roaming/targets",
        fix="upgrade the device, or correct its version",
        find=version_supported,
    ),
    Rule(
        id="radsec-transport",
        scheme="any",
        text="Proxies speak RadSec to the hubs.",
        why="Over UDP, names, MAC addresses and realms cross the internet in clear.",
        source="RFC 6614 §1; draft-ietf-radext-deprecating-radius",
        fix="set transport: radsec, with tls_name, certificate and key",
        find=radsec_transport,
        severity=Severity.WARNING,
    ),
    Rule(
        id="shared-service",
        scheme="any",
        text="A borough shares servers with another borough, in roles that the servers have.",
        why="A borough that relies on a role which nobody has is rejected everywhere.",
        source="docs/architecture.md",
        fix="correct with, radius or roles",
        find=shared_service,
    ),
)
