"""What is on the air everywhere: SSIDs of schemes, WPA, fast transition."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from roaming.federation import mobility_domain
from roaming.model.terms import Band, BandMode, FastTransition, Scheme
from roaming.rules import walk
from roaming.rules.rule import Finding, Given, Rule, repeated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from roaming.model.wlan import Wlan

SSIDS: Mapping[Scheme, str] = {Scheme.GOVROAM: "govroam", Scheme.GOVWIFI: "GovWifi", Scheme.EDUROAM: "eduroam"}


def scheme_ssid(given: Given) -> Iterator[Finding]:
    """Find WLANs that do not carry their scheme's SSID to the letter."""
    for index, wlan in enumerate(given.network.wlans):
        wanted = SSIDS[wlan.scheme]
        if wlan.ssid != wanted:
            text = f"a WLAN of {wlan.scheme} has the SSID {wanted} to the letter, not {wlan.ssid}"
            yield Finding(("wlans", index, "ssid"), text)


def ssid_look_alike(given: Given) -> Iterator[Finding]:
    """Find SSIDs of other networks that pass for a scheme's."""
    for path, _, site in walk.sites(given.network):
        for index, other in enumerate(site.other_ssids):
            plain = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", other.name).casefold())
            for ssid in SSIDS.values():
                if ssid.casefold() in plain:
                    yield Finding((*path, "other_ssids", index, "name"), f"the SSID {other.name} passes for {ssid}")


def wpa_6ghz(given: Given) -> Iterator[Finding]:
    """Find WPA2 at 6 GHz."""
    for index, wlan in enumerate(given.network.wlans):
        mode = wlan.bands.mode(Band.GHZ_6)
        if mode in {BandMode.WPA2, BandMode.WPA2_WPA3}:
            yield Finding(
                ("wlans", index, "bands", "6"), f"{wlan.name} offers {mode} at 6 GHz, which permits wpa3 only"
            )


def wpa_mode(given: Given) -> Iterator[Finding]:
    """Find WLANs that no device, or only new devices, can join."""
    for index, wlan in enumerate(given.network.wlans):
        modes = {wlan.bands.mode(band) for band in Band} - {BandMode.OFF}
        if not modes:
            yield Finding(("wlans", index, "bands"), f"{wlan.name} is off on every band")
        elif modes == {BandMode.WPA3}:
            yield Finding(("wlans", index, "bands"), f"{wlan.name} has no band with WPA2 for devices without WPA3")


def ft_key(given: Given) -> Iterator[Finding]:
    """Find access points that offer fast transition without their owner's key."""
    wlans = given.network.wlans_by_name
    for path, borough in walk.boroughs(given.network):
        if borough.fast_transition_key:
            continue
        for number, site in enumerate(borough.sites):
            fast = next((name for name in site.wlans if _fast(wlans[name])), None)
            if fast and site.standalone:
                text = f"{fast} offers fast transition at {site.slug}, but {borough.slug} has no fast_transition_key"
                yield Finding((*path, "sites", number, "wlans"), text)


def _fast(wlan: Wlan) -> bool:
    return wlan.fast_roaming.ft is not FastTransition.OFF


def mobility_domain_unique(given: Given) -> Iterator[Finding]:
    """Find WLANs of two owners that would be taken for one mobility domain."""
    domains = (
        (mobility_domain(borough.slug, wlan.name), (*path, "borough", "slug"))
        for index, wlan in enumerate(given.network.wlans)
        if _fast(wlan)
        for path, borough in walk.boroughs(given.network)
    )
    for domain, path, first in repeated(domains):
        yield Finding(path, f"the mobility domain {domain} belongs to two owners", first)


RULES = (
    Rule(
        id="scheme-ssid",
        scheme="any",
        text="A scheme's WLAN carries the scheme's SSID to the letter: govroam, GovWifi, eduroam.",
        why="Devices compare octets: Govwifi and GovWiFi are other networks to them.",
        source="GovWifi tech docs set_up.md (hex 476F7657696669); Jisc govroam wiki, implementing_govroam",
        fix="write the SSID as the scheme does",
        find=scheme_ssid,
    ),
    Rule(
        id="ssid-look-alike",
        scheme="any",
        text="No other network's SSID contains, or reads like, a scheme's.",
        why="People hand their password to what looks right; the backup guest network is not to be named GovWifi.",
        source="GovWifi tech docs requirements.md (GW12); eduroam(UK) Technical Specification on non-compliant SSIDs",
        fix="rename the other network",
        find=ssid_look_alike,
    ),
    Rule(
        id="wpa-6ghz",
        scheme="any",
        text="At 6 GHz there is WPA3 only.",
        why="Access points refuse, and clients ignore, anything else there.",
        source="IEEE 802.11ax-2021 §12.12.2, Wi-Fi Alliance WPA3 Specification",
        fix='set "6": wpa3, or off',
        find=wpa_6ghz,
    ),
    Rule(
        id="wpa-mode",
        scheme="any",
        text="A WLAN is on somewhere, and offers WPA2-Enterprise on some band.",
        why="Councils keep devices for years; GovWifi asks for WPA2 and WPA3.",
        source="GovWifi tech docs requirements.md (GW2)",
        fix='set "5": wpa2-wpa3',
        find=wpa_mode,
    ),
    Rule(
        id="ft-key",
        scheme="any",
        text="Where standalone access points offer fast transition, their owner has a fast_transition_key.",
        why="Without a common key every roam by 802.11r fails after 0.6 s, and only then is the slow way tried.",
        source="IEEE 802.11-2020 §13.2; hostapd.conf r0kh, r1kh",
        fix="name the borough's key, or set ft: off",
        find=ft_key,
    ),
    Rule(
        id="mobility-domain-unique",
        scheme="any",
        text="No two owners have the same mobility domain.",
        why="It is a digest of owner and WLAN, four digits long: clients would try to carry keys over a border.",
        source="IEEE 802.11-2020 §9.4.2.46, §13.2",
        fix="rename the WLAN (its name, not its SSID), which gives every owner another domain",
        find=mobility_domain_unique,
    ),
)
