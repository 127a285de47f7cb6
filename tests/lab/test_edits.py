"""The lab's edits of rendered hostapd files."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.edits import EDITS, rendered_files, running_copy, vlan_interfaces
from roaming.load import load
from roaming.render.hostapd import access_points

REPOSITORY = Path(__file__).parents[2]
BRENT = "brent-cc-ap1"


def configurations(inventory: str, name: str) -> list[str]:
    network = load(REPOSITORY / inventory).network
    device = next(device for device in access_points(network) if device.name == name)
    return [file.text() for file in device.files if file.path.endswith(".conf")]


def test_only_the_listed_lines_differ() -> None:
    (pushed,) = configurations("lab/inventory", "camden-th-ap1")
    copy = running_copy([pushed])
    before, after = set(pushed.splitlines()), set(copy.text.splitlines())
    keys = {edit.key for edit in EDITS}
    assert after - before == {edit.line for edit in EDITS if edit.line}
    assert {line.partition("=")[0] for line in before - after if line} <= keys
    assert (copy.interface, copy.bssid) == ("wlan0", "02:00:0a:07:11:00")
    assert copy.vlan_file == "/etc/hostapd/wlan0.vlan"


def test_the_first_govroam_is_emulated_whichever_radio_has_it() -> None:
    copy = running_copy(configurations("inventory", BRENT))
    assert (copy.interface, copy.bssid) == ("wlan1", "02:10:05:01:0b:10")
    assert copy.text.count("ssid=govroam") == 1
    assert "GovWifi" not in copy.text


def test_a_further_bss_gets_an_interface_of_its_own() -> None:
    texts = [text.replace("ssid=govroam", "ssid=other") for text in configurations("inventory", BRENT)]
    texts[1] = texts[1].replace("ssid=GovWifi", "ssid=govroam")
    copy = running_copy(texts)
    assert (copy.interface, copy.bssid) == ("wlan1_1", "02:10:05:01:0b:11")
    assert "driver=wired\n" in copy.text


def test_without_govroam_the_first_bss_is_emulated() -> None:
    assert running_copy(configurations("inventory", BRENT)[:1]).interface == "wlan0"


def test_without_a_bss_there_is_nothing_to_emulate() -> None:
    with pytest.raises(ValueError, match="no BSS is configured"):
        running_copy(["# nothing\n"])


@pytest.mark.parametrize(
    ("defaults", "files"),
    [
        ('#DAEMON_CONF=""\n#DAEMON_OPTS=""\n', []),
        ('DAEMON_CONF=/etc/hostapd/hostapd.conf\nDAEMON_OPTS=""\n', ["/etc/hostapd/hostapd.conf"]),
        ('DAEMON_CONF=/a.conf\nDAEMON_OPTS="-d /b.conf /c.conf"\n', ["/a.conf", "/b.conf", "/c.conf"]),
    ],
)
def test_the_files_are_those_that_debian_hands_to_hostapd(defaults: str, files: list[str]) -> None:
    assert [str(path) for path in rendered_files(defaults)] == files


def test_vlan_interfaces_are_named_by_the_vlan_file() -> None:
    assert vlan_interfaces("# ours\n110 wlan0.110\n120 wlan0.120 br0\n* wlan0.#\n") == ["wlan0.110", "wlan0.120"]
