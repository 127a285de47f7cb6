"""The addresses by which access points are known on the air."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from monitor.target import RadioPlace
from roaming.model.site import AccessPoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roaming.model.network import Network
    from roaming.model.site import AnyAccessPoint, Site

_OF_A_BASE_RADIO: Final = 16
"""What a controller's access point has from its base radio MAC on, for the WLANs of all its radios."""


def bssids(network: Network) -> dict[bytes, RadioPlace]:
    """Return every BSSID of the inventory with its place.

    A standalone access point's radio counts up with each WLAN on its band, as it is rendered. Which of its addresses a
    controller gives to which WLAN is not known: all of them are its access point's.
    """
    found: dict[bytes, RadioPlace] = {}
    for borough, site in network.sites():
        for ap in site.access_points:
            place = RadioPlace(ap.name, site.slug, borough.slug)
            found |= dict.fromkeys(_addresses(network, site, ap), place)
    return found


def _addresses(network: Network, site: Site, ap: AnyAccessPoint) -> Iterator[bytes]:
    if not isinstance(ap, AccessPoint):
        yield from _from(ap.radio_mac, _OF_A_BASE_RADIO)
        return
    for radio in ap.radios:
        yield from _from(radio.bssid, len(network.offered(site, radio.band)))


def _from(mac: str, count: int) -> Iterator[bytes]:
    first = int(mac.replace(":", ""), 16)
    return (number.to_bytes(6, "big") for number in range(first, min(first + count, 1 << 48)))
