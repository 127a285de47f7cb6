"""Networks to render: the lab's, and the lab's with something changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from roaming.load import load
from roaming.model.base import SecretRef
from roaming.model.borough import FederationFace, SharedService
from roaming.model.terms import Role, Transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from roaming.model.borough import Borough, RadiusServer
    from roaming.model.network import Network

REPOSITORY = Path(__file__).parents[2]
OLDER = {"freeradius": "3.2.1", "radsecproxy": "1.9.2"}


def lab() -> Network:
    """Return the lab's network."""
    return load(REPOSITORY / "lab" / "inventory").network


def london() -> Network:
    """Return London's."""
    return load(REPOSITORY / "inventory").network


def with_server(network: Network, name: str, **changes: object) -> Network:
    """Change one RADIUS server."""

    def changed(server: RadiusServer) -> RadiusServer:
        return server.model_copy(update=changes) if server.name == name else server

    def of(borough: Borough) -> Borough:
        return borough.model_copy(update={"radius": tuple(changed(server) for server in borough.radius)})

    return replace(network, boroughs=tuple(of(borough) for borough in network.boroughs))


def older() -> Network:
    """Return the lab on Debian 12."""
    network = lab()
    for borough in network.boroughs:
        for server in borough.radius:
            network = with_server(network, server.name, version=OLDER["freeradius"])
    hubs = tuple(hub.model_copy(update={"version": OLDER["radsecproxy"]}) for hub in network.hubs)
    return replace(network, hubs=hubs)


def shared() -> Network:
    """Return the lab with Camden's second server as a proxy for Islington too, and Islington federated over UDP."""
    network = lab()
    face = FederationFace(
        address=network.servers_by_name["islington-rad-1"].federation.address,  # type: ignore[union-attr]
        transport=Transport.UDP,
        secret=SecretRef(secret="islington/udp"),  # noqa: S106  the name of a secret
    )
    home = SecretRef(secret="islington/home")  # noqa: S106  the name of a secret
    network = with_server(network, "islington-rad-1", federation=face, secret=home)
    service = SharedService.model_validate({"with": "islington", "radius": ("camden-rad-2",), "roles": (Role.PROXY,)})
    boroughs = tuple(
        borough.model_copy(update={"shared_services": (service,)}) if borough.slug == "camden" else borough
        for borough in network.boroughs
    )
    return replace(network, boroughs=boroughs)


CASES: dict[str, Callable[[], Network]] = {"lab": lab, "older": older, "shared": shared}
