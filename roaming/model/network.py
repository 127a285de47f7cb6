"""The whole inventory as one frozen value, with the look-ups that every later stage needs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from roaming.model.terms import BandMode, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roaming.model.borough import Borough, Controller, RadiusServer
    from roaming.model.federation import Federation, Hub, Upstream
    from roaming.model.identity import Certificate
    from roaming.model.site import AccessPoint, ControlledAccessPoint, Site
    from roaming.model.terms import Band
    from roaming.model.wlan import Wlan


@dataclass(frozen=True)
class Network:
    """Everything the inventory says; references have been resolved once, so look-ups do not fail."""

    federation: Federation
    hubs: tuple[Hub, ...]
    upstreams: tuple[Upstream, ...]
    certificates: tuple[Certificate, ...]
    wlans: tuple[Wlan, ...]
    boroughs: tuple[Borough, ...]

    @cached_property
    def boroughs_by_slug(self) -> dict[str, Borough]:
        """Boroughs by slug."""
        return {borough.slug: borough for borough in self.boroughs}

    @cached_property
    def wlans_by_name(self) -> dict[str, Wlan]:
        """WLANs by name."""
        return {wlan.name: wlan for wlan in self.wlans}

    @cached_property
    def certificates_by_name(self) -> dict[str, Certificate]:
        """Every certificate record, the federation's and the boroughs'."""
        own = (certificate for borough in self.boroughs for certificate in borough.certificates)
        return {certificate.name: certificate for certificate in (*self.certificates, *own)}

    @cached_property
    def owners_by_realm(self) -> dict[str, Borough]:
        """Boroughs by each of their realms."""
        return {realm: borough for borough in self.boroughs for realm in borough.realms}

    @cached_property
    def servers_by_name(self) -> dict[str, RadiusServer]:
        """Every borough's RADIUS servers by name."""
        return {server.name: server for borough in self.boroughs for server in borough.radius}

    def servers(self, borough: Borough, role: Role) -> tuple[RadiusServer, ...]:
        """Return the servers with a role for a borough: its own, then those shared with it."""
        own = [server for server in borough.radius if role in server.roles]
        shared = [
            self.servers_by_name[name]
            for owner in self.boroughs
            for service in owner.shared_services
            if service.partner == borough.slug and role in service.roles
            for name in service.radius
        ]
        return tuple(own + shared)

    def homes(self, borough: Borough) -> tuple[RadiusServer, ...]:
        """Return the servers that know a borough's staff."""
        return self.servers(borough, Role.HOME)

    def proxies(self, borough: Borough) -> tuple[RadiusServer, ...]:
        """Return the servers that a borough's access points and the hubs talk to."""
        return self.servers(borough, Role.PROXY)

    def served(self, server: RadiusServer, role: Role) -> tuple[Borough, ...]:
        """Return the boroughs for which a server has a role."""
        return tuple(borough for borough in self.boroughs if server in self.servers(borough, role))

    def sites(self) -> Iterator[tuple[Borough, Site]]:
        """Yield every site with the borough whose file it stands in."""
        return ((borough, site) for borough in self.boroughs for site in borough.sites)

    def access_points(self) -> Iterator[tuple[Borough, Site, AccessPoint]]:
        """Yield every standalone access point with its borough and site."""
        return ((borough, site, ap) for borough, site in self.sites() for ap in site.standalone)

    def offered(self, site: Site, band: Band) -> tuple[Wlan, ...]:
        """Return a site's WLANs that are on a band, in the order in which a radio's BSSIDs count up."""
        wlans = (self.wlans_by_name[name] for name in site.wlans)
        return tuple(wlan for wlan in wlans if wlan.bands.mode(band) is not BandMode.OFF)

    def controllers(self) -> Iterator[tuple[Borough, Controller]]:
        """Yield every wireless controller with its borough."""
        return ((borough, controller) for borough in self.boroughs for controller in borough.controllers)

    def controlled(self, borough: Borough, controller: Controller) -> Iterator[tuple[Site, ControlledAccessPoint]]:
        """Yield the access points that a controller has to know: its own, and those of which it may have to take over.

        They come to it when theirs is gone, and find the same tags there.
        """
        known = {controller.name}
        known |= {other.name for other in borough.controllers if other.ha and other.ha.peer == controller.name}
        return ((site, ap) for site in borough.sites for ap in site.controlled if ap.controller in known)
