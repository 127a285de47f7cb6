"""RADIUS servers: FreeRADIUS as home, proxy or both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from roaming.federation import timers
from roaming.model.bundle import DeviceBundle, DeviceKind, File, Slot, SlotKind
from roaming.model.terms import EapMethod, Role, Transport
from roaming.render.freeradius_view import (
    by_nas_identifier,
    clients,
    pools,
    realms,
    servers,
    sites,
    tls_clients,
    upstream_servers,
)
from roaming.render.template import render_parts
from roaming.targets.freeradius import DIRECTORY, FREERADIUS, OURS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roaming.model.borough import Borough, RadiusServer
    from roaming.model.network import Network

_GROUP: Final = "freerad"


def radius_servers(network: Network) -> Iterator[DeviceBundle]:
    """Yield the files of every RADIUS server, in the order of the inventory."""
    for borough in network.boroughs:
        for server in borough.radius:
            files = tuple(_files(network, server))
            yield DeviceBundle(
                borough.slug, "", server.name, DeviceKind.RADIUS_SERVER, "freeradius", server.version, files
            )


def _files(network: Network, server: RadiusServer) -> Iterator[File]:
    abilities = FREERADIUS.abilities(server.version)
    view: dict[str, object] = {
        "name": server.name,
        "reject_delay": _reject_delay(server),
        "hardening": _lines(abilities, "require-message-authenticator", "limit-proxy-state"),
        "per_client": _lines(abilities, "limit-proxy-state"),
        "tls_lines": _lines(abilities, "nonblock"),
        "listen_lines": _lines(abilities, "nonblock", "check-client-connections"),
        "newest_tls": "1.3" if "nonblock" in abilities else "1.2",
        "udp_lines": _lines(abilities, "require-message-authenticator"),
    }
    homes = network.served(server, Role.HOME)
    yield _main(network, server, view)
    yield _printed(f"{DIRECTORY}/clients.conf", "clients.conf.j2", view | _clients(network, server))
    yield _printed(f"{DIRECTORY}/proxy.conf", "proxy.conf.j2", view | _upstream(network, server))
    yield _printed(f"{OURS}/modules.conf", "modules.conf.j2", view | _modules(homes))
    yield _printed(f"{OURS}/policy.conf", "policy.conf.j2", view | _policy(network, server))
    yield _printed(f"{OURS}/servers.conf", "servers.conf.j2", view | _servers(network, server))
    for name in ("to-federation", "from-federation"):
        yield _printed(f"{OURS}/filters/{name}", f"{name}.j2", {})
    yield from _radsec_material(network, server)
    for home in homes:
        yield from _home(home)


def _lines(abilities: frozenset[str], *wanted: str) -> list[str]:
    return [name.replace("-", "_") for name in wanted if name in abilities]


def _reject_delay(server: RadiusServer) -> int:
    """Return the seconds that a reject waits, against guessing; older proxies would add theirs to the home's."""
    undelayed = "undelayed-proxied-rejects" in FREERADIUS.abilities(server.version)
    return 1 if undelayed or Role.PROXY not in server.roles else 0


def _printed(path: str, template: str, view: dict[str, object]) -> File:
    return File(path, render_parts("freeradius", template, **view), 0o640, "root", _GROUP)


def _main(network: Network, server: RadiusServer, view: dict[str, object]) -> File:
    proxy = "yes" if Role.PROXY in server.roles or pools(network, server) else "no"
    return _printed(f"{DIRECTORY}/radiusd.conf", "radiusd.conf.j2", view | {"proxy": proxy})


def _clients(network: Network, server: RadiusServer) -> dict[str, object]:
    return {"clients": clients(network, server), "tls_clients": tls_clients(network, server)}


def _upstream(network: Network, server: RadiusServer) -> dict[str, object]:
    return {
        "servers": upstream_servers(network, server),
        "pools": pools(network, server),
        "timers": timers(network.federation),
    }


def _modules(homes: tuple[Borough, ...]) -> dict[str, object]:
    return {"homes": [home.slug for home in homes], "tunnels": [home.slug for home in homes if _tunnels(home)]}


def _tunnels(home: Borough) -> bool:
    return EapMethod.PEAP_MSCHAPV2 in home.identity.eap


def _policy(network: Network, server: RadiusServer) -> dict[str, object]:
    found = realms(network, server)
    return {
        "cui_key": network.federation.cui_key,
        "realms": found,
        "home_pools": sorted({realm.action for realm in found if not realm.local}),
        "sites": sites(network, server),
        "by_nas_identifier": by_nas_identifier(network, server),
    }


def _servers(network: Network, server: RadiusServer) -> dict[str, object]:
    homes = network.served(server, Role.HOME)
    face = server.federation
    return {
        "radsec": face is not None and face.transport is Transport.RADSEC,
        "default_server": "inside" if Role.PROXY in server.roles else "home",
        "servers": servers(network, server),
        "homes": [home.slug for home in homes],
        "inner_servers": [{"slug": home.slug, "realms": " ".join(home.realms)} for home in homes if _tunnels(home)],
    }


def _radsec_material(network: Network, server: RadiusServer) -> Iterator[File]:
    face = server.federation
    if face is not None and face.certificate is not None and face.key is not None:
        yield _pem("radsec-ca.pem", SlotKind.CERTIFICATE, network.federation.trust.ca)
        yield _pem("radsec.pem", SlotKind.CERTIFICATE, face.certificate)
        yield _pem("radsec.key", SlotKind.PRIVATE_KEY, str(face.key))


def _pem(name: str, kind: SlotKind, *sources: str) -> File:
    parts = tuple(Slot(kind, source, "pem") for source in sources)
    return File(f"{OURS}/tls/{name}", parts, 0o640, "root", _GROUP)


def _home(home: Borough) -> Iterator[File]:
    identity = home.identity
    probe = identity.probe.password
    view: dict[str, object] = {
        "slug": home.slug,
        "default": "tls" if identity.eap[0] is EapMethod.TLS else "peap",
        "tls": EapMethod.TLS in identity.eap and bool(identity.client_trust),
        "peap": _tunnels(home),
        "probes": [probe] if probe else [],
    }
    yield _printed(f"{OURS}/eap-{home.slug}.conf", "eap.conf.j2", view)
    if _tunnels(home):
        yield _printed(f"{OURS}/users/{home.slug}", "users.j2", view)
    yield _pem(f"eap-{home.slug}.pem", SlotKind.CERTIFICATE, identity.certificate)
    yield _pem(f"eap-{home.slug}.key", SlotKind.PRIVATE_KEY, str(identity.key))
    if identity.client_trust:
        yield _pem(f"eap-{home.slug}-clients.pem", SlotKind.CERTIFICATE, *identity.client_trust)
