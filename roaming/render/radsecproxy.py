"""Hubs: radsecproxy between the boroughs, and towards the national proxies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from roaming.errors import RenderError
from roaming.federation import NOBODY, operator_name, proxy_order, timers
from roaming.model.bundle import DeviceBundle, DeviceKind, File, Slot, SlotKind
from roaming.model.terms import Role, Scheme, StatusCheck, Transport
from roaming.render.template import render_parts
from roaming.targets.radsecproxy import CONFIG, LOG, OURS, RADSECPROXY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from ipaddress import IPv4Address

    from roaming.model.base import SecretRef
    from roaming.model.borough import FederationFace, RadiusServer
    from roaming.model.federation import Hub, Upstream
    from roaming.model.network import Network

_GROUP: Final = "radsecproxy"
_FEDERATION: Final = "federation"
_SIGNED: Final = ("RequireMessageAuthenticator",)


@dataclass(frozen=True, slots=True)
class Peer:
    """Who a hub talks to, as a client and as a server of the same name: radsecproxy sees loops by the name.

    `rewrites` keep its Operator-Name true; an upstream, which speaks for others, has none.
    """

    name: str
    address: IPv4Address
    type: str
    status_server: str
    institution: str
    rewrites: tuple[str, ...]
    client_options: tuple[str, ...]
    server_options: tuple[str, ...]
    tls_name: str | None
    secret: SecretRef | None


@dataclass(frozen=True, slots=True)
class RealmBlock:
    """A realm and its servers in order of preference."""

    name: str
    servers: tuple[str, ...]


def hubs(network: Network) -> Iterator[DeviceBundle]:
    """Yield the files of every hub, in the order of the inventory."""
    for hub in network.hubs:
        files = tuple(_files(network, hub))
        yield DeviceBundle(_FEDERATION, hub.site, hub.name, DeviceKind.HUB, "radsecproxy", hub.version, files)


def _files(network: Network, hub: Hub) -> Iterator[File]:
    parts = render_parts("radsecproxy", "radsecproxy.conf.j2", **_view(network, hub))
    yield File(CONFIG, parts, 0o640, "root", _GROUP)
    yield _pem("ca.pem", SlotKind.CERTIFICATE, network.federation.trust.ca)
    yield _pem("hub.pem", SlotKind.CERTIFICATE, hub.certificate)
    yield _pem("hub.key", SlotKind.PRIVATE_KEY, str(hub.key))
    rotation = render_parts("radsecproxy", "logrotate.j2", log=LOG)
    yield File("/etc/logrotate.d/roaming-radsecproxy", rotation)


def _pem(name: str, kind: SlotKind, source: str) -> File:
    return File(f"{OURS}/{name}", (Slot(kind, source, "pem"),), 0o640, "root", _GROUP)


def _view(network: Network, hub: Hub) -> dict[str, object]:
    peers = _peers(network, hub)
    monitor = network.federation.monitor
    return {
        "name": hub.name,
        "log": LOG,
        "country": network.federation.country,
        "scheme": next((str(scheme) for scheme in network.federation.schemes if scheme is not Scheme.GOVWIFI), "local"),
        "mac_key": network.federation.fticks.mac_key,
        "retry_interval": timers(network.federation).retry_interval,
        "peers": peers,
        "tls": any(peer.tls_name for peer in peers),
        "udp": any(not peer.tls_name for peer in peers),
        "realms": _realms(network, hub),
        "catch_all": _catch_all(network),
        "monitors": [{"name": monitor.name, "address": monitor.address, "tls_name": NOBODY}] if monitor else [],
    }


def _peers(network: Network, hub: Hub) -> tuple[Peer, ...]:
    proxies = dict.fromkeys(
        proxy.name for borough in network.boroughs for proxy in network.proxies(borough) if proxy.federation
    )
    return (
        *(_proxy_peer(network, hub, network.servers_by_name[name]) for name in proxies),
        *(_upstream_peer(hub, upstream) for upstream in network.upstreams),
    )


def _proxy_peer(network: Network, hub: Hub, proxy: RadiusServer) -> Peer:
    face = proxy.federation
    if face is None:
        message = f"{proxy.name} is a proxy without a federation address"
        raise RenderError(message)
    operators = tuple(operator_name(borough) for borough in network.served(proxy, Role.PROXY))
    return _peer(hub, proxy, face, operators[0], _true_operator(operators))


def _upstream_peer(hub: Hub, upstream: Upstream) -> Peer:
    return _peer(hub, upstream, upstream, upstream.name, ())


def _peer(
    hub: Hub,
    node: RadiusServer | Upstream,
    face: FederationFace | Upstream,
    institution: str,
    rewrites: tuple[str, ...],
) -> Peer:
    radsec = face.transport is Transport.RADSEC
    abilities = RADSECPROXY.abilities(hub.version)
    status_server = node.status_check is StatusCheck.STATUS_SERVER
    signed = not radsec and "message-authenticator" in abilities
    deaf = status_server and "unsigned-status-answers" not in abilities
    return Peer(
        name=node.name,
        address=face.address,
        type="tls" if radsec else "udp",
        status_server="on" if status_server else "off",
        institution=institution,
        rewrites=rewrites,
        client_options=_SIGNED if signed else (),
        server_options=_SIGNED if signed and not deaf else (),
        tls_name=face.tls_name if radsec else None,
        secret=None if radsec else face.secret,
    )


def _true_operator(operators: tuple[str, ...]) -> tuple[str, ...]:
    """Return the rewrites that leave a peer only names of its own; a peer that serves several boroughs may choose.

    radsecproxy cannot say "unless": a name that may stay is marked with =, everything unmarked is overwritten.
    """
    first = operators[0]
    if len(operators) == 1:
        return ("RemoveAttribute 126", f"AddAttribute 126:'{first}")
    kept = "|".join(name[1:].replace(".", "[.]") for name in operators)
    return (
        f"ModifyAttribute 126:/^=.*$/{first}/",
        f"ModifyAttribute 126:/^1({kept})$/=\\1/",
        f"ModifyAttribute 126:/^[^=].*$/{first}/",
        "ModifyAttribute 126:/^=(.*)$/1\\1/",
        f"SupplementAttribute 126:'{first}",
    )


def _realms(network: Network, hub: Hub) -> tuple[RealmBlock, ...]:
    ours = (
        RealmBlock(realm, tuple(proxy.name for proxy in proxy_order(network, borough, hub)))
        for borough in network.boroughs
        for realm in borough.realms
    )
    listed = dict.fromkeys(
        realm for upstream in network.upstreams if upstream.realms != "any" for realm in upstream.realms
    )
    theirs = (
        RealmBlock(
            realm,
            tuple(
                upstream.name for upstream in network.upstreams if upstream.realms != "any" and realm in upstream.realms
            ),
        )
        for realm in listed
        if realm not in network.owners_by_realm
    )
    return (*ours, *theirs)


def _catch_all(network: Network) -> tuple[str, ...]:
    """Return the servers of all other realms: the upstreams that serve any; without one the hub rejects."""
    return tuple(upstream.name for upstream in network.upstreams if upstream.realms == "any")
