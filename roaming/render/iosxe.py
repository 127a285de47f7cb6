"""Wireless controllers: Catalyst 9800 with IOS-XE, one text of all that is ours on it.

Names: `<prefix>federation` and `<prefix>govwifi` are ways to RADIUS, `<prefix><WLAN>` a WLAN, `<prefix><WLAN>-<VLAN>`
its policy profile, `<prefix><site>` the tags of a site. What each command was taken from stands in docs/engineer.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zlib import crc32

from roaming.errors import RenderError
from roaming.federation import rotated, site_tag
from roaming.model.bundle import DeviceBundle, DeviceKind, File
from roaming.model.terms import Band, BandMode, FastTransition, Scheme
from roaming.render.iosxe_left import kept
from roaming.render.template import render_parts
from roaming.targets.iosxe import CONFIG, IOSXE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from ipaddress import IPv4Address

    from roaming.model.base import SecretRef
    from roaming.model.borough import Borough, Controller
    from roaming.model.network import Network
    from roaming.model.site import ControlledAccessPoint, Site
    from roaming.model.wlan import Wlan

_BANDS: Final = {Band.GHZ_2_4: "24ghz", Band.GHZ_5: "5ghz", Band.GHZ_6: "6ghz"}
# A WLAN of ours may become one of the controller's for each way of WPA, and keeps its numbers when it does.
_NUMBERS_PER_WLAN: Final = 4
_LAST_WLAN: Final = 4096
_DEADTIME_MIN: Final = 5


@dataclass(frozen=True, slots=True)
class _Server:
    """A RADIUS server as the controller knows it."""

    name: str
    address: IPv4Address
    secret: SecretRef


@dataclass(frozen=True, slots=True)
class _Group:
    """A way to RADIUS: servers in order of preference, and the method lists of that name. `deadtime` is in minutes."""

    name: str
    servers: tuple[str, ...]
    deadtime: int = _DEADTIME_MIN


@dataclass(frozen=True, slots=True)
class _Profile:
    """A policy profile: where the clients of a WLAN land when RADIUS does not say."""

    name: str
    vlan: int
    federated: bool


@dataclass(frozen=True, slots=True)
class _WlanProfile:
    """A WLAN of the controller: one of ours, on the bands with one way of WPA."""

    name: str
    number: int
    wlan: Wlan
    bands: tuple[str, ...]
    security: tuple[str, ...]
    method_list: str

    @property
    def ssid(self) -> str:
        """What is on the air."""
        return self.wlan.ssid

    @property
    def scheme(self) -> Scheme:
        """Whose rules it follows."""
        return self.wlan.scheme

    @property
    def neighbour_reports(self) -> bool:
        """802.11k."""
        return self.wlan.fast_roaming.neighbour_reports

    @property
    def bss_transition(self) -> bool:
        """802.11v."""
        return self.wlan.fast_roaming.bss_transition


@dataclass(frozen=True, slots=True)
class _Vlan:
    """A VLAN that an access point knows by itself."""

    name: str
    id: int


@dataclass(frozen=True, slots=True)
class _Tag:
    """The policy tag and the site tag of a site: which WLANs there are, each with its policy profile."""

    name: str
    wlans: tuple[tuple[str, str], ...]
    vlans: tuple[_Vlan, ...]

    @property
    def tag(self) -> str:
        """The name, where a flex profile has it."""
        return self.name


@dataclass(frozen=True, slots=True)
class _TaggedAccessPoint:
    """An access point, known by its Ethernet MAC, and its tags."""

    mac: str
    tag: str


@dataclass(frozen=True, slots=True)
class _Where:
    """A controller with all that is around it."""

    network: Network
    borough: Borough
    controller: Controller
    access_points: tuple[tuple[Site, ControlledAccessPoint], ...]

    @property
    def sites(self) -> tuple[Site, ...]:
        """The sites where it may have access points."""
        return tuple({site.slug: site for site, _ in self.access_points}.values())

    @property
    def wlans(self) -> tuple[Wlan, ...]:
        """The WLANs of its sites, in the order of the inventory."""
        names = {name for site in self.sites for name in site.wlans}
        return tuple(wlan for wlan in self.network.wlans if wlan.name in names)

    def named(self, *words: object) -> str:
        """Return a name of ours."""
        return self.controller.owns.prefix + "-".join(map(str, words))


def controllers(network: Network) -> Iterator[DeviceBundle]:
    """Return the configuration of every controller, in the order of the inventory."""
    return (one_controller(network, borough, controller) for borough, controller in network.controllers())


def one_controller(network: Network, borough: Borough, controller: Controller) -> DeviceBundle:
    """Return the configuration of one controller."""
    IOSXE.abilities(controller.version)
    where = _Where(network, borough, controller, tuple(network.controlled(borough, controller)))
    whole = render_parts("iosxe", "config.txt.j2", **_view(where))
    return DeviceBundle(
        owner=borough.slug,
        site="",
        name=controller.name,
        kind=DeviceKind.CONTROLLER,
        target=IOSXE.name,
        version=controller.version,
        files=(File(CONFIG, kept(controller, whole), mode=0o600),),
        owns=controller.owns.prefix,
        leaves=(*controller.owns.exceptions, *controller.owns.not_yet),
    )


def _view(where: _Where) -> dict[str, object]:
    federation, govwifi = _proxies(where), _govwifi(where)
    dynamic = where.borough.dynamic_authorization
    tags = tuple(_tags(where))
    return {
        "servers": (*federation, *govwifi),
        "groups": tuple(
            _Group(name, tuple(server.name for server in servers))
            for name, servers in ((where.named("federation"), federation), (where.named("govwifi"), govwifi))
            if servers
        ),
        "authorizers": tuple(sorted(server.address for server in federation)) if dynamic else (),
        "dynamic_authorization": dynamic.secret if dynamic else None,
        "aaa_policy": where.named("site"),
        "profiles": tuple(_profiles(where)),
        "wlans": tuple(profile for wlan in where.wlans for profile in _wlan_profiles(where, wlan)),
        "tags": tags,
        "flex_sites": tags if where.controller.ap_mode == "flex" else (),
        "access_points": tuple(
            _TaggedAccessPoint(ap.ethernet_mac, site_tag(where.controller, site)) for site, ap in where.access_points
        ),
    }


def _proxies(where: _Where) -> tuple[_Server, ...]:
    """Return the borough's proxies; the order turns from one controller to the next, so that load spreads."""
    if all(wlan.scheme is Scheme.GOVWIFI for wlan in where.wlans):
        return ()
    proxies = where.network.proxies(where.borough)
    if not proxies:
        message = f"{where.controller.name}: {where.borough.slug} has no RADIUS proxy, so its controller has no server"
        raise RenderError(message)
    turned = rotated(proxies, crc32(where.controller.name.encode()))
    return tuple(_Server(where.named(proxy.name), proxy.address, where.controller.secret) for proxy in turned)


def _govwifi(where: _Where) -> tuple[_Server, ...]:
    """Return GovWifi's servers with the one secret of the controller's location: a server has one key on a device."""
    slugs = {site.slug for site in where.sites if any(_is_govwifi(where, name) for name in site.wlans)}
    if not slugs:
        return ()
    govwifi = where.borough.govwifi
    places = [place for place in (govwifi.locations if govwifi else ()) if slugs & set(place.sites)]
    if len(places) != 1:
        message = (
            f"{where.controller.name}: its sites with GovWifi are of {len(places)} locations, and a controller, which"
            " is one source of RADIUS, is of one"
        )
        raise RenderError(message)
    servers = where.network.federation.govwifi
    if not servers:
        message = f"{where.controller.name}: the federation names no GovWifi servers"
        raise RenderError(message)
    return tuple(_Server(where.named(server.name), server.address, places[0].secret) for server in servers)


def _is_govwifi(where: _Where, name: str) -> bool:
    return where.network.wlans_by_name[name].scheme is Scheme.GOVWIFI


def _vlan(site: Site, wlan: Wlan) -> int:
    """Return where clients land whom RADIUS gives no VLAN: among the visitors."""
    return site.vlans.visitors.id if wlan.vlans.visitors == "visitors" else site.vlans.staff.id


def _profiles(where: _Where) -> Iterator[_Profile]:
    found = {
        where.named(wlan.name, _vlan(site, wlan)): _Profile(
            where.named(wlan.name, _vlan(site, wlan)), _vlan(site, wlan), wlan.scheme is not Scheme.GOVWIFI
        )
        for wlan in where.wlans
        for site in where.sites
        if wlan.name in site.wlans
    }
    yield from found.values()


def _wlan_profiles(where: _Where, wlan: Wlan) -> Iterator[_WlanProfile]:
    """Yield a WLAN once for each way of WPA: a WLAN of the controller has one on all its bands, and 6 GHz no WPA2."""
    modes = {band: wlan.bands.mode(band) for band in Band}
    if modes[Band.GHZ_6] not in (BandMode.OFF, BandMode.WPA3):
        message = f"WLAN {wlan.name}: 6 GHz permits wpa3 only, not {modes[Band.GHZ_6]}"
        raise RenderError(message)
    offered = dict.fromkeys(mode for mode in modes.values() if mode is not BandMode.OFF)
    first = where.controller.owns.first_wlan_id + _NUMBERS_PER_WLAN * where.network.wlans.index(wlan)
    if first + _NUMBERS_PER_WLAN > _LAST_WLAN:
        message = f"{where.controller.name}: no WLAN number is left for {wlan.name}: {_LAST_WLAN} is the last"
        raise RenderError(message)
    for index, mode in enumerate(offered):
        yield _WlanProfile(
            name=where.named(wlan.name, *((mode,) if index else ())),
            number=first + index,
            wlan=wlan,
            bands=tuple(_BANDS[band] for band in Band if modes[band] is mode),
            security=tuple(_security(wlan, mode)),
            method_list=where.named("govwifi" if wlan.scheme is Scheme.GOVWIFI else "federation"),
        )


def _security(wlan: Wlan, mode: BandMode) -> Iterator[str]:
    """Yield the lines of WPA. WPA3 with FT alone would shut out clients without FT: SHA-256 stands beside it."""
    fast = wlan.fast_roaming.ft is FastTransition.MIXED
    if mode is BandMode.WPA3:
        yield "no security wpa wpa2"
        yield "no security wpa akm dot1x"
    if mode is not BandMode.WPA2:
        yield "security wpa akm dot1x-sha256"
        yield "security wpa wpa3"
    if wlan.fast_roaming.ft is not FastTransition.ADAPTIVE:
        yield "no security ft adaptive"
    if fast:
        yield "security ft"
        yield from ["security ft over-the-ds"] if wlan.fast_roaming.over_ds else []
        yield "security wpa akm ft dot1x"
    yield f"security pmf {'mandatory' if mode is BandMode.WPA3 else 'optional'}"


def _tags(where: _Where) -> Iterator[_Tag]:
    profiles = {wlan.name: tuple(_wlan_profiles(where, wlan)) for wlan in where.wlans}
    for site in where.sites:
        offered = (wlan for wlan in where.wlans if wlan.name in site.wlans)
        yield _Tag(
            name=site_tag(where.controller, site),
            wlans=tuple(
                (profile.name, where.named(wlan.name, _vlan(site, wlan)))
                for wlan in offered
                for profile in profiles[wlan.name]
            ),
            vlans=tuple(_Vlan(name, getattr(site.vlans, name).id) for name in ("staff", "visitors")),
        )
