"""Standalone access points: one hostapd.conf a radio, with every WLAN of the site as a BSS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zlib import crc32

from roaming.errors import RenderError
from roaming.federation import mobility_domain
from roaming.model.bundle import DeviceBundle, DeviceKind, File
from roaming.model.terms import Band, BandMode, FastTransition, Scheme
from roaming.render.channel import Channel, channel
from roaming.render.template import render_parts
from roaming.targets.hostapd import CONFIG, DEFAULTS, DIRECTORY, HOSTAPD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from ipaddress import IPv4Address

    from roaming.model.base import SecretRef
    from roaming.model.borough import Borough, RadiusServer
    from roaming.model.bundle import Slot
    from roaming.model.network import Network
    from roaming.model.site import AccessPoint, Radio, Site
    from roaming.model.wlan import Wlan

_AKMS: Final = {
    BandMode.WPA2: ("WPA-EAP",),
    BandMode.WPA2_WPA3: ("WPA-EAP", "WPA-EAP-SHA256"),
    # WPA3 with FT alone shuts out clients without FT; 6 GHz permits no WPA2.
    BandMode.WPA3: ("WPA-EAP-SHA256",),
}
_LONGEST_INTERFACE: Final = 15
_LONGEST_IDENTIFIER: Final = 48
_RADIUS_PORT: Final = 1812
_DAS_PORT: Final = 3799


@dataclass(frozen=True, slots=True)
class _Server:
    """A RADIUS server as a BSS uses it."""

    address: IPv4Address
    secret: SecretRef
    port: int = _RADIUS_PORT


@dataclass(frozen=True, slots=True)
class _Bss:
    """One WLAN on one radio. With `vlans` a client lands in the one that RADIUS names, else all in `fixed_vlan`.

    With both `vlans` and `mobility_domain` 802.11r's key messages travel in `key_vlan`.
    """

    interface: str
    bssid: str
    identifier: str
    wlan: Wlan
    akms: tuple[str, ...]
    protected: int
    servers: tuple[_Server, ...]
    vlans: tuple[int, ...]
    fixed_vlan: int | None
    mobility_domain: str | None
    key_vlan: int
    das_port: int | None

    @property
    def vlan_file(self) -> str:
        """Where this BSS's VLANs are listed."""
        return f"{DIRECTORY}/{self.interface}.vlan"


@dataclass(frozen=True, slots=True)
class _Where:
    """An access point, the `index`th of its site, with all that is around it; the borough `owner` owns the network."""

    network: Network
    owner: Borough
    proxies: tuple[RadiusServer, ...]
    site: Site
    ap: AccessPoint
    index: int


def access_points(network: Network) -> Iterator[DeviceBundle]:
    """Yield the files of every standalone access point, in the order of the inventory."""
    for borough, site in network.sites():
        owner = network.boroughs_by_slug[site.owner]
        proxies = network.proxies(owner) if site.standalone else ()
        for index, ap in enumerate(site.standalone):
            HOSTAPD.abilities(ap.version)
            yield DeviceBundle(
                owner=borough.slug,
                site=site.slug,
                name=ap.name,
                kind=DeviceKind.ACCESS_POINT,
                target=HOSTAPD.name,
                version=ap.version,
                files=tuple(_files(_Where(network, owner, proxies, site, ap, index))),
            )


def _files(where: _Where) -> Iterator[File]:
    first, *others = _paths(where.ap)
    yield File(DEFAULTS, render_parts("hostapd", "defaults.j2", first=first, others=others))
    bss_count = 0
    for path, radio in zip((first, *others), where.ap.radios, strict=True):
        bsses = tuple(_bsses(where, radio, bss_count))
        bss_count += len(bsses)
        yield File(path, _radio(where, radio, bsses), mode=0o600)
        for bss in bsses:
            text = render_parts("hostapd", "vlan.j2", bss=bss, vlans=bss.vlans or (bss.fixed_vlan,))
            yield File(bss.vlan_file, text)


def _paths(ap: AccessPoint) -> tuple[str, ...]:
    """Name a file for each radio: the first has the name that Debian's service knows by itself."""
    names = [radio.interface for radio in ap.radios]
    if len(set(names)) < len(names):
        message = f"{ap.name}: two radios have the same interface"
        raise RenderError(message)
    return (CONFIG, *(f"{DIRECTORY}/hostapd-{name}.conf" for name in names[1:]))


def _radio(where: _Where, radio: Radio, bsses: tuple[_Bss, ...]) -> tuple[str | Slot, ...]:
    place: Channel = channel(radio)
    return render_parts(
        "hostapd",
        "hostapd.conf.j2",
        ap=where.ap,
        owner=where.owner,
        country=where.network.federation.country,
        radio=radio,
        channel=place,
        bsses=bsses,
    )


def _bsses(where: _Where, radio: Radio, before: int) -> Iterator[_Bss]:
    offered = where.network.offered(where.site, radio.band)
    if not offered:
        message = f"{where.ap.name}: no WLAN of {where.site.slug} is offered on {radio.band} GHz ({radio.interface})"
        raise RenderError(message)
    for index, wlan in enumerate(offered):
        yield _bss(where, radio, wlan, index, before)


def _bss(where: _Where, radio: Radio, wlan: Wlan, index: int, before: int) -> _Bss:
    mode = _mode(radio, wlan)
    fast = _fast(where, wlan)
    visitors = getattr(where.site.vlans, wlan.vlans.visitors).id
    staff = getattr(where.site.vlans, wlan.vlans.home_staff).id
    federated = wlan.scheme is not Scheme.GOVWIFI
    return _Bss(
        interface=_interface(where.ap, radio, index, longest_vlan=max(staff, visitors)),
        bssid=_bssid(where.ap, radio, index),
        identifier=_identifier(where.ap, radio, wlan),
        wlan=wlan,
        akms=(*_AKMS[mode], *(("FT-EAP",) if fast else ())),
        protected=2 if mode is BandMode.WPA3 else 1,
        servers=_proxies(where) if federated else _govwifi(where),
        vlans=tuple(sorted({staff, visitors})) if federated else (),
        fixed_vlan=None if federated else visitors,
        mobility_domain=mobility_domain(where.owner.slug, wlan.name) if fast else None,
        key_vlan=staff,
        # hostapd opens a CoA socket for each BSS, which knows that BSS's clients only.
        das_port=_DAS_PORT + before + index if federated and where.owner.dynamic_authorization else None,
    )


def _fast(where: _Where, wlan: Wlan) -> bool:
    if wlan.fast_roaming.ft is FastTransition.OFF:
        return False
    if where.owner.fast_transition_key is None:
        message = (
            f"{where.ap.name}: WLAN {wlan.name} has fast roaming, but {where.owner.slug} has no fast_transition_key"
        )
        raise RenderError(message)
    return True


def _mode(radio: Radio, wlan: Wlan) -> BandMode:
    mode = wlan.bands.mode(radio.band)
    if radio.band is Band.GHZ_6 and mode is not BandMode.WPA3:
        message = f"WLAN {wlan.name}: 6 GHz permits wpa3 only, not {mode}"
        raise RenderError(message)
    return mode


def _interface(ap: AccessPoint, radio: Radio, index: int, longest_vlan: int) -> str:
    name = f"{radio.interface}_{index}" if index else radio.interface
    if len(f"{name}.{longest_vlan}") > _LONGEST_INTERFACE:
        message = (
            f"{ap.name}: interface {radio.interface} is too long: Linux allows {_LONGEST_INTERFACE} characters, "
            f"and {name}.{longest_vlan} has more"
        )
        raise RenderError(message)
    return name


def _bssid(ap: AccessPoint, radio: Radio, index: int) -> str:
    number = int(radio.bssid.replace(":", ""), 16) + index
    if number >> 48:
        message = f"{ap.name}: no BSSID is left after {radio.bssid}"
        raise RenderError(message)
    digits = f"{number:012x}"
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def _identifier(ap: AccessPoint, radio: Radio, wlan: Wlan) -> str:
    """Return the NAS-Identifier; it names the holder of FT keys, and each radio of a WLAN is one of its own."""
    first = next(other for other in ap.radios if wlan.bands.mode(other.band) is not BandMode.OFF)
    identifier = ap.identifier if radio == first else f"{ap.identifier}-{radio.interface}"
    if len(identifier.encode()) > _LONGEST_IDENTIFIER:
        message = f"{ap.name}: NAS-Identifier {identifier} has more than {_LONGEST_IDENTIFIER} octets"
        raise RenderError(message)
    return identifier


def _proxies(where: _Where) -> tuple[_Server, ...]:
    """Return the owner's proxies; the order turns from one access point of a site to the next, so that load spreads."""
    if not where.proxies:
        message = f"{where.ap.name}: {where.owner.slug} has no RADIUS proxy, so its access points have no server"
        raise RenderError(message)
    turn = (crc32(where.site.slug.encode()) + where.index) % len(where.proxies)
    return tuple(_Server(proxy.address, where.ap.secret) for proxy in (*where.proxies[turn:], *where.proxies[:turn]))


def _govwifi(where: _Where) -> tuple[_Server, ...]:
    """Return GovWifi's servers in the order given, which spreads its load (GW5), with the location's secret."""
    govwifi = where.owner.govwifi
    locations = [place for place in (govwifi.locations if govwifi else ()) if where.site.slug in place.sites]
    if not locations:
        message = f"{where.ap.name}: {where.owner.slug} has no GovWifi location for {where.site.slug}, so no secret"
        raise RenderError(message)
    servers = where.network.federation.govwifi
    if not servers:
        message = f"{where.ap.name}: the federation names no GovWifi servers"
        raise RenderError(message)
    return tuple(_Server(server.address, locations[0].secret) for server in servers)
