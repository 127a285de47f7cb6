"""Both carriers keep one contract, over a real sshd: a device ends with the new files or with the old ones."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from roaming.model.bundle import DeviceBundle, DeviceKind, File, RemoteFile
from roaming.plan import plan_device
from roaming.push import AnsibleCarrier, Carrier, DriverCarrier, Job, LinuxDriver, Outcome, Pace, Prints, State
from roaming.push.states import following
from roaming.secrets import FingerprintKey, Mask
from roaming.targets import Service, Target
from roaming.transport import LinuxDialler

if TYPE_CHECKING:
    from tests.push.conftest import Daemon, Sshd

pytestmark = pytest.mark.daemon

CANARY = "c4n4ry-{{ 7*7 }}-\"q'u\\ote"
# The device masks what it is told of, we mask the rest.
HIDDEN = r"{} (<secret camden/ap fingerprint [0-9a-f]{{8}}>|\*{{8}})"
KEY = FingerprintKey(b"k" * 32)
MASK = Mask.of({"camden/ap": CANARY}, KEY)


PACE = Pace(timer=20, margin=1, patience=10, pause=0.2)


def driver(job: Job, home: str) -> LinuxDriver:
    prints = [
        {file.path: None if one is None else KEY.of(one.content) for file, one in files}
        for files in (
            [(file, file.running) for file in job.plan.changes],
            [(file, file.wanted) for file in job.plan.changes],
        )
    ]
    return LinuxDriver(job, "run-1", "test", LinuxDialler(), Prints(*prints), KEY, home=home)


@dataclass
class Bench:
    """A device on loopback with one service, and its two files."""

    sshd: Sshd
    daemon: Daemon
    carrier: Carrier
    keep: Path
    states: list[State] = field(default_factory=list)

    @property
    def target(self) -> Target:
        check = f"cat {self.daemon.file.parent}/*.conf; ! grep -q BAD {self.daemon.file}"
        return Target(
            name="test",
            capabilities={},
            quotings={},
            redact=str,
            check_command=("sh", "-c", check),
            services=(Service(self.daemon.name, reloads=("*/soft.conf",)),),
            log_path="",
            owned=(f"{self.daemon.file.parent}/*",),
        )

    def job(self, text: str, **access: object) -> Job:
        new = self.daemon.file.parent / "new" / "extra.conf"
        wanted = {
            str(self.daemon.file): RemoteFile(text.encode(), 0o640, "root", "daemon"),
            str(new): RemoteFile(b"extra\n", 0o600, "root", "root"),
        }
        running = {str(self.daemon.file): RemoteFile(b"old\n", 0o644, "root", "root")}
        stale = self.daemon.file.parent / "stale.conf"
        if stale.exists():
            running[str(stale)] = RemoteFile(stale.read_bytes(), 0o644, "root", "root")
        files = tuple(File(path, ()) for path in wanted)
        device = DeviceBundle("camden", "", "device", DeviceKind.HUB, "test", "1", files)
        plan = plan_device(device, self.target, wanted, running, lambda _, text: text)
        return Job(plan, self.target, self.sshd.access("device", **access), MASK.text, tuple(MASK.labels))

    def carry(self, job: Job) -> tuple[Outcome, str]:
        (result,) = self.carrier.carry((job,), lambda _, state: self.states.append(state))
        assert result.device == "device"
        assert all(after in following(before) for before, after in pairwise([State.PLANNED, *self.states]))
        return result.outcome, result.words

    def etc(self) -> dict[str, str]:
        root = self.daemon.file.parent
        return {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()}


@pytest.fixture(params=["session", "ansible"])
def bench(request: pytest.FixtureRequest, sshd: Sshd, daemon: Daemon, tmp_path: Path) -> Bench:
    keep = tmp_path / "keep"
    ways: dict[str, Carrier] = {
        "session": DriverCarrier(lambda job: driver(job, str(keep)), lambda _: PACE),
        "ansible": AnsibleCarrier("20261123T000000Z-abc", home=str(keep)),
    }
    return Bench(sshd, daemon, ways[request.param], keep)


def test_a_change_is_carried(bench: Bench) -> None:
    (bench.daemon.file.parent / "stale.conf").write_text("stale")
    assert bench.carry(bench.job(CANARY)) == (Outcome.CHANGED, "")
    assert bench.etc() == {"daemon.conf": CANARY, "new/extra.conf": "extra\n"}
    assert bench.daemon.file.stat().st_mode & 0o7777 == 0o640
    assert bench.daemon.file.group() == "daemon"
    assert bench.daemon.asked == ["restart"]
    assert bench.states[-1] is State.SAVED
    assert not bench.keep.exists() or not list(bench.keep.iterdir())


def test_what_the_daemon_refuses_never_stays(bench: Bench) -> None:
    (bench.daemon.file.parent / "stale.conf").write_text("stale")
    outcome, words = bench.carry(bench.job(f"BAD {CANARY}"))
    assert outcome is Outcome.REFUSED
    assert re.search(HIDDEN.format("BAD"), words)
    assert words.endswith("the former configuration is back")
    assert CANARY not in words
    assert bench.etc() == {"daemon.conf": "old\n", "stale.conf": "stale"}
    assert bench.daemon.file.stat().st_mode & 0o7777 == 0o644
    assert bench.daemon.asked == []
    assert bench.states[-1] is State.REVERTED


def test_a_service_that_falls_over_gets_its_old_files_back(bench: Bench) -> None:
    outcome, words = bench.carry(bench.job(f"CRASH {CANARY}"))
    assert outcome is Outcome.REFUSED
    assert re.search(HIDDEN.format("fell over: CRASH"), words)
    assert CANARY not in words
    assert bench.etc() == {"daemon.conf": "old\n"}
    assert bench.daemon.asked == ["restart", "start", "restart"]
    assert (bench.daemon.home / "up").exists()
    assert bench.states[-1] is State.REVERTED


def test_a_file_that_changed_meanwhile_is_left_alone(bench: Bench) -> None:
    job = bench.job("new\n")
    bench.daemon.file.write_text("by hand\n")
    outcome, words = bench.carry(job)
    assert outcome is Outcome.REFUSED
    assert words == f"{bench.daemon.file} has changed since it was read: push again"
    assert bench.etc() == {"daemon.conf": "by hand\n"}
    assert bench.daemon.asked == []


def test_a_service_that_cannot_be_brought_back_is_not_called_well(bench: Bench) -> None:
    always = bench.keep.parent / "always"
    always.write_text("CRASH\n")
    (bench.daemon.home / "file").write_text(str(always))
    outcome, _ = bench.carry(bench.job("new\n"))
    assert bench.etc() == {"daemon.conf": "old\n"}
    assert outcome is Outcome.UNKNOWN
    assert bench.states[-1] is State.REVERT_UNKNOWN


def test_a_file_that_is_a_link_is_left_alone(bench: Bench) -> None:
    job = bench.job("new\n")
    elsewhere = bench.keep.parent / "elsewhere"
    bench.daemon.file.rename(elsewhere)
    bench.daemon.file.symlink_to(elsewhere)
    outcome, words = bench.carry(job)
    assert outcome is Outcome.REFUSED
    assert words == f"{bench.daemon.file} is a link: put a file in its place first"
    assert bench.daemon.file.is_symlink()
    assert elsewhere.read_text() == "old\n"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"port": 1}, "no connection"),
        ({"host_key": None, "known_hosts": Path(os.devnull)}, "its host key is not"),
        ({"user": "nobody"}, "refuses the login"),
    ],
)
def test_no_way_in_is_a_value(bench: Bench, wrong: dict[str, object], words: str) -> None:
    outcome, said = bench.carry(bench.job("new\n", **wrong))
    assert outcome is Outcome.UNREACHABLE
    assert words in said
    assert bench.etc() == {"daemon.conf": "old\n"}


def test_nothing_of_the_run_stays_here(bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    bench.carry(bench.job(CANARY))
    assert not list(Path("/dev/shm").glob(f"roam-push-{os.getpid()}-*"))  # noqa: S108  where private directories are
    said = "".join(capfd.readouterr())
    assert MASK.text(said) == said
