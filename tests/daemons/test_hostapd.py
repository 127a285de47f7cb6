"""What hostapd 2.10 makes of rendered files, and how an access point of the lab behaves."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.edits import EDITS
from roaming.load import load
from roaming.render.hostapd import access_points
from roaming.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from roaming.model.bundle import DeviceBundle, Slot
    from tests.daemons.conftest import Box

pytestmark = pytest.mark.daemon

REPOSITORY = Path(__file__).parents[2]
HOSTAPD = TARGETS["hostapd"]
CONFIG = "/etc/hostapd/hostapd.conf"
FT_KEY = "0123456789abcdef" * 4

HOSTILE_SSIDS = (
    "govroam",
    " spaces ",
    "#hash",
    'quo"te',
    "quo'te",
    "back\\slash",
    "\\n\\x41",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "%{User-Name}",
    "$(reboot)",
    "`reboot`",
    "a=b",
    "café ☕",
    "é" * 16,
    'P"x"',
    '"quoted"',
    "0041",
)
HOSTILE_SECRETS = (
    "plain-and-long-enough",
    " spaces at both ends ",
    "#hash",
    "quo\"te and quo'te",
    "back\\slash\\n",
    "{{ secret }} {% x %}",
    "%{User-Name}",
    "$HOME `id` $(id)",
    "a=b=c",
    "café ☕ ключ",
)


def fill(shared: str = "testing123") -> Callable[[Slot], str]:
    def value(slot: Slot) -> str:
        return HOSTAPD.quote(slot.quoting, FT_KEY if slot.quoting == "ft_key" else shared)

    return value


def device(inventory: str, name: str) -> DeviceBundle:
    network = load(REPOSITORY / inventory).network
    return next(device for device in access_points(network) if device.name == name)


def on_loopback(shared: str = "testing123") -> dict[str, str]:
    """Return the files of an access point of the lab, with every address a loopback one."""
    files = device("lab/inventory", "camden-th-ap1").files
    return {file.path: re.sub(r"\b10\.7\.\d+\.\d+\b", "127.0.0.1", file.text(fill(shared))) for file in files}


@pytest.fixture
def box(debian_13: Box) -> Iterator[Box]:
    """A device without a hostapd, before and after."""
    yield debian_13
    debian_13.run("sh", "-c", "service hostapd stop; rm -f /etc/hostapd/hostapd*.conf /etc/hostapd/*.vlan")


@pytest.mark.parametrize("inventory", ["lab/inventory", "inventory"])
def test_every_rendered_file_passes_the_check(box: Box, inventory: str) -> None:
    devices = list(access_points(load(REPOSITORY / inventory).network))
    box.write({f"/run/box/all/{one.name}{file.path}": file.text(fill()) for one in devices for file in one.files})
    box.write({"/run/box/check": HOSTAPD.check_command[-1]})
    script = """
        for device in /run/box/all/*; do
            rm -f /etc/hostapd/hostapd*.conf /etc/hostapd/*.vlan
            cp $device/etc/hostapd/* /etc/hostapd/
            sh /run/box/check > /run/box/said && echo good || { echo $device; cat /run/box/said; }
        done
        rm -rf /run/box/all"""
    assert box.must("sh", "-c", script, timeout_s=120).splitlines() == ["good"] * len(devices)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("\nft_over_ds=", "\nft_over_sd=", ": unknown configuration item 'ft_over_sd'"),
        ("\nwpa_key_mgmt=WPA", "\nwpa_key_mgmt=XPA", ": invalid key_mgmt"),
        (f" {FT_KEY}\nr1kh", " LIVE-KEY\nr1kh", "Invalid R0KH key: <masked>"),
        ("auth_server_shared_secret=", "auth_server_shared_secret:LIVE-SECRET", "invalid line <masked>"),
        ("wlan0.vlan", "absent.vlan", "VLAN file <masked>"),
    ],
)
def test_a_wrong_file_fails_the_check_and_shows_no_secret(box: Box, old: str, new: str, said: str) -> None:
    files = on_loopback()
    assert old in files[CONFIG]
    box.write(files | {CONFIG: files[CONFIG].replace(old, new)})
    result = box.run(*HOSTAPD.check_command)
    assert result.rc == 1
    assert said in result.out
    assert CONFIG in result.out
    assert "LIVE" not in result.out + result.err


def ssids_read_back(box: Box, ssids: list[str]) -> list[str]:
    """Let hostapd read SSIDs, one a BSS, and tell what it has read."""
    names = [f"wlan{number}" for number in range(len(ssids))]
    lines = [f"bss={name}\n{HOSTAPD.quote('ssid', ssid)}\n" for name, ssid in zip(names, ssids, strict=True)]
    head = "driver=none\nctrl_interface=/run/hostapd\ncountry_code=GB\n"
    box.write(
        {"/run/box/ssids.conf": f"interface={names[0]}\n{head}{lines[0].partition(chr(10))[2]}{''.join(lines[1:])}"}
    )
    script = """hostapd -B -P /run/ssids.pid /run/box/ssids.conf > /run/box/said || { cat /run/box/said >&2; exit 1; }
        hostapd_cli -i wlan0 status; kill $(cat /run/ssids.pid)
        while test -e /run/ssids.pid; do sleep 0.05; done"""
    status = box.must("sh", "-c", script)
    shown = re.findall(r"^ssid\[\d+\]=(.*)$", status, re.MULTILINE)
    return [text.encode().decode("unicode_escape").encode("latin-1").decode() for text in shown]


def test_hostile_ssids_read_back(box: Box) -> None:
    assert ssids_read_back(box, list(HOSTILE_SSIDS)) == list(HOSTILE_SSIDS)


# Four octets a character at most: every one of these SSIDs has at most 32.
PRINTABLE = st.characters(exclude_categories=("C", "Z"), include_characters=" ")


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ssids=st.lists(st.text(PRINTABLE, min_size=1, max_size=8), min_size=15, max_size=15))
def test_any_printable_ssid_reads_back(debian_13: Box, ssids: list[str]) -> None:
    assert ssids_read_back(debian_13, ssids) == ssids


LISTENER = """
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
    server.bind(("127.0.0.1", 1812))
    server.settimeout(10)
    print("ready", flush=True)
    print(server.recv(4096).hex())
"""


def message_authenticator_fits(packet: bytes, secret: bytes) -> bool:
    """Tell whether an Access-Request was signed with a secret (RFC 3579 §3.2)."""
    at = 20
    while packet[at] != 80:
        at += packet[at + 1]
    signed = packet[: at + 2] + bytes(16) + packet[at + 18 :]
    return hmac.compare_digest(hmac.new(secret, signed, hashlib.md5).digest(), packet[at + 2 : at + 18])


def test_hostile_secrets_sign_requests(box: Box) -> None:
    box.write({"/run/box/listener": LISTENER})
    started = False
    for secret in HOSTILE_SECRETS:
        box.write(on_loopback(secret))
        box.must("service", "hostapd", "reload" if started else "start")
        started = True
        script = """python3 /run/box/listener > /run/box/heard &
            while ! grep -q ready /run/box/heard; do sleep 0.05; done
            echo identity=\\"a@camden.gov.uk\\" | lab-client --timeout 0.5 > /dev/null
            wait; cat /run/box/heard"""
        packet = bytes.fromhex(box.must("sh", "-c", script).split()[-1])
        assert message_authenticator_fits(packet, secret.encode()), secret
        assert not message_authenticator_fits(packet, b"another")


USERS = """
staff@camden.gov.uk Cleartext-Password := "right"
    Tunnel-Type = VLAN, Tunnel-Medium-Type = IEEE-802, Tunnel-Private-Group-Id = "110"
foreign@camden.gov.uk Cleartext-Password := "right"
    Tunnel-Type = VLAN, Tunnel-Medium-Type = IEEE-802, Tunnel-Private-Group-Id = "666"
bare@camden.gov.uk Cleartext-Password := "right"
"""


@pytest.fixture
def radius(box: Box) -> Iterator[Box]:
    """A FreeRADIUS as packaged, with three users, on loopback, and a started access point."""
    box.must("sh", "-c", "rm -rf /etc/freeradius && cp -a /run/box/packaged /etc/freeradius")
    box.write({"/etc/freeradius/3.0/mods-config/files/authorize": USERS})
    box.must("chgrp", "freerad", "/etc/freeradius/3.0/mods-config/files/authorize")
    box.must("chmod", "640", "/etc/freeradius/3.0/mods-config/files/authorize")
    box.must(
        "sed", "-i", "s/use_tunneled_reply = no/use_tunneled_reply = yes/", "/etc/freeradius/3.0/mods-available/eap"
    )
    start = """freeradius -X > /run/box/radius.log 2>&1 & echo $! > /run/box/radius.pid
        for _ in $(seq 100); do grep -q "Ready to process" /run/box/radius.log && exit; sleep 0.1; done; exit 1"""
    box.must("sh", "-c", start)
    box.write(on_loopback())
    box.must("service", "hostapd", "start")
    yield box
    box.run("sh", "-c", "kill $(cat /run/box/radius.pid)")


def authenticate(box: Box, user: str, types: str = "right", words: tuple[str, ...] = ()) -> dict[str, object]:
    lines = ("eap=PEAP", f'identity="{user}@camden.gov.uk"', f'password="{types}"', 'phase2="auth=MSCHAPV2"')
    anonymous = 'anonymous_identity="@camden.gov.uk"'
    answer = box.run("lab-client", *words, stdin="\n".join((*lines, anonymous)))
    found: dict[str, object] = json.loads(answer.out)
    return found


@pytest.mark.parametrize(
    ("user", "types", "wanted"),
    [
        ("staff", "right", ("accepted", True, 110)),
        ("staff", "wrong", ("rejected", False, None)),
        ("foreign", "right", ("accepted", False, None)),
        ("bare", "right", ("accepted", False, None)),
    ],
)
def test_a_client_is_let_in_only_with_a_vlan_of_the_site(
    radius: Box, user: str, types: str, wanted: tuple[str, bool, int | None]
) -> None:
    answer = authenticate(radius, user, types)
    assert (answer["result"], answer["authorized"], answer["vlan"]) == wanted


@pytest.mark.parametrize(("words", "clients"), [((), 0), (("--stay",), 1)])
def test_a_client_is_gone_unless_it_stays(radius: Box, words: tuple[str, ...], clients: int) -> None:
    authenticate(radius, "staff", words=words)
    assert radius.run("hostapd_cli", "all_sta").out.count("dot1xAuthAuthControlledPortStatus=1") == clients


def test_the_server_sees_what_the_federation_needs(radius: Box) -> None:
    assert authenticate(radius, "staff")["authorized"]
    seen = radius.must("cat", "/run/box/radius.log")
    for attribute in (
        'User-Name = "@camden.gov.uk"',
        'Called-Station-Id = "02-00-0A-07-11-00:govroam"',
        'Calling-Station-Id = "06-00-0A-07-11-00"',
        'NAS-Identifier = "camden-th-ap1"',
        "NAS-IP-Address = 127.0.0.1",
        "NAS-Port-Type = Wireless-802.11",
        "Chargeable-User-Identity = 0x00",
        "Framed-MTU = 1400",
        "Message-Authenticator = 0x",
    ):
        assert attribute in seen, attribute


def test_what_was_pushed_stays_as_it_is_and_the_edits_are_printed(radius: Box) -> None:
    for path, text in on_loopback().items():
        assert radius.must("cat", path) == text
    printed = radius.must("service", "hostapd", "reload")
    assert [line for line in printed.splitlines() if line.startswith("lab: ")][: len(EDITS)] == [
        f"lab: {edit}" for edit in EDITS
    ]
    running = radius.must("cat", "/run/lab/hostapd.conf")
    changed = {edit.key for edit in EDITS}
    pushed = [line for line in on_loopback()[CONFIG].splitlines() if line and line.partition("=")[0] not in changed]
    assert [line for line in running.splitlines() if line.partition("=")[0] not in changed] == pushed


def test_a_reload_heeds_an_ssid_and_not_a_servers_address(radius: Box) -> None:
    """Why a changed hostapd.conf wants a restart."""
    files = on_loopback()
    changed = files[CONFIG].replace("ssid=govroam", "ssid=govroam-2").replace("addr=127.0.0.1", "addr=127.0.0.9")
    radius.write(files | {CONFIG: changed})
    radius.must("service", "hostapd", "reload")
    sockets = radius.must("ss", "-unp")
    assert "ssid[0]=govroam-2" in radius.must("hostapd_cli", "status")
    assert "127.0.0.1:1812" in sockets
    assert "127.0.0.9" not in sockets


def test_the_service_behaves_as_debians(box: Box) -> None:
    assert "not starting hostapd" in box.must("service", "hostapd", "start")
    box.write(on_loopback())
    box.must("service", "hostapd", "start")
    assert box.run("service", "hostapd", "status").ok
    box.must("service", "hostapd", "restart")
    assert box.run("service", "hostapd", "status").ok
    box.must("sh", "-c", "service hostapd stop; sleep 1")
    assert not box.run("service", "hostapd", "status").ok


def test_another_radio_than_the_first_may_have_govroam(box: Box) -> None:
    files = {file.path: file.text(fill()) for file in device("inventory", "brent-cc-ap1").files}
    box.write(files)
    box.must("service", "hostapd", "start")
    status = box.must("hostapd_cli", "status")
    assert "bss[0]=wlan1\nbssid[0]=02:10:05:01:0b:10\nssid[0]=govroam" in status
    assert "bss[1]" not in status
