"""Real netmiko over real SSH."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import paramiko
import pytest
from netmiko import NetmikoAuthenticationException

from lab.devices import Fleet, FleetSetup, Setup
from lab.devices.vault import hash9
from tests.devices.conftest import netmiko_to, wire

if TYPE_CHECKING:
    from pathlib import Path

    from roaming.transport import Access

LINES = [
    "radius server LON-rad-2",
    "address ipv4 10.7.0.12 auth-port 1812 acct-port 1813",
    "key a-secret-of-this-test",
    "wireless profile policy LON-govroam",
    "shutdown",
    "vlan 120",
    "no shutdown",
    "wlan LON-govroam 17 govroam",
    "shutdown",
    "security ft",
    "security wpa akm ft dot1x",
    "no shutdown",
]


def test_a_whole_change(fleet: Fleet) -> None:
    device = fleet.devices[0]
    with netmiko_to(fleet.access(0)) as connection:
        assert connection.find_prompt() == "wlc-1#"
        assert "Current configuration : " in connection.send_command("show running-config")
        output = connection.send_config_set(LINES, error_pattern="^%")
        assert "Enter configuration commands, one per line.  End with CNTL/Z." in output
        assert device.startup_text() != device.running_text()
        assert "[OK]" in connection.save_config()
    assert device.startup_text() == device.running_text()
    assert " vlan 120\n" in device.running_text()
    assert device.secret_of("radius server LON-rad-2", "key") == "a-secret-of-this-test"
    assert "a-secret-of-this-test" not in device.running_text()
    assert fleet.devices[1].running_text() == fleet.devices[1].startup_text()


def test_the_revert_happens_with_nobody_there(fleet: Fleet) -> None:
    device = fleet.devices[0]
    before = device.running_text()
    with netmiko_to(fleet.access(0)) as connection:
        connection.config_mode("configure terminal revert timer 1")
        connection.send_config_set(LINES, enter_config_mode=False)
        pending = device.pending_revert()
        assert pending is not None
        assert (pending.user, pending.minutes) == ("roam", 1)
        assert device.running_text() != before
    time.sleep(max(pending.deadline - time.time(), 0) + 0.01)
    assert device.running_text() == before
    assert device.pending_revert() is None


def test_a_new_session_confirms(fleet: Fleet) -> None:
    device = fleet.devices[0]
    with netmiko_to(fleet.access(0)) as connection:
        connection.config_mode("configure terminal revert timer 2")
        connection.send_config_set(LINES, enter_config_mode=False)
    changed = device.running_text()
    with netmiko_to(fleet.access(0)) as connection:
        assert "Timer value: 2 min" in connection.send_command("show archive config rollback timer")
        assert connection.send_command("configure confirm") == ""
    time.sleep(1.2)
    assert device.running_text() == changed


def test_the_session_that_armed_is_told(fleet: Fleet) -> None:
    with wire(fleet.access(0)) as shell:
        shell.ask("configure terminal revert timer 2")
        shell.read('Enter "configure confirm" if you wish to keep what you\'ve configured\r\n')
        shell.read("Rollback Confirmed Change: rolling to:flash:small-")


def test_pages(fleet: Fleet) -> None:
    with netmiko_to(fleet.access(0)) as connection:
        whole = connection.send_command("show running-config")
        connection.send_command("terminal length 24")
        page = connection.send_command("show running-config", expect_string="--More--", strip_command=False)
        assert len(page.splitlines()) == 25
        rest = connection.send_command_timing(" ", strip_prompt=False, strip_command=False, normalize=False)
        assert "--More--" in rest
        connection.send_command("q", expect_string="#", normalize=False, cmd_verify=False)
        connection.send_command("terminal length 0")
        assert connection.send_command("show running-config") == whole


def test_login_by_key_shows_the_login_banner(small: str, tmp_path: Path) -> None:
    config = f"{small}banner login ^C\nWho are you?\n^C\n"
    with Fleet(1, FleetSetup(device=Setup(config=config))) as fleet:
        access = fleet.access(0, by_key=True)
        assert access.key is not None
        key = tmp_path / "key"
        key.write_text(access.key)
        with netmiko_to(access, use_keys=True, key_file=str(key), allow_agent=False) as connection:
            assert connection.find_prompt() == "wlc-1#"
            banner = connection.remote_conn_pre.get_transport().get_banner()
    assert banner == b"\nWho are you?\n\n"


def test_enable(small: str) -> None:
    config = f"enable secret 9 {hash9('correct-horse', 'saltsaltsaltsa')}\n{small}"
    with (
        Fleet(1, FleetSetup(device=Setup(config=config), privilege=1)) as fleet,
        netmiko_to(fleet.access(0), secret="correct-horse") as connection,  # noqa: S106  made up
    ):
        assert connection.find_prompt() == "wlc-1>"
        connection.enable()
        assert connection.find_prompt() == "wlc-1#"


def test_a_wrong_password_is_refused(fleet: Fleet) -> None:
    access = fleet.access(0)
    wrong = {**{name: getattr(access, name) for name in ("device", "host", "port", "user")}, "password": "wrong"}
    with pytest.raises(NetmikoAuthenticationException), netmiko_to(type(access)(**wrong)):
        pass


def remote_key(access: Access) -> str:
    transport = paramiko.Transport(socket.create_connection((access.host, access.port)))
    try:
        transport.start_client()
        key = transport.get_remote_server_key()
        return f"{key.get_name()} {key.get_base64()}"
    finally:
        transport.close()


@pytest.mark.parametrize("own", [False, True])
def test_each_device_proves_itself(*, own: bool) -> None:
    with Fleet(2, FleetSetup(own_host_keys=own)) as fleet:
        keys = [fleet.access(place).host_key for place in range(2)]
        assert [remote_key(fleet.access(place)) for place in range(2)] == keys
    assert len(set(keys)) == (2 if own else 1)


def test_no_secret_in_what_is_printed(fleet: Fleet) -> None:
    access = fleet.access(0)
    shown = f"{fleet.devices} {fleet.devices[0].vault} {access} {fleet.setup} {fleet.access(0, by_key=True)}"
    assert access.password is not None
    assert access.password not in shown
    assert "PRIVATE KEY" not in shown
