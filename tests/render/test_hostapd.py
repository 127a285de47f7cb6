"""Rendering standalone access points."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roaming.errors import QuoteError, RenderError
from roaming.load import load
from roaming.model.site import Radio
from roaming.model.terms import Band, BandMode
from roaming.model.wlan import Bands
from roaming.render.channel import channel
from roaming.render.hostapd import access_points
from roaming.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Callable

    from roaming.model.bundle import DeviceBundle
    from roaming.model.network import Network

REPOSITORY = Path(__file__).parents[2]
HOSTAPD = TARGETS["hostapd"]


@pytest.fixture(scope="module")
def lab() -> Network:
    return load(REPOSITORY / "lab" / "inventory").network


@pytest.fixture(scope="module")
def london() -> Network:
    """London with Brent first: its buildings have GovWifi and three radios an access point."""
    network = load(REPOSITORY / "inventory").network
    return replace(network, boroughs=tuple(sorted(network.boroughs, key=lambda borough: borough.slug != "brent")))


def first(network: Network) -> DeviceBundle:
    return next(access_points(network))


def text(network: Network, path: str = "/etc/hostapd/hostapd.conf") -> str:
    return next(file.text() for file in first(network).files if file.path == path)


def values(config: str, key: str) -> list[str]:
    return [line.partition("=")[2] for line in config.splitlines() if line.startswith(f"{key}=")]


def with_wlan(network: Network, **changes: object) -> Network:
    wlan, *others = network.wlans
    return replace(network, wlans=(wlan.model_copy(update=changes), *others))


def with_ap(network: Network, **changes: object) -> Network:
    """Change the first access point."""
    borough, *boroughs = network.boroughs
    site, *sites = borough.sites
    ap, *others = site.access_points
    site = site.model_copy(update={"access_points": (ap.model_copy(update=changes), *others)})
    return replace(network, boroughs=(borough.model_copy(update={"sites": (site, *sites)}), *boroughs))


def with_borough(network: Network, **changes: object) -> Network:
    borough, *others = network.boroughs
    return replace(network, boroughs=(borough.model_copy(update=changes), *others))


def radio(**changes: object) -> Radio:
    plain = {"band": Band.GHZ_5, "channel": 36, "interface": "wlan0", "bssid": "02:00:00:00:00:00"}
    return Radio.model_validate(plain | changes)


@pytest.mark.parametrize(
    ("band", "number", "width", "wanted"),
    [
        ("2.4", 1, 20, (0, 1, None)),
        ("2.4", 7, 40, (1, 9, None)),
        ("2.4", 8, 40, (-1, 6, None)),
        ("5", 36, 20, (0, 36, None)),
        ("5", 36, 40, (1, 38, None)),
        ("5", 40, 40, (-1, 38, None)),
        ("5", 44, 80, (1, 42, None)),
        ("5", 64, 160, (-1, 50, None)),
        ("5", 100, 160, (1, 114, None)),
        ("5", 132, 80, (1, 138, None)),
        ("5", 149, 80, (1, 155, None)),
        ("6", 1, 20, (0, 1, 131)),
        ("6", 5, 40, (-1, 3, 132)),
        ("6", 5, 80, (-1, 7, 133)),
        ("6", 37, 160, (-1, 47, 134)),
        ("6", 229, 40, (-1, 227, 132)),
    ],
)
def test_channels_are_bonded_as_the_standard_numbers_them(
    band: str, number: int, width: int, wanted: tuple[int, int, int | None]
) -> None:
    place = channel(radio(band=Band(band), channel=number, width_mhz=width))
    assert (place.secondary, place.centre, place.operating_class) == wanted


@pytest.mark.parametrize(
    ("band", "number", "width"),
    [("2.4", 14, 20), ("2.4", 6, 80), ("5", 35, 20), ("5", 68, 20), ("5", 132, 160), ("6", 2, 20), ("6", 233, 40)],
)
def test_a_channel_that_its_band_lacks_is_refused(band: str, number: int, width: int) -> None:
    with pytest.raises(RenderError, match=f"{band} GHz has no channel {number} of {width} MHz"):
        channel(radio(band=Band(band), channel=number, width_mhz=width))


@pytest.mark.parametrize(
    ("mode", "akms", "protected"),
    [
        ("wpa2", "WPA-EAP FT-EAP", "1"),
        ("wpa2-wpa3", "WPA-EAP WPA-EAP-SHA256 FT-EAP", "1"),
        ("wpa3", "WPA-EAP-SHA256 FT-EAP", "2"),
    ],
)
def test_the_mode_of_a_band_decides_the_key_management(lab: Network, mode: str, akms: str, protected: str) -> None:
    config = text(with_wlan(lab, bands=Bands(ghz_5=BandMode(mode))))
    assert values(config, "wpa_key_mgmt") == [akms]
    assert values(config, "ieee80211w") == [protected]


def test_the_servers_are_the_owners_proxies_and_turn_within_a_site(london: Network) -> None:
    seen = {}
    for device in access_points(london):
        if (device.owner, device.site) == ("brent", "civic-centre"):
            config = next(file.text() for file in device.files if file.path == "/etc/hostapd/hostapd-wlan1.conf")
            seen[device.name] = values(config, "auth_server_addr")[:2]
    assert min(seen.values()) == ["10.5.0.11", "10.5.0.12"]
    assert max(seen.values()) == ["10.5.0.12", "10.5.0.11"]


def test_govwifi_goes_to_its_own_servers_in_the_order_given(london: Network) -> None:
    device = next(device for device in access_points(london) if device.name == "brent-cc-ap1")
    config = device.files[1].text()
    assert values(config, "ssid") == ["GovWifi"]
    assert values(config, "auth_server_addr") == [str(server.address) for server in london.federation.govwifi]
    assert set(values(config, "auth_server_shared_secret")) == {"<secret brent/govwifi/civic>"}
    assert values(config, "ap_isolate") == ["1"]
    assert not values(config, "acct_server_addr")
    assert not values(config, "radius_request_cui")


def test_each_radio_of_a_wlan_holds_its_own_ft_keys(london: Network) -> None:
    device = next(device for device in access_points(london) if device.name == "brent-cc-ap1")
    configs = [file.text() for file in device.files if file.path.endswith(".conf")]
    named = [name for config in configs for name in values(config, "nas_identifier")]
    assert named == [
        "brent-cc-ap1",
        "brent-cc-ap1",
        "brent-cc-ap1-wlan1",
        "brent-cc-ap1-wlan2",
        "brent-cc-ap1-wlan2",
    ]
    assert len({domain for config in configs for domain in values(config, "mobility_domain")}) == 1


def test_bssids_count_up_and_coa_ports_are_distinct(london: Network) -> None:
    for device in access_points(london):
        configs = [file.text() for file in device.files if file.path.endswith(".conf")]
        bssids = [bssid for config in configs for bssid in values(config, "bssid")]
        ports = [port for config in configs for port in values(config, "radius_das_port")]
        assert len(set(bssids)) == len(bssids)
        assert len(set(ports)) == len(ports)


def test_files_with_secrets_are_the_superusers(london: Network) -> None:
    for device in access_points(london):
        for file in device.files:
            assert file.mode == (0o600 if file.slots else 0o644), file.path


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"radios": (radio(band=Band.GHZ_2_4, channel=1),)}, "no WLAN of town-hall is offered on 2.4 GHz (wlan0)"),
        ({"radios": (radio(), radio(bssid="02:00:00:00:00:10"))}, "two radios have the same interface"),
        ({"radios": (radio(interface="a23456789012345"),)}, "interface a23456789012345 is too long"),
        ({"version": "2.9"}, "hostapd 2.9 is not supported: the oldest version we render is 2.10"),
        ({"radios": (radio(channel=37),)}, "5 GHz has no channel 37 of 20 MHz"),
    ],
)
def test_an_access_point_that_cannot_be_rendered_is_named(
    lab: Network, change: dict[str, object], message: str
) -> None:
    with pytest.raises(RenderError) as caught:
        list(access_points(with_ap(lab, **change)))
    assert message in str(caught.value)


def test_the_last_bssid_is_the_last(london: Network) -> None:
    network = with_ap(london, radios=(radio(bssid="ff:ff:ff:ff:ff:ff"),))
    with pytest.raises(RenderError, match="no BSSID is left after ff:ff:ff:ff:ff:ff"):
        list(access_points(network))


def test_an_identifier_with_its_radio_must_fit(london: Network) -> None:
    radios = (radio(), radio(band=Band.GHZ_6, channel=5, interface="wlan1", bssid="02:00:00:00:00:10"))
    network = with_ap(london, radios=radios, nas_identifier="a" * 43)
    with pytest.raises(RenderError, match=f"NAS-Identifier {'a' * 43}-wlan1 has more than 48 octets"):
        list(access_points(network))


def test_fast_roaming_wants_a_key(lab: Network) -> None:
    with pytest.raises(RenderError, match="WLAN govroam has fast roaming, but camden has no fast_transition_key"):
        first(with_borough(lab, fast_transition_key=None))


def test_six_gigahertz_wants_wpa3(lab: Network) -> None:
    network = with_wlan(lab, bands=Bands(ghz_6=BandMode.WPA2_WPA3))
    with pytest.raises(RenderError, match="WLAN govroam: 6 GHz permits wpa3 only, not wpa2-wpa3"):
        first(with_ap(network, radios=(radio(band=Band.GHZ_6, channel=5),)))


def test_a_site_without_govwifi_location_has_no_secret(london: Network) -> None:
    with pytest.raises(RenderError, match=r"has no GovWifi location for .*, so no secret"):
        list(access_points(with_borough(london, govwifi=None)))


def test_without_dynamic_authorization_no_port_is_open(lab: Network) -> None:
    assert "radius_das" not in text(with_borough(lab, dynamic_authorization=None))


@pytest.mark.parametrize(
    ("ssid", "line"),
    [
        ("govroam", "ssid=govroam"),
        ("Town Hall 2", "ssid=Town Hall 2"),
        (" leading", "ssid2=206c656164696e67"),
        ("#1", "ssid2=2331"),
        ('a"b', "ssid2=612262"),
        ("b\\n", "ssid2=625c6e"),
        ("{{ x }}", "ssid2=7b7b2078207d7d"),
        ("%{User-Name}", "ssid2=257b557365722d4e616d657d"),
        ("café", "ssid2=636166c3a9"),
        ("a=b", "ssid2=613d62"),
    ],
)
def test_an_ssid_stands_as_text_or_in_hexadecimal(ssid: str, line: str) -> None:
    assert HOSTAPD.quote("ssid", ssid) == line


@pytest.mark.parametrize(
    ("quoting", "value", "message"),
    [
        ("ssid", "", "1 to 32 octets"),
        ("ssid", "é" * 17, "this one has 34"),
        ("ssid", "a\nb", "U+000A"),
        ("hostapd_text", "", "empty value"),
        ("hostapd_text", "a\nwpa=0", "U+000A"),
        ("hostapd_text", "a\rb", "U+000D"),
        ("hostapd_text", "a\x00b", "U+0000"),
        ("hostapd_text", "x" * 4001, "at most 4000 octets"),
        ("ft_key", "ab" * 16, "64 hexadecimal digits"),
        ("ft_key", "ab" * 33, "64 hexadecimal digits"),
        ("ft_key", "zz" * 32, "64 hexadecimal digits"),
        ("path", "/etc/a b", "not a plain absolute path"),
        ("path", "etc", "not a plain absolute path"),
    ],
)
def test_a_value_without_a_spelling_is_refused_by_name(quoting: str, value: str, message: str) -> None:
    with pytest.raises(QuoteError) as caught:
        HOSTAPD.quote(quoting, value)
    assert message in str(caught.value)
    assert quoting == "path" or not value or value not in str(caught.value)


def read_back(line: str) -> tuple[str, bytes]:
    """Read a line as hostapd's parser does: up to the line's end, nothing trimmed, `ssid2` in hexadecimal."""
    key, _, value = line.encode().partition(b"=")
    return key.decode(), bytes.fromhex(value.decode()) if key == b"ssid2" else value


@given(st.text(min_size=1, max_size=40))
def test_a_quoted_value_reads_back_or_is_refused(value: str) -> None:
    for quoting, line in (("ssid", "{}"), ("hostapd_text", "auth_server_shared_secret={}")):
        try:
            spelled = HOSTAPD.quote(quoting, value)
        except QuoteError:
            assert not value.isprintable() or len(value.encode()) > 32
            continue
        assert "\n" not in spelled
        assert read_back(line.format(spelled))[1] == value.encode()


def test_what_is_secret_is_masked_in_a_running_configuration(lab: Network) -> None:
    live = first(lab).files[1].text(lambda slot: f"LIVE-{slot.quoting}")
    assert live.count("LIVE-") == 5
    assert "LIVE-" not in HOSTAPD.redact(live)
    assert len(HOSTAPD.redact(live).splitlines()) == len(live.splitlines())


def test_access_points_of_one_owner_share_a_mobility_domain_and_no_other(london: Network) -> None:
    domains: dict[str, set[str]] = {}
    for device in access_points(london):
        for file in device.files:
            domains.setdefault(device.owner, set()).update(values(file.text(), "mobility_domain"))
    owners = [owner for owner, own in domains.items() if own]
    assert all(len(domains[owner]) == 1 for owner in owners)
    assert len({next(iter(domains[owner])) for owner in owners}) == len(owners)


def test_goldens(lab: Network, golden: Callable[[str, str], None]) -> None:
    for device in access_points(lab):
        for file in device.files:
            golden(f"hostapd/{device.name}{file.path}", file.text())
