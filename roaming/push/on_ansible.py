"""Carry changes to Linux devices with Ansible: the transaction of `guard.sh`, a third of it a run."""

from __future__ import annotations

import base64
import io
import json
import tarfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from roaming.errors import PushError, RoamingError
from roaming.push.ansible_way import Event, LocalWay, Way, plain
from roaming.push.guard import HOME as GUARD_HOME
from roaming.push.guard import LEASE_S, SCRIPT, Verb, command, report
from roaming.push.guard import job as guard_job
from roaming.push.private import Host
from roaming.push.settlement import ENDS, Move, Sight, next_move
from roaming.push.states import FINAL, DeviceResult, Outcome, State
from roaming.transport import known_hosts_text, login_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from roaming.push.carrier import Job, Note

# What a task begins, and the order in which the tasks of a playbook come. The names are those in playbooks/.
STEPS = {
    "prepare.yml": {
        "Lock the device": State.LOCKED,
        "Check that it is what the plan was made from": State.PRECHECKED,
        "Back its files up": State.BACKED_UP,
    },
    "change.yml": {
        "Arm the timer that takes the change back": State.ARMED,
        "Apply the change": State.APPLIED,
        "Verify files and services": State.VERIFIED,
    },
    "confirm.yml": {"Confirm over a new connection": State.CONFIRMED},
    "save.yml": {"Save": State.SAVED},
    "take_back.yml": {"Take the change back": State.REVERTING},
    "release.yml": {},
    "ask.yml": {},
}
_STATES = {task: state for steps in STEPS.values() for task, state in steps.items()}
_LOCK, _APPLY, _SAVE, _ASK = "Lock the device", "Apply the change", "Save", "Ask its guard"
_GATED = ("prepare.yml", "change.yml", "keep.yml")
# From where nobody can ask: what a run begins is taken down before it, so nothing that may fail comes before a save.
_UNGATED = ("prepare.yml", "change.yml", "confirm.yml", "save.yml")
_MOVES = {Move.SAVE: "save.yml", Move.TAKE_BACK: "take_back.yml", Move.RELEASE: "release.yml", Move.WAIT: "ask.yml"}
_PAUSE_S = 3.0
_TRIES = 2
_MARGIN_S = 30


@dataclass
class _Course:
    """What has been heard of one device."""

    job: Job
    state: State = State.PLANNED
    well: bool = True
    refused: bool = False
    done: set[str] = field(default_factory=set)
    why: str = ""
    seen: Sight | None = None
    taken_back: int = 0
    asked: int = 0

    @property
    def armed(self) -> bool:
        """Whether anything may have been changed."""
        return self.state not in {State.PLANNED, State.LOCKED, State.PRECHECKED, State.BACKED_UP}

    @property
    def locked(self) -> bool:
        """Whether the device is ours, or may be."""
        return _LOCK in self.done or self.armed

    def begin(self, state: State, note: Note) -> None:
        """Take a state down before it is begun; what is final stays so."""
        if state is not self.state and self.state not in FINAL:
            note(self.job.device, state)
            self.state = state

    def hear(self, event: Event) -> None:
        """Take an event in."""
        if event.kind == "ok":
            self.done.add(event.task)
        elif event.kind != "skipped":
            self.refused = "rc" in event.data
            self.why = self.why or plain(event.words)
            self.well = False
        if event.task == _ASK:
            self.seen = _sight(event)

    def move(self, run: str) -> Move:
        """Return what comes next; WAIT for a device that gave no answer."""
        if _SAVE in self.done:
            return Move.KEPT
        if self.seen is None:
            return Move.WAIT
        move = next_move(self.seen, run, armed=self.armed)
        return Move.UNKNOWN if move is Move.TAKE_BACK and self.taken_back >= _TRIES else move

    def restless(self, run: str) -> bool:
        """Whether there is more to do; a device that was never armed has a lease, and is not waited for."""
        return self.move(run) not in ENDS and (self.armed or self.asked <= _TRIES)

    def first_move(self) -> Move:
        """Return what comes first: where a device has just refused a step, the next one is known."""
        if not self.refused or self.state is State.CONFIRMED:
            return Move.WAIT
        return Move.TAKE_BACK if self.armed else Move.RELEASE


def _sight(event: Event) -> Sight | None:
    """Read an answer of a guard; None where there is none."""
    try:
        said = report(str(event.data.get("said", "")))
    except RoamingError:
        return None
    return Sight(said, event.data.get("old") is True, event.data.get("new") is True)


@dataclass(frozen=True, slots=True)
class AnsibleCarrier:
    """Carries with the playbooks. `run` names the run on the devices, `by` is whose it is.

    `timer_s` after it was armed a device takes back by itself what nobody has confirmed, and `lease_s` after it was
    locked it is free again if nothing was armed. `home` is the guard's directory on the devices.
    """

    run: str
    way: Way = field(default_factory=LocalWay)
    by: str = "roam"
    timer_s: int = 120
    lease_s: int = LEASE_S
    home: str = GUARD_HOME
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def carry(self, jobs: tuple[Job, ...], note: Note) -> tuple[DeviceResult, ...]:
        """Return one result for each job; every device is left with the new files or the old ones."""
        able, early = _prepared(jobs)
        wave = {job.device: _Course(job) for job in able}
        for playbook in _GATED if self.way.gated else _UNGATED:
            well = [course for course in wave.values() if course.well]
            try:
                self._play(playbook, well, note)
            except PushError as error:
                # What cannot be taken down is not begun; what was begun before it is brought to rest all the same.
                note = _unheard(note)
                for course in well:
                    course.well, course.why = False, course.why or str(error)
        self._settle([course for course in wave.values() if _SAVE not in course.done and course.locked], note)
        late = [self._result(course) for course in wave.values()]
        found = {result.device: result for result in (*early, *late)}
        return tuple(found[job.device] for job in jobs)

    def resume(self, jobs: tuple[Job, ...], note: Note) -> tuple[DeviceResult, ...]:
        """Bring to rest what an earlier process of this run left, with the jobs that it had: kept or taken back."""
        able, early = _prepared(jobs)
        wave = [_Course(job, State.VERIFIED, well=False, why="the push was cut short") for job in able]
        self._settle(wave, note)
        found = {result.device: result for result in (*early, *map(self._result, wave))}
        return tuple(found[job.device] for job in jobs)

    def _play(self, playbook: str, courses: list[_Course], note: Note) -> None:
        """Play one playbook for some devices; those of which nothing was heard are no longer well."""
        if not courses:
            return
        wave = {course.job.device: course for course in courses}
        heard: set[str] = set()

        def hear(event: Event) -> None:
            heard.add(event.host)
            wave[event.host].hear(event)

        def begin(device: str, task: str) -> None:
            if task in _STATES:
                wave[device].begin(_STATES[task], note)

        if not self.way.gated:
            for course, state in ((one, state) for one in courses for state in STEPS[playbook].values()):
                course.begin(state, note)
        hosts = tuple(Host(course.job.access, self.variables(course.job)) for course in courses)
        said = self.way.play(playbook, hosts, hear, begin)
        for device in wave.keys() - heard:
            wave[device].hear(Event(device, "", "unreachable", said or "Ansible ended early"))

    def variables(self, job: Job) -> dict[str, object]:
        """Return what the playbooks are told of a device."""
        tar = guard_job(job.plan, job.target)
        return {
            "roam_commands": {verb.value: self._command(verb) for verb in Verb},
            "roam_script": _opaque(SCRIPT.encode()),
            "roam_job": _opaque(tar),
            "roam_manifest": _opaque(_manifest(tar)),
            "roam_masks": _opaque(json.dumps(job.masks).encode()),
            "roam_again": not job.plan.changes,
        }

    def _command(self, verb: Verb) -> tuple[str, ...]:
        words = {
            Verb.LOCK: (self.run, self.by, str(self.lease_s)),
            Verb.ARM: (self.run, str(self.timer_s)),
            Verb.STATUS: (),
        }
        return command(verb, *words.get(verb, (self.run,)), home=self.home)

    def _settle(self, courses: list[_Course], note: Note) -> None:
        """Bring devices to rest: act, ask, act again, until their timers must have run out."""
        over = self.clock() + self.timer_s + _MARGIN_S
        self._move({id(course): course.first_move() for course in courses}, courses, note)
        while (restless := [one for one in courses if one.restless(self.run)]) and self.clock() < over:
            moves = {id(course): course.move(self.run) for course in restless}
            if set(moves.values()) == {Move.WAIT}:
                self.sleep(_PAUSE_S)
            self._move(moves, restless, note)
        for course in courses:
            self._end(course, note)

    def _move(self, moves: dict[int, Move], courses: list[_Course], note: Note) -> None:
        """Do with each device what comes next, those with the same move together."""
        for move, playbook in _MOVES.items():
            some = [course for course in courses if moves[id(course)] is move]
            for course in some:
                course.seen = None
                course.asked += 1
                course.taken_back += move is Move.TAKE_BACK
            self._play(playbook, some, note)

    def _end(self, course: _Course, note: Note) -> None:
        """Take down where a device has come to rest."""
        move = course.move(self.run)
        if move is Move.BACK and course.armed:
            course.begin(State.REVERTING, note)
            course.begin(State.REVERTED, note)
        elif move is Move.KEPT:
            course.begin(State.CONFIRMED, note)
            course.begin(State.SAVED, note)
        elif course.armed:
            course.begin(State.REVERT_UNKNOWN, note)

    def _result(self, course: _Course) -> DeviceResult:
        """Return how it ended."""
        job, why = course.job, course.why or "Ansible ended early"
        move = course.move(self.run)
        if _SAVE in course.done or move is Move.KEPT:
            return job.result(Outcome.CHANGED)
        if course.armed and move is Move.BACK:
            return job.result(Outcome.REFUSED, f"{why}; the former configuration is back")
        if course.armed:
            return job.result(Outcome.UNKNOWN, f"{why}; it was lost while it was being changed: look at it")
        if course.refused:
            return job.result(Outcome.REFUSED, why)
        return job.result(Outcome.UNREACHABLE, f"{job.device} ({job.access.place}): {why}")


def _unheard(note: Note) -> Note:
    """Return a note that goes on where nothing can be taken down any more: the way back must not wait for it."""

    def quietly(device: str, state: State) -> None:
        with suppress(PushError):
            note(device, state)

    return quietly


def _prepared(jobs: tuple[Job, ...]) -> tuple[tuple[Job, ...], tuple[DeviceResult, ...]]:
    """Part the jobs whose way in can be used from the others, which end here."""
    able: list[Job] = []
    early: list[DeviceResult] = []
    for job in jobs:
        try:
            known_hosts_text(job.access)
            if job.access.key is not None:
                login_key(job.device, job.access.key)
        except RoamingError as error:
            early.append(job.result(Outcome.UNREACHABLE, str(error)))
        else:
            able.append(job)
    return tuple(able), tuple(early)


def _opaque(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def _manifest(tar: bytes) -> bytes:
    """Return the list of files of a guard's job."""
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        member = archive.extractfile("manifest")
        return b"" if member is None else member.read()
