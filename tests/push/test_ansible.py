"""The carrier's order of things, over a way that plays in memory: who is asked when, and what is taken down."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from roaming.errors import PushError
from roaming.model.bundle import DeviceBundle, DeviceKind, File, RemoteFile
from roaming.plan import plan_device
from roaming.push import AnsibleCarrier, Job, Outcome, State
from roaming.push.ansible_way import Event
from roaming.push.gate import gate
from roaming.push.on_ansible import STEPS
from roaming.push.private import Host, playbooks
from roaming.push.states import following
from roaming.targets import Service, Target
from roaming.transport import Access

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RUN = "run-1"
TARGET = Target("test", {}, {}, str, ("true",), (Service("daemon"),), "")
GATED_STEPS = [task for steps in STEPS.values() for task in steps]
AFTER = {
    "Lock the device": "locked",
    "Back its files up": "staged",
    "Arm the timer that takes the change back": "armed",
    "Apply the change": "armed",
    "Confirm over a new connection": "confirmed",
    "Save": "none",
    "Take the change back": "reverted",
    "Release": "none",
}
CHANGED = {"Apply the change": "new", "Take the change back": "old"}


@dataclass
class Device:
    """A device in memory. `loses` is the task at whose answer it is lost for some plays, `refuses` one that fails."""

    loses: str = ""
    for_plays: int = 0
    refuses: str = ""
    reverts_alone: bool = False
    phase: str = "none"
    files: str = "old"
    gone: int = 0

    def do(self, task: str) -> str:
        """Return how a task ends."""
        if self.gone:
            return "unreachable"
        if task == self.refuses:
            return "failed"
        self.phase = AFTER.get(task, self.phase)
        self.files = CHANGED.get(task, self.files)
        if task == self.loses:
            self.gone, self.loses = self.for_plays, ""
            return "unreachable"
        return "ok"

    def pass_by(self) -> None:
        """Let a play go by."""
        self.gone = max(0, self.gone - 1)
        if self.reverts_alone and not self.gone and self.phase == "armed":
            self.phase, self.files = "reverted", "old"


@dataclass
class FakeWay:
    """Plays the playbooks' tasks on devices in memory, and remembers which it was asked for."""

    devices: dict[str, Device]
    gated: bool = True
    played: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def play(
        self,
        playbook: str,
        hosts: tuple[Host, ...],
        hear: Callable[[Event], None],
        begin: Callable[[str, str], None] = lambda _device, _task: None,
    ) -> str:
        """Play, task by task."""
        self.played.append((playbook, tuple(host.name for host in hosts)))
        for host in hosts:
            device = self.devices[host.name]
            device.pass_by()
            for task in tasks(playbook):
                if self.gated:
                    begin(host.name, task)
                kind = device.do(task)
                run = RUN if device.phase != "none" else ""
                seen = {"said": f"phase={device.phase}\nrun={run}\n", "old": device.files == "old"}
                data = {**seen, "new": device.files == "new"} if kind == "ok" else {"rc": 22}
                hear(Event(host.name, task, kind, f"{task}: {kind}", data if kind != "unreachable" else {}))
                if kind != "ok":
                    break
        return ""


def tasks(playbook: str) -> list[str]:
    """Return the tasks of a playbook, as they stand in it and in those it imports."""
    found: list[str] = []
    for line in (playbooks() / playbook).read_text().splitlines():
        if line.startswith("    - name: ") and line != "    - name: Hang up":
            found.append(line.removeprefix("    - name: "))
        elif "import_playbook:" in line:
            found += tasks(line.rpartition(" ")[2])
    return found


@dataclass
class Clock:
    """Goes on when somebody sleeps."""

    now: float = 0

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time go by."""
        self.now += seconds


@dataclass
class Bench:
    """A carrier over some devices."""

    way: FakeWay
    notes: list[tuple[str, State]] = field(default_factory=list)

    def carry(self) -> dict[str, tuple[Outcome, str]]:
        """Carry to all devices; each one's states are a path of the table."""
        clock = Clock()
        carrier = AnsibleCarrier(RUN, self.way, clock=clock, sleep=clock.sleep)
        jobs = tuple(map(job, self.way.devices))
        results = carrier.carry(jobs, lambda device, state: self.notes.append((device, state)))
        for device in self.way.devices:
            states = [State.PLANNED, *self.states(device)]
            assert all(after in following(before) for before, after in pairwise(states)), states
        return {result.device: (result.outcome, result.words) for result in results}

    def states(self, device: str) -> list[State]:
        """Return what was taken down of a device."""
        return [state for name, state in self.notes if name == device]


def job(name: str) -> Job:
    """Return a job that changes one file."""
    path = "/etc/daemon.conf"
    wanted, running = (RemoteFile(text, 0o600, "root", "root") for text in (b"new", b"old"))
    bundle = DeviceBundle("camden", "", name, DeviceKind.HUB, "test", "1", (File(path, ()),))
    plan = plan_device(bundle, TARGET, {path: wanted}, {path: running}, lambda _, text: text)
    way_in = Access(name, "203.0.113.1", 22, "root", password="x", host_key="ssh-ed25519 AAAA")  # noqa: S106
    return Job(plan, TARGET, way_in)


def test_every_step_is_a_task_of_its_playbook() -> None:
    for playbook, steps in STEPS.items():
        assert [task for task in tasks(playbook) if task in GATED_STEPS] == list(steps)


@pytest.mark.parametrize("gated", [True, False])
def test_a_wave_goes_through(*, gated: bool) -> None:
    bench = Bench(FakeWay({"one": Device(), "two": Device()}, gated))
    assert bench.carry() == {"one": (Outcome.CHANGED, ""), "two": (Outcome.CHANGED, "")}
    forward = [State.LOCKED, State.PRECHECKED, State.BACKED_UP, State.ARMED, State.APPLIED, State.VERIFIED]
    assert bench.states("one") == [*forward, State.CONFIRMED, State.SAVED]
    assert [hosts for _, hosts in bench.way.played] == [("one", "two")] * (3 if gated else 4)


@pytest.mark.parametrize("gated", [True, False])
@pytest.mark.parametrize("refuses", ["Apply the change", "Verify files and services", "Confirm over a new connection"])
def test_what_a_device_refuses_is_taken_back_and_the_others_go_on(refuses: str, *, gated: bool) -> None:
    bench = Bench(FakeWay({"one": Device(refuses=refuses), "two": Device()}, gated))
    found = bench.carry()
    assert found["one"] == (Outcome.REFUSED, f"{refuses}: failed; the former configuration is back")
    assert found["two"] == (Outcome.CHANGED, "")
    assert bench.states("one")[-2:] == [State.REVERTING, State.REVERTED]
    assert (bench.way.devices["one"].phase, bench.way.devices["one"].files) == ("none", "old")


@pytest.mark.parametrize("gated", [True, False])
@pytest.mark.parametrize("state", [State.LOCKED, State.ARMED, State.APPLIED, State.CONFIRMED, State.SAVED])
def test_a_journal_that_is_full_leaves_devices_old_or_new_and_says_which(state: State, *, gated: bool) -> None:
    way = FakeWay({"one": Device(), "two": Device()}, gated)
    clock = Clock()
    carrier = AnsibleCarrier(RUN, way, clock=clock, sleep=clock.sleep)
    full: list[State] = []

    def note(_device: str, reached: State) -> None:
        full.extend([reached] if reached is state else [])
        if full:
            message = "the journal cannot be written: No space left on device"
            raise PushError(message)

    for result in carrier.carry(tuple(map(job, way.devices)), note):
        device = way.devices[result.device]
        assert result.outcome is not Outcome.UNKNOWN
        assert (device.files == "new") == (result.outcome is Outcome.CHANGED), result
        assert device.phase in {"none", "reverted"}
    assert full


@pytest.mark.parametrize("refuses", ["Check that it is what the plan was made from", "Back its files up"])
def test_a_device_on_which_nothing_was_changed_is_given_free(refuses: str) -> None:
    bench = Bench(FakeWay({"one": Device(refuses=refuses)}))
    assert bench.carry()["one"] == (Outcome.REFUSED, f"{refuses}: failed")
    assert [playbook for playbook, _ in bench.way.played] == ["prepare.yml", "release.yml"]
    assert bench.way.devices["one"].phase == "none"
    assert State.REVERTED not in bench.states("one")


def test_a_device_that_is_held_is_left_alone() -> None:
    bench = Bench(FakeWay({"one": Device(refuses="Lock the device")}))
    assert bench.carry()["one"] == (Outcome.REFUSED, "Lock the device: failed")
    assert [playbook for playbook, _ in bench.way.played] == ["prepare.yml"]


@pytest.mark.parametrize("gated", [True, False])
@pytest.mark.parametrize("loses", ["Apply the change", "Verify files and services"])
def test_a_device_that_is_lost_is_asked_again_until_it_is_back(loses: str, *, gated: bool) -> None:
    bench = Bench(FakeWay({"one": Device(loses=loses, for_plays=5, reverts_alone=True)}, gated))
    assert bench.carry()["one"] == (Outcome.REFUSED, f"{loses}: unreachable; the former configuration is back")
    assert bench.states("one")[-2:] == [State.REVERTING, State.REVERTED]
    assert bench.way.devices["one"].phase == "none"


@pytest.mark.parametrize("loses", ["Confirm over a new connection", "Save"])
def test_a_device_that_is_lost_once_confirmed_keeps_the_change(loses: str) -> None:
    bench = Bench(FakeWay({"one": Device(loses=loses, for_plays=3)}))
    assert bench.carry()["one"] == (Outcome.CHANGED, "")
    assert bench.states("one")[-1] is State.SAVED


def test_a_device_that_stays_lost_is_unknown_once_its_timer_must_have_run_out() -> None:
    bench = Bench(FakeWay({"one": Device(loses="Apply the change", for_plays=999)}))
    outcome, words = bench.carry()["one"]
    assert outcome is Outcome.UNKNOWN
    assert words.endswith("it was lost while it was being changed: look at it")
    assert bench.states("one")[-1] is State.REVERT_UNKNOWN
    assert 40 < len(bench.way.played) < 60  # a question each three seconds, for 120 s and 30 s more


def test_a_device_lost_before_it_was_armed_is_not_waited_for() -> None:
    bench = Bench(FakeWay({"one": Device(loses="Back its files up", for_plays=999)}))
    outcome, _ = bench.carry()["one"]
    assert outcome is Outcome.UNREACHABLE
    assert len(bench.way.played) < 5


def test_a_revert_that_fails_twice_is_unknown() -> None:
    bench = Bench(FakeWay({"one": Device(refuses="Take the change back", loses="Apply the change")}))
    assert bench.carry()["one"][0] is Outcome.UNKNOWN
    assert bench.states("one")[-1] is State.REVERT_UNKNOWN
    assert [playbook for playbook, _ in bench.way.played].count("take_back.yml") == 2


@pytest.mark.parametrize(
    ("phase", "files", "outcome"),
    [
        ("armed", "new", Outcome.REFUSED),
        ("confirmed", "new", Outcome.CHANGED),
        ("none", "new", Outcome.CHANGED),
        ("none", "old", Outcome.REFUSED),
        ("none", "neither", Outcome.UNKNOWN),
    ],
)
def test_resuming_reads_the_device(phase: str, files: str, outcome: Outcome) -> None:
    way = FakeWay({"one": Device(phase=phase, files=files)})
    clock = Clock()
    carrier = AnsibleCarrier(RUN, way, clock=clock, sleep=clock.sleep)
    (result,) = carrier.resume((job("one"),), lambda _, __: None)
    assert result.outcome is outcome
    assert way.devices["one"].phase == "none"


def pass_through(directory: Path, *questions: list[str]) -> list[str]:
    """Do what the callback plugin does; return the answers."""
    with (directory / "ask").open("w") as ask, (directory / "go").open() as go:
        answers = []
        for question in questions:
            ask.write(json.dumps(question) + "\n")
            ask.flush()
            answers.append(go.readline())
        return answers


def test_the_gate_opens_once_it_is_taken_down(tmp_path: Path) -> None:
    begun: list[tuple[str, str]] = []
    with gate(tmp_path / "gate", lambda device, task: begun.append((device, task))):
        assert pass_through(tmp_path / "gate", ["one", "Save"], ["two", "Save"]) == ["\n", "\n"]
    assert begun == [("one", "Save"), ("two", "Save")]


def test_the_gate_stays_shut_when_it_cannot_be_taken_down(tmp_path: Path) -> None:
    def refuse(_device: str, _task: str) -> None:
        message = "the journal cannot be written"
        raise PushError(message)

    with (
        pytest.raises(PushError, match="the journal cannot be written"),
        gate(tmp_path / "gate", refuse),
    ):
        assert pass_through(tmp_path / "gate", ["one", "Save"]) == [""]
    assert threading.active_count() == 1 or os.environ.get("PYTEST_XDIST_WORKER")
