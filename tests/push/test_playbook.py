"""The playbook by itself: it changes what differs and no more, and `--check --diff` tells the truth and no secret."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from roaming.model.bundle import DeviceBundle, DeviceKind, File, RemoteFile
from roaming.plan import plan_device
from roaming.push import AnsibleCarrier, Job, LocalWay, Look, Outcome, State, read, running_files
from roaming.push.ansible_way import environment
from roaming.push.private import Host, furnish, private_directory, sweep
from roaming.secrets import FingerprintKey, Mask
from roaming.targets import Service, Target
from roaming.transport import LinuxDialler
from tests.push.conftest import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.push.conftest import Daemon, Sshd

pytestmark = pytest.mark.daemon

CANARY = "c4n4ry-{{ 7*7 }}-0123456789"
MASK = Mask.of({"camden/ap": CANARY}, FingerprintKey(b"k"))


def job(sshd: Sshd, daemon: Daemon, text: str = f"secret = {CANARY}\n") -> Job:
    wanted = {str(daemon.file): RemoteFile(text.encode(), 0o640, "root", "root")}
    running = {str(daemon.file): RemoteFile(b"old\n", 0o644, "root", "root")}
    target = Target(
        name="test",
        capabilities={},
        quotings={},
        redact=str,
        check_command=("true",),
        services=(Service(daemon.name),),
        log_path="",
    )
    device = DeviceBundle("x", "", "device", DeviceKind.HUB, "test", "1", tuple(File(path, ()) for path in wanted))
    plan = plan_device(device, target, wanted, running, lambda _, text: text)
    return Job(plan, target, sshd.access("device"), MASK.text, tuple(MASK.labels))


@pytest.fixture
def private(sshd: Sshd, daemon: Daemon, tmp_path: Path) -> Iterator[Path]:
    """Return a furnished private directory."""
    with private_directory() as directory:
        carrier = AnsibleCarrier("run-1", home=str(tmp_path / "guard"))
        one = job(sshd, daemon)
        furnish(directory, (Host(one.access, carrier.variables(one)),))
        yield directory
    assert not directory.exists()


def play(private: Path, *words: str, playbook: str = "carry.yml") -> tuple[int, str]:
    """Run ansible-playbook as noisily as can be; return how many tasks changed something, and its words."""
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-vvv", "-i", str(private / "inventory")]
    done = subprocess.run(
        [*command, str(private / "project" / playbook), *words],
        env=environment(private),
        cwd=private,
        check=True,
        capture_output=True,
        text=True,
    )
    changed = int(done.stdout.rpartition("changed=")[2].split()[0])
    return changed, done.stdout + done.stderr


def test_check_tells_the_truth_and_touches_nothing(private: Path, daemon: Daemon) -> None:
    changed, said = play(private, "--check", "--diff")
    assert changed == 1
    assert daemon.file.read_text() == "old\n"
    assert daemon.asked == []
    assert MASK.text(said) == said


def test_a_second_run_changes_nothing(private: Path, daemon: Daemon) -> None:
    changed, said = play(private, "--diff")
    assert changed == 1
    assert daemon.file.read_text() == f"secret = {CANARY}\n"
    assert daemon.asked == ["restart"]
    changed, more = play(private, "--diff")
    assert changed == 0
    assert play(private, "--check", "--diff")[0] == 0
    assert daemon.asked == ["restart"]
    assert MASK.text(said + more) == said + more


def test_what_is_furnished_is_ours_alone(private: Path) -> None:
    assert private.stat().st_mode & 0o777 == 0o700
    for path in (*private.glob("keys/*"), *private.glob("inventory/*"), *private.glob("known_hosts/*")):
        assert path.stat().st_mode & 0o777 == 0o600
    hosts = json.loads((private / "inventory/hosts.json").read_text())["all"]["hosts"]
    assert "StrictHostKeyChecking=yes" in hosts["device"]["ansible_ssh_common_args"]
    assert "{{" not in json.dumps(hosts)


def test_the_child_knows_nothing_of_our_environment(private: Path) -> None:
    given = environment(private)
    assert not {name for name in given if name.startswith("ROAM")}
    assert given["HOME"] == str(private)
    assert set(given) & set(os.environ) <= {"PATH", "HOME", "LANG", "PYTHONPATH"}


def test_what_a_killed_push_left_is_swept_away(tmp_path: Path) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    for name in (f"roam-push-{dead.pid}-abc", f"roam-push-{os.getpid()}-abc", "roam-push-x", "roam-other"):
        (tmp_path / name / "keys").mkdir(parents=True)
        (tmp_path / name / "keys" / "hub").write_text("KEY")
    (tmp_path / f"roam-push-{dead.pid}-link").symlink_to(tmp_path / "roam-other")
    sweep(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {f"roam-push-{os.getpid()}-abc", "roam-push-x", "roam-other", f"roam-push-{dead.pid}-link"}
    assert (tmp_path / "roam-other" / "keys" / "hub").read_text() == "KEY"


def test_files_are_read_with_what_makes_them_ours(sshd: Sshd, daemon: Daemon, tmp_path: Path) -> None:
    daemon.file.chmod(0o640)
    (daemon.file.parent / "deep").mkdir()
    (daemon.file.parent / "deep" / "stale.conf").write_bytes(b"\x00\xff")
    (daemon.file.parent / "theirs.txt").touch()
    owned = (f"{daemon.file.parent}/*.conf",)
    looks = (
        Look(sshd.access("device"), (str(daemon.file), str(tmp_path / "missing")), owned),
        Look(sshd.access("strange"), (str(tmp_path),), ()),
        Look(sshd.access("away", port=1), (), ()),
        Look(sshd.access("unknown", host_key=None), (), ()),
    )
    found = read(LocalWay(), looks)
    assert found == {
        "device": {
            str(daemon.file): RemoteFile(b"old\n", 0o640, "root", "root"),
            str(daemon.file.parent / "deep" / "stale.conf"): RemoteFile(b"\x00\xff", 0o644, "root", "root"),
        },
        "strange": f"{tmp_path} cannot be read: Is a directory",
        "away": "no connection",
        "unknown": "unknown: its host key is not known: give it host_key in the inventory, or name --known-hosts",
    }
    with LinuxDialler().open(sshd.access("device")) as session:
        target = replace(job(sshd, daemon).target, owned=owned)
        assert running_files(session, target, {str(daemon.file): RemoteFile(b"", 0, "", "")}) == found["device"]


def test_a_change_that_cuts_the_connection_is_taken_back(sshd: Sshd, daemon: Daemon, tmp_path: Path) -> None:
    states: list[State] = []
    carrier = AnsibleCarrier("run-1", timer_s=20, home=str(tmp_path / "guard"))
    (result,) = carrier.carry((job(sshd, daemon, "CUT\n"),), lambda _, state: states.append(state))
    assert result.outcome is Outcome.REFUSED
    assert result.words == "the connection broke; the former configuration is back"
    assert daemon.file.read_text() == "old\n"
    assert states[-2:] == [State.REVERTING, State.REVERTED]


def test_nothing_is_begun_once_the_push_is_killed(sshd: Sshd, daemon: Daemon, tmp_path: Path) -> None:
    def note(_device: str, state: State) -> None:
        if state is State.APPLIED:
            os.kill(os.getpid(), signal.SIGKILL)

    carrier = AnsibleCarrier("run-1", timer_s=8, home=str(tmp_path / "guard"))
    push = multiprocessing.get_context("fork").Process(target=carrier.carry, args=((job(sshd, daemon),), note))
    push.start()
    push.join()
    assert push.exitcode == -signal.SIGKILL
    time.sleep(4)
    phase = tmp_path / "guard/transaction"
    assert [path.name for path in phase.glob("phase-*")] == ["phase-armed"]
    assert daemon.file.read_text() == "old\n"
    wait_until((phase / "phase-reverted").exists, 15)
    assert daemon.file.read_text() == "old\n"
    assert daemon.asked == []


def test_a_team_s_own_playbook_is_idempotent(private: Path, tmp_path: Path) -> None:
    banner = tmp_path / "issue.net"
    hosts = json.loads((private / "inventory/hosts.json").read_text())["all"]["hosts"]
    hosts["device"] |= {"borough": "camden", "site": "", "banner_file": str(banner)}
    (private / "inventory/hosts.json").write_text(json.dumps({"hubs": {"hosts": hosts}}))
    assert play(private, "--check", "--diff", playbook="teams/login_banner.yml")[0] == 1
    assert not banner.exists()
    assert play(private, playbook="teams/login_banner.yml")[0] == 1
    assert banner.read_text().startswith("device, camden\n")
    assert play(private, "--check", playbook="teams/login_banner.yml")[0] == 0


def test_what_a_check_shows_is_the_file_and_never_its_content(private: Path, daemon: Daemon) -> None:
    _, said = play(private, "--check", "--diff")
    assert f"-{daemon.file} 0644 root:root\n+{daemon.file} 0640 root:root with the new content\n" in said
