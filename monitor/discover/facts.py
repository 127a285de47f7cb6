"""The federation as the monitor sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.discover.part import within
from monitor.target import FEDERATION, BoroughFacts, Estate, RadiusTarget, SiteFacts
from roaming.model.terms import Role, Transport
from roaming.verify.home import homes

if TYPE_CHECKING:
    from roaming.model.borough import Borough, RadiusServer
    from roaming.model.federation import Hub
    from roaming.model.network import Network
    from roaming.model.site import Site


def estate(network: Network, limit: str | None = None) -> Estate:
    """Return who visits whom, and where. `limit` names the visited boroughs; the homes are always all of them."""
    boroughs = tuple(borough for borough in network.boroughs if within(borough.slug, limit))
    return Estate(
        name=network.federation.name,
        operator=network.federation.operator.name,
        boroughs=tuple(_borough(borough) for borough in boroughs),
        homes=tuple(home.name for home in homes(network)),
        sites=tuple(_site(borough, site) for borough in boroughs for site in borough.sites),
        servers=tuple(_server(borough, server) for borough in boroughs for server in borough.radius),
        hubs=tuple(_hub(hub) for hub in network.hubs) if within(FEDERATION, limit) else (),
    )


def _borough(borough: Borough) -> BoroughFacts:
    head = borough.borough
    return BoroughFacts(head.slug, head.name, head.gss, str(head.contact))


def _site(borough: Borough, site: Site) -> SiteFacts:
    return SiteFacts(
        slug=site.slug,
        name=site.name,
        owner=borough.slug,
        hosts=site.hosts,
        position=site.location,
        postcode=site.postcode or "",
        hours=site.hours or "",
        access_points=tuple(ap.name for ap in site.access_points),
    )


def _server(borough: Borough, server: RadiusServer) -> RadiusTarget:
    roles = set(server.roles)
    face = server.federation
    radsec = face if face is not None and face.transport is Transport.RADSEC else None
    return RadiusTarget(
        name=server.name,
        owner=borough.slug,
        role="both" if roles == {Role.HOME, Role.PROXY} else server.roles[0].value,
        address=str(server.address),
        federation=str(radsec.address) if radsec else "",
        tls_name=str(radsec.tls_name) if radsec else "",
    )


def _hub(hub: Hub) -> RadiusTarget:
    return RadiusTarget(
        name=hub.name,
        owner=FEDERATION,
        role="hub",
        address=str(hub.management),
        federation=str(hub.address),
        tls_name=str(hub.tls_name),
    )
