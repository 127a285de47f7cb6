"""Devices in a process of their own: read and troubled from here."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from lab.devices import Faults, Fleet, FleetProcess, FleetSetup
from lab.errors import AddressTakenError, LabError
from lab.logins import host_key
from roaming.transport import Access
from tests.devices.conftest import wire

HERE = Path(__file__).parent

KILLED = """\
import sys, paramiko
client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
host, port, user = sys.argv[1:]
client.connect(host, int(port), user, sys.stdin.readline().strip(), allow_agent=False, look_for_keys=False)
shell = client.invoke_shell()
shell.sendall(b"configure terminal revert timer 120\\nhostname renamed\\n")
seen = b""
while b"renamed(config)#" not in seen:
    seen += shell.recv(65536)
print("armed", flush=True)
sys.stdin.readline()
"""


def test_a_killed_pusher_leaves_the_device_armed() -> None:
    with FleetProcess(2, config=HERE / "small.cfg", minute_s=60, seed=3) as fleet:
        access, device = fleet.access(0), fleet.devices[0]
        before = device.running_text()
        words = [sys.executable, "-c", KILLED, access.host, str(access.port), access.user]
        pusher = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert pusher.stdin is not None
        assert pusher.stdout is not None
        pusher.stdin.write(f"{access.password}\n")
        pusher.stdin.flush()
        assert pusher.stdout.readline() == "armed\n"
        pusher.send_signal(signal.SIGKILL)
        pusher.wait()
        pusher.stdin.close()
        pusher.stdout.close()
        pending = device.pending_revert()
        assert pending is not None
        assert pending.minutes == 120
        assert device.running_text() != before
        with wire(access) as shell:
            shell.ask("configure revert now", until="Rollback Done")
        assert device.running_text() == before
        assert device.lines_entered()[-1] == "configure revert now"
        assert any("ROLLBACK_START" in line for line in device.device_log())


def test_faults_and_reboots_reach_the_other_process() -> None:
    with FleetProcess(2, config=HERE / "small.cfg") as fleet:
        fleet.devices[1].set_faults(Faults(line_delay_ms=5))
        assert [each.faults.line_delay_ms for each in fleet.devices] == [0, 5]
        fleet.devices[0].reboot(0)
        assert [each.state()["boots"] for each in fleet.devices] == [1, 0]
        assert [each.wlan for each in fleet.devices[0].outages()] == ["LON-govroam"]
        assert fleet.devices[0].startup_text() == fleet.devices[0].running_text()
        secret = fleet.devices[0].secret_of("radius server LON-rad-1", "key")
        assert secret is not None
        assert secret.startswith("made-up-")
        assert fleet.devices[0].console("configure terminal", "hostname behind-your-back", "bogus").count("%") == 1
        assert fleet.devices[0].state() == {"hostname": "behind-your-back", "sessions": 0, "boots": 1, "down": False}
        pid, device = fleet.pid, fleet.devices[0]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(LabError, match="the simulated devices do not answer"):
        device.running_text()


def test_a_wrong_request_is_answered(tmp_path: Path) -> None:
    control = tmp_path / "c"
    with Fleet(1, FleetSetup(control=control)), socket.socket(socket.AF_UNIX) as connection:
        assert control.stat().st_mode & 0o777 == 0o600
        connection.connect(str(control))
        with connection.makefile("rwb") as stream:
            for request in (b"nonsense\n", b'{"device": 9, "do": "state"}\n', b'{"device": 0, "do": "explode"}\n'):
                stream.write(request)
                stream.flush()
                assert b'{"error": ' in stream.readline()


def test_a_taken_port_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(
            AddressTakenError, match=f"127.0.0.1 port {port} for a simulated device: Address already in use"
        ):
            Fleet(1, FleetSetup(port_base=port))


def test_devices_may_share_a_port_on_addresses_of_their_own() -> None:
    setup = FleetSetup(names=("first", "second"), addresses=("127.0.0.1", "127.0.0.2"), port=_free())
    with Fleet(2, setup) as fleet:
        accesses = [fleet.access(place) for place in range(2)]
        assert [(one.host, one.port) for one in accesses] == [(one, setup.port) for one in setup.addresses]
        for access in accesses:
            with wire(access) as shell:
                assert f"hostname {access.device}" in shell.ask("show running-config | include hostname")


def test_an_address_is_wanted_for_each_device() -> None:
    with pytest.raises(AddressTakenError, match="3 simulated devices cannot have 1 addresses: give one for each"):
        Fleet(3, FleetSetup(addresses=("127.0.0.1",)))


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_fifty_devices_start_in_about_a_second() -> None:
    with FleetProcess(50, names=("camden-wlc",)) as fleet:
        assert fleet.access(0).device == "camden-wlc"
        assert len({access.port for access in fleet.accesses}) == 50
        assert "hostname wlc-50\n" in fleet.devices[49].running_text()


def test_a_device_has_the_login_and_the_host_key_that_the_lab_mounts(tmp_path: Path) -> None:
    own, state = tmp_path / "own", tmp_path / "state.json"
    key, login = host_key(), host_key()
    own.mkdir()
    (own / "ssh_host_ed25519_key").write_text(key.private)
    (own / "ssh_host_ed25519_key.pub").write_text(f"{key.public}\n")
    (own / "authorized_keys").write_text(f"{login.public}\n")
    (own / "password").write_text("a-password")
    words = [sys.executable, "-m", "lab.devices", "--state", str(state), "--names", "hackney-wlc", "--until-eof"]
    words += ["--user", "engineer", "--own", str(own), "--config", str(HERE / "small.cfg")]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        name, place, shown = process.stdout.readline().strip().split(" ", 2)
        assert (name, shown) == ("hackney-wlc", key.public)
        host, _, port = place.partition(":")
        by_password = Access(name, host, int(port), "engineer", password="a-password")  # noqa: S106  the test's own
        for access in (by_password, Access(name, host, int(port), "engineer", key=login.private)):
            with wire(access) as shell:
                assert "IOS" in shell.ask("show version", until="hackney-wlc#")
        assert process.stdin is not None
        process.stdin.close()
        process.wait(20)
