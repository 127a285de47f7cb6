"""What a building has: how many SSIDs, radios that can send, VLANs that keep visitors apart, an owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roaming.model.terms import Band
from roaming.rules import walk
from roaming.rules.rule import Finding, Given, Rule, repeated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from roaming.load import ModelPath
    from roaming.model.network import Network
    from roaming.model.site import Radio, Site

MOST_SSIDS = 4
MOST_OCTETS = 48
CHANNELS: Mapping[Band, frozenset[int]] = {
    Band.GHZ_2_4: frozenset(range(1, 14)),
    Band.GHZ_5: frozenset({*range(36, 65, 4), *range(100, 145, 4), *range(149, 166, 4)}),
    Band.GHZ_6: frozenset(range(1, 94, 4)),
}
"""Primary channels that wireless-regdb permits in Great Britain."""


def ssid_limit(given: Given) -> Iterator[Finding]:
    """Find sites with more SSIDs on a band than the air bears."""
    for path, _, site in walk.sites(given.network):
        for band in Band:
            count = len(given.network.offered(site, band)) + sum(band in other.bands for other in site.other_ssids)
            if count > MOST_SSIDS:
                text = f"{site.slug} has {count} SSIDs at {band} GHz, {MOST_SSIDS} are the most"
                yield Finding((*path, "wlans"), text)


def ssid_once(given: Given) -> Iterator[Finding]:
    """Find sites where two WLANs, or the same one twice, have one SSID."""
    wlans = given.network.wlans_by_name
    for path, _, site in walk.sites(given.network):
        offered = ((wlans[name].ssid, (*path, "wlans", index)) for index, name in enumerate(site.wlans))
        for ssid, at, _ in repeated(offered):
            yield Finding(at, f"{site.slug} offers the SSID {ssid} a second time")


def radio_channel(given: Given) -> Iterator[Finding]:
    """Find radios on channels that their band does not have, and bands and interfaces used twice."""
    if given.network.federation.country != "GB":
        return
    for path, _, access_point in walk.access_points(given.network):
        for index, radio in enumerate(access_point.radios):
            at = (*path, "radios", index)
            if radio.channel not in CHANNELS[radio.band]:
                yield Finding((*at, "channel"), f"channel {radio.channel} is no channel at {radio.band} GHz in GB")
            yield from _twice(at, radio, access_point.radios[:index])


def _twice(path: ModelPath, radio: Radio, before: tuple[Radio, ...]) -> Iterator[Finding]:
    if any(radio.interface == other.interface for other in before):
        yield Finding((*path, "interface"), f"the interface {radio.interface} is used a second time")


def radio_serves(given: Given) -> Iterator[Finding]:
    """Find radios on a band where none of the site's WLANs is offered."""
    for path, site, access_point in walk.access_points(given.network):
        for index, radio in enumerate(access_point.radios):
            if not given.network.offered(site, radio.band):
                text = f"no WLAN of {site.slug} is offered at {radio.band} GHz, where {access_point.name} has a radio"
                yield Finding((*path, "radios", index, "band"), text)


def nas_identifier_length(given: Given) -> Iterator[Finding]:
    """Find access points whose name is too long to be their NAS-Identifier."""
    for path, _, access_point in walk.access_points(given.network):
        octets = len(access_point.identifier.encode())
        if octets > MOST_OCTETS:
            text = f"the NAS-Identifier is the name, which has {octets} octets: {MOST_OCTETS} are the most"
            yield Finding((*path, "name"), text)


def visitor_vlan(given: Given) -> Iterator[Finding]:
    """Find sites where visitors land in the staff VLAN."""
    for path, _, site in walk.sites(given.network):
        if site.vlans.staff.id == site.vlans.visitors.id:
            text = f"visitors of {site.slug} would be in the staff VLAN {site.vlans.staff.id}"
            yield Finding((*path, "vlans", "visitors", "id"), text)
        yield from _overlap(site, path)
    yield from _visitors_as_staff(given.network)


def _overlap(site: Site, path: ModelPath) -> Iterator[Finding]:
    staff, visitors = site.vlans.staff.subnet, site.vlans.visitors.subnet
    if staff and visitors and staff.overlaps(visitors):
        text = f"the visitors' subnet {visitors} of {site.slug} overlaps the staff's {staff}"
        yield Finding((*path, "vlans", "visitors", "subnet"), text)


def _visitors_as_staff(network: Network) -> Iterator[Finding]:
    for index, wlan in enumerate(network.wlans):
        if wlan.vlans.visitors == "staff":
            yield Finding(("wlans", index, "vlans", "visitors"), f"{wlan.name} puts visitors into the staff VLAN")


def site_owner(given: Given) -> Iterator[Finding]:
    """Find sites in the file of a borough that does not own them, and hosts named twice."""
    for path, borough, site in walk.sites(given.network):
        if site.owner != borough.slug:
            text = f"{site.slug} is owned by {site.owner}, but stands in {borough.slug}'s file"
            yield Finding((*path, "owner"), text)
        for index, host in enumerate(site.hosts):
            if host in site.hosts[:index]:
                yield Finding((*path, "hosts", index), f"{host} is named a second time among the hosts of {site.slug}")


RULES = (
    Rule(
        id="ssid-limit",
        scheme="any",
        text=f"At most {MOST_SSIDS} SSIDs per band per site, those of others counted.",
        why="Every SSID sends ten beacons a second at the lowest rate: airtime that nobody gets back.",
        source="GovWifi tech docs requirements.md (GW9)",
        fix="take an SSID off the band, or off the site",
        find=ssid_limit,
    ),
    Rule(
        id="ssid-once",
        scheme="any",
        text="A site offers an SSID once.",
        why="Two networks of one name on one radio differ in their settings, and devices take either.",
        source="IEEE 802.11-2020 §4.3.5: stations roam among all access points of one SSID",
        fix="name the WLAN once; give two WLANs two SSIDs, or two bands to one WLAN",
        find=ssid_once,
    ),
    Rule(
        id="radio-channel",
        scheme="any",
        text="A radio is on a channel of its band, on an interface of its own.",
        why="hostapd does not start on any other, and the whole access point stays silent.",
        source="wireless-regdb, country GB; IEEE 802.11-2020 annex E",
        fix="correct channel, band or interface",
        find=radio_channel,
    ),
    Rule(
        id="radio-serves",
        scheme="any",
        text="A radio is on a band where one of its site's WLANs is offered.",
        why="hostapd has nothing to start on that radio, and nothing is rendered.",
        source="docs/architecture.md",
        fix="switch the WLAN on for the band, or take the radio out",
        find=radio_serves,
    ),
    Rule(
        id="nas-identifier-length",
        scheme="any",
        text=f"A NAS-Identifier has at most {MOST_OCTETS} octets, also where it is the access point's name.",
        why="It is the R0KH-ID of 802.11r, which has no room for more.",
        source="IEEE 802.11-2020 §13.2, §9.4.2.47",
        fix="set a short nas_identifier, or shorten the name",
        find=nas_identifier_length,
    ),
    Rule(
        id="visitor-vlan-distinct",
        scheme="any",
        text="Visitors are never in the staff VLAN, nor in its subnet.",
        why="Another council's laptop has no business on the office network.",
        source='Jisc govroam wiki: visitor VLAN "same as eduroam"; FreeRADIUS wiki, guide/eduroam',
        fix="give visitors a VLAN and a subnet of their own",
        find=visitor_vlan,
    ),
    Rule(
        id="site-owner",
        scheme="any",
        text="A site stands in its owner's file; each host is named once.",
        why="A borough pushes only its own devices, and mobility domains end where the owner ends.",
        source="docs/architecture.md: authority, mobility domains",
        fix="move the site into its owner's file, or correct owner and hosts",
        find=site_owner,
    ),
)
