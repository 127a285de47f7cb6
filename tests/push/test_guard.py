"""The guard by itself, on this machine, in a directory of the test's own: what must hold whoever dies."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from roaming.model.bundle import DeviceBundle, DeviceKind, File, RemoteFile
from roaming.plan import DevicePlan, plan_device
from roaming.push.guard import SCRIPT, Report, Status, Verb, command, job, report
from roaming.targets import Target

if TYPE_CHECKING:
    from pathlib import Path

RUN = "run-1"


@dataclass(frozen=True)
class Guarded:
    """A place with files, and a guard for them. It installs no boot script: it may not touch this machine's /etc."""

    root: Path

    @property
    def home(self) -> str:
        return str(self.root / "home")

    @property
    def file(self) -> Path:
        return self.root / "etc" / "daemon.conf"

    @property
    def plan(self) -> DevicePlan:
        wanted = {str(self.file): RemoteFile(b"new\n", 0o640, "root", "root")}
        running = {str(self.file): RemoteFile(b"old\n", 0o644, "root", "root")}
        device = DeviceBundle("x", "", "d", DeviceKind.HUB, "t", "1", (File(str(self.file), ()),))
        return plan_device(device, TARGET, wanted, running, lambda _, text: text)

    def ask(self, verb: Verb, *words: str, data: bytes = b"") -> int:
        done = subprocess.run(command(verb, *words, home=self.home), input=data, capture_output=True, check=False)
        return done.returncode

    def lock(self, run: str = RUN, lease: int = 60) -> int:
        return self.ask(Verb.LOCK, run, "test", str(lease), data=SCRIPT.encode())

    def precheck(self) -> int:
        return self.ask(Verb.PRECHECK, RUN, data=job(self.plan, TARGET))

    def report(self) -> Report:
        done = subprocess.run(
            command(Verb.STATUS, home=self.home), input=SCRIPT, capture_output=True, check=True, text=True
        )
        return report(done.stdout)

    def turn(self, before: str, after: str) -> None:
        """Have the guard's phase be another, as if it had been armed: that writes to /etc, which is not ours here."""
        transaction = self.root / "home" / "transaction"
        (transaction / f"phase-{before}").rename(transaction / f"phase-{after}")


TARGET = Target(
    name="t", capabilities={}, quotings={}, redact=str, check_command=("true",), services=(), log_path="", owned=()
)


@pytest.fixture
def guarded(tmp_path: Path) -> Guarded:
    one = Guarded(tmp_path)
    one.file.parent.mkdir()
    one.file.write_text("old\n")
    one.file.chmod(0o644)
    return one


def test_only_one_run_holds_a_device_until_its_lease_is_over(guarded: Guarded) -> None:
    assert guarded.lock(lease=60) == Status.DONE
    assert guarded.lock("run-2") == Status.HELD
    assert guarded.ask(Verb.PRECHECK, "run-2") == Status.LOST
    assert guarded.ask(Verb.RELEASE, RUN) == Status.DONE
    assert guarded.lock("run-2", lease=0) == Status.DONE
    assert guarded.lock("run-3") == Status.DONE


def test_a_revert_and_a_confirmation_exclude_each_other(guarded: Guarded) -> None:
    assert [guarded.lock(), guarded.precheck(), guarded.ask(Verb.BACK_UP, RUN)] == [Status.DONE] * 3
    guarded.turn("staged", "armed")
    assert guarded.ask(Verb.APPLY, RUN) == Status.DONE
    assert guarded.file.read_text() == "new\n"
    assert guarded.ask(Verb.CONFIRM, RUN) == Status.DONE
    assert guarded.ask(Verb.REVERT, RUN) == Status.LATE
    assert guarded.file.read_text() == "new\n"


def test_what_is_not_confirmed_is_put_back_by_an_init(guarded: Guarded) -> None:
    assert [guarded.lock(), guarded.precheck(), guarded.ask(Verb.BACK_UP, RUN)] == [Status.DONE] * 3
    guarded.turn("staged", "armed")
    assert guarded.ask(Verb.APPLY, RUN) == Status.DONE
    subprocess.run(["sh", "-s", "--", "boot"], input=SCRIPT, text=True, check=True, env=_home(guarded))
    assert guarded.report().phase == "reverted"
    assert guarded.file.read_text() == "old\n"
    assert guarded.file.stat().st_mode & 0o777 == 0o644
    assert guarded.ask(Verb.CONFIRM, RUN) == Status.LATE


def test_a_guard_that_no_longer_knows_what_was_changed_does_not_call_it_well(guarded: Guarded) -> None:
    assert [guarded.lock(), guarded.precheck(), guarded.ask(Verb.BACK_UP, RUN)] == [Status.DONE] * 3
    guarded.turn("staged", "armed")
    assert guarded.ask(Verb.APPLY, RUN) == Status.DONE
    (guarded.root / "home" / "transaction" / "manifest").write_text("")
    assert guarded.ask(Verb.REVERT, RUN) == Status.UNABLE
    assert guarded.report().phase == "stuck"


def test_a_change_behind_our_back_is_refused_before_and_after_the_arming(guarded: Guarded) -> None:
    assert guarded.lock() == Status.DONE
    guarded.file.write_text("by hand\n")
    assert guarded.precheck() == Status.DRIFT
    guarded.file.write_text("old\n")
    assert [guarded.precheck(), guarded.ask(Verb.BACK_UP, RUN)] == [Status.DONE] * 2
    guarded.turn("staged", "armed")
    guarded.file.write_text("by hand\n")
    assert guarded.ask(Verb.APPLY, RUN) == Status.DRIFT
    assert guarded.file.read_text() == "by hand\n"


def _home(guarded: Guarded) -> dict[str, str]:
    return {"ROAM_GUARD_HOME": guarded.home, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
