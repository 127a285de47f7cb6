"""Each fault, seen from the client's side."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import paramiko
import pytest

from lab.devices import Cut, Faults, Login, Refused
from lab.devices.faults import faults_data, faults_of
from lab.errors import LabError
from tests.devices.conftest import wire

if TYPE_CHECKING:
    from lab.devices import Catalyst, Fleet


def name(device: Catalyst) -> str:
    return device.hostname


@pytest.mark.parametrize(
    ("cut", "becomes"), [(Cut.BEFORE, "wlc-1"), (Cut.AFTER, "renamed"), (Cut.HANG, "renamed"), (Cut.CRASH, "wlc-1")]
)
def test_a_cut(fleet: Fleet, cut: Cut, becomes: str) -> None:
    device = fleet.devices[0]
    with wire(fleet.access(0)) as shell:
        shell.ask("configure terminal")
        device.set_faults(Faults(cut=cut, cut_on="^hostname", reboot_s=0.3))
        ends: type[Exception] = TimeoutError if cut is Cut.HANG else EOFError
        with pytest.raises(ends):
            shell.ask("hostname renamed", patience_s=0.5)
    assert name(device) == becomes
    assert device.faults.cut is None
    assert device.boots == (cut is Cut.CRASH)
    assert name(fleet.devices[1]) == "wlc-2"


def test_a_cut_at_a_line_of_the_session(fleet: Fleet) -> None:
    fleet.devices[0].set_faults(Faults(cut=Cut.BEFORE, cut_line=3))
    with wire(fleet.access(0)) as shell:
        shell.ask("show clock")
        with pytest.raises(EOFError):
            shell.ask("show clock")


def test_a_cut_by_chance_comes_once(fleet: Fleet) -> None:
    fleet.devices[0].set_faults(Faults(cut=Cut.BEFORE, cut_chance=1))
    with pytest.raises(EOFError), wire(fleet.access(0)):
        pass
    with wire(fleet.access(0)) as shell:
        assert "UTC" in shell.ask("show clock")


def test_a_lost_session_lets_the_lock_go_and_not_the_timer(fleet: Fleet) -> None:
    device = fleet.devices[0]
    with wire(fleet.access(0)) as shell:
        shell.ask("configure terminal")
        shell.ask("configuration mode exclusive auto")
        shell.ask("end")
        shell.ask("configure terminal revert timer 120")
        device.set_faults(Faults(cut=Cut.BEFORE, cut_on="vlan"))
        with pytest.raises(EOFError):
            shell.ask("vlan 110")
    with wire(fleet.access(0)) as shell:
        assert "pending" not in shell.ask("show archive config rollback timer")
        assert "(config)" in shell.ask("configure terminal")


def test_each_line_takes_its_time(fleet: Fleet) -> None:
    with wire(fleet.access(0)) as shell:
        fleet.devices[0].set_faults(Faults(line_delay_ms=100))
        start = time.monotonic()
        for _ in range(3):
            shell.ask("show clock")
        assert 0.3 <= time.monotonic() - start < 2


def test_the_first_line_takes_its_time(fleet: Fleet) -> None:
    fleet.devices[0].set_faults(Faults(identification_delay_s=0.3))
    start = time.monotonic()
    with socket.create_connection((fleet.access(0).host, fleet.access(0).port)) as connection:
        assert connection.recv(64).startswith(b"SSH-2.0-Cisco-1.25")
    assert time.monotonic() - start >= 0.3


def test_a_denied_login(fleet: Fleet) -> None:
    fleet.devices[0].set_faults(Faults(login=Login.DENIED))
    with pytest.raises(paramiko.AuthenticationException), wire(fleet.access(0)):
        pass


@pytest.mark.parametrize(("login", "error"), [(Login.SILENT, TimeoutError), (Login.RESET, ConnectionResetError)])
def test_a_connection_without_an_answer(fleet: Fleet, login: Login, error: type[Exception]) -> None:
    fleet.devices[0].set_faults(Faults(login=login))
    with socket.create_connection((fleet.access(0).host, fleet.access(0).port)) as connection:
        connection.settimeout(0.3)
        with pytest.raises(error):
            connection.recv(64)


def test_a_reboot_forgets_what_is_not_saved(fleet: Fleet) -> None:
    device = fleet.devices[0]
    with wire(fleet.access(0)) as shell:
        shell.ask("configure terminal revert timer 120")
        shell.ask("hostname renamed")
        device.reboot(0.4)
        with pytest.raises(EOFError):
            shell.read("#")
    assert name(device) == "wlc-1"
    assert device.pending_revert() is None
    with pytest.raises((paramiko.SSHException, OSError, EOFError)), wire(fleet.access(0)):
        pass
    time.sleep(0.4)
    with wire(fleet.access(0)) as shell:
        assert "No Rollback Confirmed Change pending" in shell.ask("show archive config rollback timer")


def test_a_line_is_refused_in_the_words_given(fleet: Fleet) -> None:
    fleet.devices[0].set_faults(Faults(refused=(Refused("vlan 666", "% VLAN 666 is reserved"),)))
    with wire(fleet.access(0)) as shell:
        shell.ask("configure terminal")
        assert shell.ask("vlan 666").startswith("% VLAN 666 is reserved\r\n")
    assert "vlan 666" not in fleet.devices[0].running_text()


def test_faults_go_through_json() -> None:
    faults = Faults(cut=Cut.CRASH, cut_on="^key", refused=(Refused("a", "b"),), login=Login.SILENT)
    data = faults_data(faults)
    assert isinstance(data, dict)
    assert faults_of(data) == faults


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"cute": "crash"}, "a simulated device has no fault 'cute'"),
        ({"cut": "never"}, "fault cut: Input should be 'before', 'after', 'hang' or 'crash'"),
        (
            {"line_delay_ms": "slow"},
            "fault line_delay_ms: Input should be a valid number, unable to parse string as a number",
        ),
    ],
)
def test_bad_faults(data: dict[str, object], message: str) -> None:
    with pytest.raises(LabError) as caught:
        faults_of(data)
    assert str(caught.value) == message
