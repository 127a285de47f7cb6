"""Wireless controllers: names that fit, sites that are not too large, one place for GovWifi, a peer that can help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roaming.federation import controller_places, site_tag
from roaming.model.terms import Band, BandMode, Scheme
from roaming.rules import walk
from roaming.rules.rule import Finding, Given, Rule
from roaming.targets.iosxe import LONGEST_NAME, SLASH, is_thing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roaming.model.borough import Borough, Controller
    from roaming.model.network import Network
    from roaming.model.wlan import Wlan

MOST_IN_FLEX = 100
MOST_IN_HIGH_SCALE = 300
LAST_VLAN = 4094


def controller_peer(given: Given) -> Iterator[Finding]:
    """Find controllers that shall stand in for themselves, or for one that works otherwise."""
    for path, borough, controller in walk.controllers(given.network):
        peer = next((one for one in borough.controllers if controller.ha and one.name == controller.ha.peer), None)
        if peer is controller:
            yield Finding((*path, "ha", "peer"), f"{controller.name} cannot take over from itself")
        elif peer and _manner(peer) != _manner(controller):
            text = f"{peer.name} takes over from {controller.name}, but differs from it in owns or ap_mode"
            yield Finding((*path, "ha", "peer"), text)


def _manner(controller: Controller) -> tuple[object, ...]:
    """Return what two controllers that stand in for each other have alike; what is left to the borough may differ."""
    return controller.owns.prefix, controller.owns.first_wlan_id, controller.ap_mode


def controller_exceptions(given: Given) -> Iterator[Finding]:
    """Find exceptions that name nothing that we write on a controller."""
    for path, _, controller in walk.controllers(given.network):
        for key, names in (("except", controller.owns.exceptions), ("not_yet", controller.owns.not_yet)):
            for index, name in enumerate(names):
                if not is_thing(name) or (key == "not_yet" and SLASH in name):
                    text = f"`{name}` is nothing that we make on {controller.name}"
                    yield Finding((*path, "owns", key, index), text)


def site_tag_size(given: Given) -> Iterator[Finding]:
    """Find sites with more access points of a controller than share keys in FlexConnect."""
    for path, borough, controller in walk.controllers(given.network):
        most = MOST_IN_HIGH_SCALE if controller.high_scale else MOST_IN_FLEX
        here = [site.slug for site, _ in given.network.controlled(borough, controller)]
        for slug in dict.fromkeys(here) if controller.ap_mode == "flex" else ():
            if here.count(slug) > most:
                text = f"{slug} has {here.count(slug)} access points on {controller.name}, {most} share keys with flex"
                yield Finding((*path, "ap_mode"), text)


def controller_names(given: Given) -> Iterator[Finding]:
    """Find names that are too long for a controller with its prefix before them."""
    for path, borough, controller in walk.controllers(given.network):
        for name, what in _names(given.network, borough, controller):
            if len(name) > LONGEST_NAME:
                text = f"the {what} {name} has {len(name)} characters on {controller.name}, {LONGEST_NAME} are the most"
                yield Finding((*path, "owns", "prefix"), text)


def _names(network: Network, borough: Borough, controller: Controller) -> Iterator[tuple[str, str]]:
    prefix = controller.owns.prefix
    sites = [site for _, site in controller_places(network, borough, controller)]
    yield from ((site_tag(controller, site), "tag") for site in sites)
    yield from ((f"{prefix}{server.name}", "RADIUS server") for server in network.proxies(borough))
    yield from ((f"{prefix}{server.name}", "RADIUS server") for server in network.federation.govwifi)
    used = {name for site in sites for name in site.wlans}
    for wlan in network.wlans:
        if wlan.name in used:
            yield f"{prefix}{wlan.name}-{_longest_end(wlan)}", "WLAN"


def _longest_end(wlan: Wlan) -> str:
    """Return the longest that stands behind a WLAN's name: a VLAN, or a way of WPA when there are several."""
    modes = {str(wlan.bands.mode(band)) for band in Band} - {str(BandMode.OFF)}
    ends = {str(LAST_VLAN)} | (modes if len(modes) > 1 else set())
    return max(sorted(ends), key=len)


def controller_govwifi(given: Given) -> Iterator[Finding]:
    """Find controllers whose sites with GovWifi are of several locations."""
    wlans = given.network.wlans_by_name
    for path, borough, controller in walk.controllers(given.network):
        sites = [site for _, site in controller_places(given.network, borough, controller)]
        slugs = {site.slug for site in sites if any(wlans[name].scheme is Scheme.GOVWIFI for name in site.wlans)}
        known = borough.govwifi.locations if borough.govwifi else ()
        places = [place.name for place in known if slugs & set(place.sites)]
        if len(places) > 1:
            text = f"{controller.name} serves sites of the GovWifi locations {' and '.join(places)}"
            yield Finding((*path, "name"), text)


RULES = (
    Rule(
        id="controller-peer",
        scheme="any",
        text="A controller that takes over from another one is another one, and is set up alike.",
        why="Access points that come to it ask for the same tags; where they are missing they send out something else.",
        source="Cisco Catalyst 9800, AP Tag Persistency: tags must exist on every controller that may be joined",
        fix="name the other controller as peer, with the same owns and ap_mode",
        find=controller_peer,
    ),
    Rule(
        id="site-tag-size",
        scheme="any",
        text=f"With flex a site has at most {MOST_IN_FLEX} access points on a controller,"
        f" {MOST_IN_HIGH_SCALE} with high_scale.",
        why="Those of one site tag share the keys of their clients; beyond that a roam is a whole authentication.",
        source="Cisco Catalyst 9800 Configuration Guide 17.x, 802.11r Support for Flex Local Authentication; "
        "Mobility Domain ID - Dot11i Roaming",
        fix="part the site in two, or set high_scale when the controller is in that mode",
        find=site_tag_size,
    ),
    Rule(
        id="controller-names",
        scheme="any",
        text=f"A name with a controller's prefix before it has at most {LONGEST_NAME} characters.",
        why="The controller refuses a longer one, and the whole change goes back.",
        source="Cisco Catalyst 9800 Configuration Guide 17.x, WLANs: profile name of up to 32 characters",
        fix="shorten the prefix, or the name of the site, WLAN or server",
        find=controller_names,
    ),
    Rule(
        id="controller-exceptions",
        scheme="any",
        text="What is left to the borough on a controller is spelled as what we make there.",
        why="An exception that names nothing protects nothing: the next push takes away what it was meant for.",
        source="docs/adr/0013-adoption.md",
        fix="spell a thing as `wlan LON-govroam`, a line in it (except only) as `wlan LON-govroam / security pmf`",
        find=controller_exceptions,
    ),
    Rule(
        id="controller-govwifi",
        scheme="govwifi",
        text="The sites of a controller are of one GovWifi location.",
        why="All their requests come from the controller, with the one secret that it has for a server.",
        source="GovWifi tech docs set_up.md: a location is the source addresses of its RADIUS, with its own secret",
        fix="put the sites into one location, or their access points on another controller",
        find=controller_govwifi,
    ),
)
