"""The same access points by libyaml, pydantic and Jinja2 and nothing else: no lines, no rules, no quoting, no slots."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar
from zlib import crc32

import yaml
from jinja2 import Environment, FileSystemLoader

from roaming.federation import mobility_domain
from roaming.model.borough import Borough
from roaming.model.federation import FederationFile
from roaming.model.terms import Role
from roaming.model.wlan import WlansFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from roaming.model.borough import RadiusServer
    from roaming.model.site import AccessPoint, Site
    from roaming.model.wlan import Wlan

R = TypeVar("R", bound="BaseModel")

ENVIRONMENT: Final = Environment(  # noqa: S701  no HTML
    loader=FileSystemLoader(Path(__file__).parent), trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
)
DEFAULTS: Final = """\
# Written by roam; changes here are lost.
# Debian's unit takes DAEMON_CONF as one word, so further radios stand among the options.
DAEMON_CONF=/etc/hostapd/hostapd.conf
DAEMON_OPTS="{}"
"""


def read(path: Path, record: type[R]) -> R:
    """Read a file into its record."""
    loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return record.model_validate(loaded, strict=False)


def bssid(base: str, index: int) -> str:
    """Count up from a radio's BSSID."""
    return (int(base.replace(":", ""), 16) + index).to_bytes(6, "big").hex(":")


class Peer:
    """An inventory, and the files of its access points."""

    def __init__(self, directory: Path) -> None:
        """Read an inventory."""
        self.federation = read(directory / "federation.yml", FederationFile).federation
        self.wlans = {wlan.name: wlan for wlan in read(directory / "wlans.yml", WlansFile).wlans}
        self.boroughs = {
            borough.slug: borough
            for borough in (read(path, Borough) for path in sorted((directory / "boroughs").glob("*.yml")))
        }
        self.template = ENVIRONMENT.get_template("peer.j2")

    def files(self) -> Iterator[tuple[str, str, str]]:
        """Yield access point, path and text of every file."""
        for borough in self.boroughs.values():
            for site in borough.sites:
                servers = self.proxies(self.boroughs[site.owner])
                for index, ap in enumerate(site.standalone):
                    turn = (crc32(site.slug.encode()) + index) % len(servers)
                    yield from self.access_point(site, ap, servers[turn:] + servers[:turn])

    def proxies(self, borough: Borough) -> list[RadiusServer]:
        """Return a borough's proxies, then those that others share with it."""
        own = [server for server in borough.radius if Role.PROXY in server.roles]
        for other in self.boroughs.values():
            for shared in other.shared_services:
                if shared.partner == borough.slug and Role.PROXY in shared.roles:
                    own += [server for server in other.radius if server.name in shared.radius]
        return own

    def access_point(self, site: Site, ap: AccessPoint, servers: list[RadiusServer]) -> Iterator[tuple[str, str, str]]:
        """Yield the files of an access point."""
        owner, radios = self.boroughs[site.owner], ap.radios
        paths = ["/etc/hostapd/hostapd.conf", *(f"/etc/hostapd/hostapd-{radio.interface}.conf" for radio in radios[1:])]
        yield ap.name, "/etc/default/hostapd", DEFAULTS.format(" ".join(paths[1:]))
        wlans = [self.wlans[name] for name in site.wlans]
        locations = owner.govwifi.locations if owner.govwifi else ()
        around = {
            "ap": ap,
            "site": site,
            "owner": owner,
            "servers": servers,
            "servers_govwifi": self.federation.govwifi,
            "country": self.federation.country,
            "location": next((location for location in locations if site.slug in location.sites), None),
            "first": {wlan.name: next((r for r in radios if wlan.bands.mode(r.band) != "off"), None) for wlan in wlans},
            "widths": {20: 0, 40: 0, 80: 1, 160: 2},
            "classes": {20: 131, 40: 132, 80: 133, 160: 134},
            "akms": {"wpa2": "WPA-EAP", "wpa2-wpa3": "WPA-EAP WPA-EAP-SHA256", "wpa3": "WPA-EAP-SHA256"},
            "bssid": bssid,
            "mobility_domain": mobility_domain,
        }
        before = 0
        for path, radio in zip(paths, radios, strict=True):
            here = [wlan for wlan in wlans if wlan.bands.mode(radio.band) != "off"]
            modes = {wlan.name: wlan.bands.mode(radio.band) for wlan in here}
            yield ap.name, path, self.template.render(around, radio=radio, wlans=here, modes=modes, before=before)
            before += len(here)
            for index, wlan in enumerate(here):
                interface = f"{radio.interface}_{index}" if index else radio.interface
                yield ap.name, f"/etc/hostapd/{interface}.vlan", vlans(site, wlan, interface)


def vlans(site: Site, wlan: Wlan, interface: str) -> str:
    """Return the VLAN file of a BSS."""
    ids = {getattr(site.vlans, wlan.vlans.visitors).id}
    if wlan.scheme != "govwifi":
        ids.add(getattr(site.vlans, wlan.vlans.home_staff).id)
    return "".join(f"{vlan} {interface}.{vlan}\n" for vlan in sorted(ids))
