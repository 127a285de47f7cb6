"""Whose users are tried: the boroughs, and realms outside the region whose owners lent us a probe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roaming.model.terms import EapMethod

if TYPE_CHECKING:
    from roaming.model.identity import Probe
    from roaming.model.network import Network


@dataclass(frozen=True, slots=True)
class Home:
    """A realm and what its users' devices are set up with. `name` is the borough's slug, or the outside realm."""

    name: str
    realm: str
    realms: tuple[str, ...]
    eap: tuple[EapMethod, ...]
    server_names: tuple[str, ...]
    trust: tuple[str, ...]
    probe: Probe

    def methods(self) -> tuple[EapMethod, ...]:
        """Return the methods that the home offers and the probe has the means for."""
        means = {EapMethod.TLS: self.probe.tls, EapMethod.PEAP_MSCHAPV2: self.probe.password}
        return tuple(method for method in self.eap if means[method] is not None)


def homes(network: Network) -> tuple[Home, ...]:
    """Return every home of the inventory, boroughs first."""
    inside = tuple(
        Home(
            name=borough.slug,
            realm=borough.realm,
            realms=borough.realms,
            eap=borough.identity.eap,
            server_names=borough.identity.server_names,
            trust=borough.identity.trust,
            probe=borough.identity.probe,
        )
        for borough in network.boroughs
    )
    outside = tuple(
        Home(
            name=outside.realm,
            realm=outside.realm,
            realms=(outside.realm,),
            eap=outside.eap,
            server_names=outside.server_names,
            trust=outside.trust,
            probe=outside.probe,
        )
        for upstream in network.upstreams
        for outside in upstream.probes
    )
    return inside + outside
