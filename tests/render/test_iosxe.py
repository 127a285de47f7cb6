"""Rendering controllers: goldens, what each WLAN becomes, what both of a pair know, what their proxies know of them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from roaming.errors import QuoteError, RenderError
from roaming.model.bundle import DeviceKind
from roaming.model.terms import BandMode, FastTransition
from roaming.model.wlan import Bands, FastRoaming
from roaming.render import render
from roaming.render.iosxe import controllers
from roaming.targets.iosxe.dialect import IosXe
from tests.render.networks import london

if TYPE_CHECKING:
    from roaming.model.bundle import DeviceBundle
    from roaming.model.network import Network
    from tests.conftest import Golden

CONTROLLERS = ("camden-wlc", "croydon-wlc-1", "croydon-wlc-2")


@pytest.fixture(scope="module")
def network() -> Network:
    return london()


def device(network: Network, name: str = "camden-wlc") -> DeviceBundle:
    return next(one for one in controllers(network) if one.name == name)


def text(network: Network, name: str = "camden-wlc") -> str:
    (file,) = device(network, name).files
    return file.text()


def section(config: str, head: str) -> list[str]:
    """Return what stands below a head."""
    found = re.search(rf"^{re.escape(head)}\n((?: .*\n)*)", config, re.MULTILINE)
    assert found, head
    return [line.strip() for line in found[1].splitlines()]


def with_wlan(network: Network, **changes: object) -> Network:
    wlan, *others = network.wlans
    return replace(network, wlans=(wlan.model_copy(update=changes), *others))


def with_borough(network: Network, slug: str, **changes: object) -> Network:
    boroughs = (one.model_copy(update=changes) if one.slug == slug else one for one in network.boroughs)
    return replace(network, boroughs=tuple(boroughs))


@pytest.mark.parametrize("name", CONTROLLERS)
def test_golden(network: Network, golden: Golden, name: str) -> None:
    golden(f"iosxe/{name}/config.txt", text(network, name))


@pytest.mark.parametrize("name", CONTROLLERS)
def test_all_of_it_is_ours_and_the_dialect_knows_every_line(network: Network, name: str) -> None:
    config, dialect = text(network, name), IosXe()
    scope = dialect.scope(device(network, name).owns, config)
    assert dialect.ours(config, scope) == config
    assert dialect.foreign(config, scope) == ""
    assert dialect.remedy(config, config, scope, {}).commands == ()


def test_the_bundle_says_whose_it_is(network: Network) -> None:
    found = {one.path: (one.kind, one.target, one.owns) for one in render(network).devices if one.owns}
    assert found == {
        f"{name.partition('-')[0]}/{name}": (DeviceKind.CONTROLLER, "iosxe", "LON-") for name in CONTROLLERS
    }


@pytest.mark.parametrize(
    ("mode", "ft", "lines"),
    [
        ("wpa2", "off", ["no security ft adaptive", "security pmf optional"]),
        ("wpa2", "adaptive", ["security pmf optional"]),
        (
            "wpa2",
            "mixed",
            ["no security ft adaptive", "security ft", "security wpa akm ft dot1x", "security pmf optional"],
        ),
        (
            "wpa2-wpa3",
            "off",
            ["security wpa akm dot1x-sha256", "security wpa wpa3", "no security ft adaptive", "security pmf optional"],
        ),
        (
            "wpa3",
            "mixed",
            [
                "no security wpa wpa2",
                "no security wpa akm dot1x",
                "security wpa akm dot1x-sha256",
                "security wpa wpa3",
                "no security ft adaptive",
                "security ft",
                "security wpa akm ft dot1x",
                "security pmf mandatory",
            ],
        ),
    ],
)
def test_mode_and_fast_transition_decide_the_security(network: Network, mode: str, ft: str, lines: list[str]) -> None:
    fast = FastRoaming(ft=FastTransition(ft), neighbour_reports=True, bss_transition=True)
    config = text(with_wlan(network, bands=Bands(ghz_5=BandMode(mode)), fast_roaming=fast))
    method_list = "security dot1x authentication-list LON-federation"
    wanted = ["radio policy dot11 5ghz", *lines, method_list, "no shutdown"]
    assert section(config, "wlan LON-govroam 17 govroam") == wanted


def test_a_wlan_of_wpa3_always_offers_sha_256_to_clients_without_fast_transition(network: Network) -> None:
    for config in (text(network, name) for name in CONTROLLERS):
        for head in re.findall(r"^wlan .*", config, re.MULTILINE):
            lines = section(config, head)
            if "no security wpa wpa2" in lines:
                assert "security wpa akm dot1x-sha256" in lines
            if "radio policy dot11 6ghz" in lines:
                assert {"no security wpa wpa2", "security pmf mandatory"} <= set(lines)


def test_what_a_wlan_does_not_offer_is_switched_off(network: Network) -> None:
    config = text(with_wlan(network, fast_roaming=FastRoaming(ft=FastTransition.MIXED, over_ds=True)))
    lines = section(config, "wlan LON-govroam 17 govroam")
    assert {"no assisted-roaming neighbor-list", "no bss-transition", "security ft over-the-ds"} <= set(lines)


def test_both_of_a_pair_know_the_same_tags_and_access_points(network: Network) -> None:
    one, other = (re.sub(r"<secret [^>]*>", "", text(network, name)) for name in CONTROLLERS[1:])
    assert sorted(one.splitlines()) == sorted(other.splitlines())


def test_a_controller_may_stand_in_for_several(network: Network) -> None:
    croydon = network.boroughs_by_slug["croydon"]
    first, second = croydon.controllers
    spare = second.model_copy(update={"ha": None})
    changed = with_borough(network, "croydon", controllers=(first, spare))
    assert re.findall(r"^ap (.*)", text(changed, first.name), re.MULTILINE) == ["0200.0a08.020d"]
    assert len(re.findall(r"^ap .*", text(changed, spare.name), re.MULTILINE)) == 3


def test_without_dynamic_authorization_nobody_may_send_coa(network: Network) -> None:
    config = text(with_borough(network, "camden", dynamic_authorization=None))
    assert "dynamic-author" not in config
    assert " nac\n" not in config


def test_only_the_federation_chooses_vlans(network: Network) -> None:
    config = text(network)
    assert "aaa-override" in section(config, "wireless profile policy LON-govroam-401")
    assert "aaa-override" not in section(config, "wireless profile policy LON-govwifi-401")


def test_the_proxies_know_controllers_and_their_sites(network: Network) -> None:
    camden = next(one for one in render(network).devices if one.name == "camden-rad-1")
    files = {file.path.rsplit("/", 1)[-1]: file.text() for file in camden.files}
    client = files["clients.conf"].split("client camden-wlc {\n")[1].split("\n}\n")[0]
    assert "ipaddr = 10.7.0.30" in client
    assert "secret = <secret camden/wlc>" in client
    assert "site =" not in client
    assert 'switch "%{%{client:site}:-%{client:shortname}/%{NAS-Identifier}}" {' in files["policy.conf"]
    sites = files["policy.conf"].split("\t\t\tcase ")
    names = ("camden/town-hall", "camden-wlc/LON-town-hall")
    own, through = (next(one for one in sites if one.startswith(f"'{name}' {{")) for name in names)
    assert own.partition("\n")[2] == through.partition("\n")[2]


def test_where_there_is_no_controller_nobody_is_asked_for_a_name(network: Network) -> None:
    brent = next(one for one in render(network).devices if one.name == "brent-rad-1")
    policy = next(file.text() for file in brent.files if file.path.endswith("policy.conf"))
    assert 'switch "%{client:site}" {' in policy


def test_sites_of_two_govwifi_locations_are_refused(network: Network) -> None:
    camden = network.boroughs_by_slug["camden"]
    hall, square, *others = camden.sites
    square = square.model_copy(update={"access_points": (hall.controlled[0],)})
    with pytest.raises(RenderError, match="camden-wlc: its sites with GovWifi are of 2 locations"):
        text(with_borough(network, "camden", sites=(hall, square, *others)))


def test_wpa2_at_6_ghz_is_refused(network: Network) -> None:
    with pytest.raises(RenderError, match="WLAN govroam: 6 GHz permits wpa3 only, not wpa2"):
        text(with_wlan(network, bands=Bands(ghz_6=BandMode.WPA2)))


def test_an_older_version_is_refused(network: Network) -> None:
    (controller,) = network.boroughs_by_slug["camden"].controllers
    older = controller.model_copy(update={"version": "16.12.4"})
    with pytest.raises(RenderError, match=r"iosxe 16\.12\.4 is not supported: the oldest .* is 17\.12"):
        text(with_borough(network, "camden", controllers=(older,)))


def test_an_ssid_that_cannot_be_typed_stops_the_render(network: Network) -> None:
    with pytest.raises(QuoteError, match="cannot be typed on IOS-XE"):
        text(with_wlan(network, ssid="what?"))
    assert 'wlan LON-govroam 17 "gov roam"\n' in text(with_wlan(network, ssid="gov roam"))
