"""Adopting access points with hostapd: one that somebody set up by hand, and laws over all that we would render."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from roaming.adopt import Adoption, adopt_access_point, as_json, as_text, changes
from roaming.errors import AdoptionError
from roaming.load import load
from roaming.render.hostapd import access_points
from roaming.targets.hostapd_conf import read
from tests.adopt.test_controller import LONDON

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.conftest import Golden

REPOSITORY = Path(__file__).parents[2]
LAB = REPOSITORY / "lab" / "inventory"
MINIMAL = REPOSITORY / "tests" / "minimal"

BY_HAND = {
    "/etc/default/hostapd": 'DAEMON_CONF=/etc/hostapd/hostapd.conf\nDAEMON_OPTS="/etc/hostapd/hostapd-wlan1.conf"\n',
    "/etc/hostapd/hostapd.conf": """\
# set up by the helpdesk
interface=wlan0
driver=nl80211
country_code=GB
hw_mode=g
channel=11
bssid=02:00:0a:07:11:00
ssid=GovWifi
wpa=2
wpa_key_mgmt=WPA-EAP
ieee8021x=1
auth_server_addr=203.0.113.201
auth_server_port=1812
auth_server_shared_secret=made-up-govwifi-secret
bridge=brvlan125
max_num_sta=60
multi_ap_backhaul_wpa_passphrase=made-up-backhaul
""",
    "/etc/hostapd/hostapd-wlan1.conf": """\
interface=wlan1
driver=nl80211
country_code=GB
hw_mode=a
channel=44
ieee80211ac=1
vht_oper_chwidth=1
bssid=02:00:0A:07:11:10
ssid=govroam
wpa=2
wpa_key_mgmt=WPA-EAP
ieee8021x=1
nas_identifier=th-1
auth_server_addr=10.7.0.99
auth_server_shared_secret=made-up-borough-secret
dynamic_vlan=2
vlan_file=/etc/hostapd/wlan1.vlan
vlan_tagged_interface=enp1s0
bss=wlan1_1
bssid=02:00:0a:07:11:11
ssid=CamdenCorp
wpa_passphrase=made-up-passphrase
""",
    "/etc/hostapd/wlan1.vlan": "110 wlan1.110\n125 wlan1.125\n",
}


def adopted(files: Mapping[str, str], name: str = "camden-th-ap1", directory: Path = MINIMAL) -> Adoption:
    inventory = load(directory)
    slug = next(borough.slug for borough, _, ap in inventory.network.access_points() if ap.name == name)
    text = (directory / "boroughs" / f"{slug}.yml").read_text()
    return adopt_access_point(inventory, name, text, files)


def test_one_that_was_set_up_by_hand(golden: Golden) -> None:
    adoption = adopted(BY_HAND)
    golden("adopt/by-hand.diff", changes(adoption))
    golden("adopt/by-hand.txt", as_text(adoption))


def test_no_secret_of_it_is_written() -> None:
    adoption = adopted(BY_HAND)
    assert "made-up" not in adoption.after + as_text(adoption) + json.dumps(as_json(adoption)) + repr(adoption)


def test_an_access_point_that_runs_nothing() -> None:
    adoption = adopted({})
    assert adoption.adopted == ()
    assert adoption.after == adoption.before


def test_a_radio_that_cannot_be_described_is_left() -> None:
    files = {**BY_HAND, "/etc/hostapd/hostapd.conf": "interface=wlan0\nhw_mode=g\nchannel=0\nssid=GovWifi\n"}
    adoption = adopted(files)
    assert adoption.left[0].what == "/etc/hostapd/hostapd.conf"
    assert adoption.left[0].why.startswith("it is of no radio that the inventory can describe")
    assert "radio wlan1: 5 GHz, channel 44, 80 MHz, 02:00:0a:07:11:10" in adoption.adopted


def test_what_does_not_fit_the_inventory_is_said() -> None:
    files = {path: text.replace("enp1s0", "enp1s0.with-a-long-name") for path, text in BY_HAND.items()}
    with pytest.raises(AdoptionError, match="camden-th-ap1: what it runs does not fit the inventory: String should"):
        adopted(files)


@pytest.mark.parametrize("name", ["nobody", "camden-rad-1"])
def test_only_a_standalone_access_point_is_adopted(name: str) -> None:
    with pytest.raises(AdoptionError, match=f"{name} is no standalone access point of the inventory"):
        adopt_access_point(load(MINIMAL), name, "", {})


def test_two_spellings_of_an_ssid() -> None:
    assert [
        bss.ssid for bss in read('interface=a\nssid=x y\nbss=b\nssid2=c3a9\nbss=c\nssid2="z"\nbss=d\nssid2=zz\n')
    ] == [
        "x y",
        "é",
        "z",
        "zz",
    ]


def _names(directory: Path) -> list[str]:
    return [ap.name for _, _, ap in load(directory).network.access_points()]


@pytest.mark.parametrize(
    ("directory", "name"), [(LAB, name) for name in _names(LAB)] + [(LONDON, name) for name in _names(LONDON)[::9]]
)
def test_what_we_render_is_adopted_without_a_rest(tmp_path: Path, directory: Path, name: str) -> None:
    """Change channels, BSSIDs, uplink and one VLAN of an access point, and read them back from what was rendered."""
    whole = load(directory).network
    (device,) = (one for one in access_points(whole) if one.name == name)
    files = {file.path: file.text(lambda _: "made-up") for file in device.files}
    (site, ap) = next((site, ap) for _, site, ap in whole.access_points() if ap.name == name)
    shutil.copytree(directory, tmp_path / "inventory")
    path = tmp_path / "inventory" / "boroughs" / f"{device.owner}.yml"
    before, record, rest = path.read_text().partition(f"- name: {name}\n")
    own, more, others = rest.partition("\n      - name: ")
    for band, place in (("2.4", "channel: 13"), ("5", "channel: 44"), ("6", "channel: 5")):
        own = re.sub(rf'(band: "{band}"), channel: \d+(, width_mhz: \d+)?', rf"\1, {place}", own)
    own = own.replace('bssid: "02:', 'bssid: "06:')
    text = before + record + own + more + others
    text = text.replace(f"staff: {{id: {site.vlans.staff.id}", "staff: {id: 4000")
    path.write_text(text)
    inventory = load(tmp_path / "inventory")
    changed = next(one for _, _, one in inventory.network.access_points() if one.name == name)
    assert changed.radios != ap.radios

    adoption = adopt_access_point(inventory, name, path.read_text(), files)
    assert adoption.left == ()
    path.write_text(adoption.after)
    found = load(tmp_path / "inventory").network
    again = next((one_site, one) for _, one_site, one in found.access_points() if one.name == name)
    assert again[1] == ap
    assert again[0].vlans == site.vlans
    (second,) = (one for one in access_points(found) if one.name == name)
    assert second.files == device.files
