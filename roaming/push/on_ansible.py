"""Carry changes to RADIUS servers and hubs with Ansible."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from roaming.errors import PushError, RoamingError
from roaming.push.private import furnish, private_directory
from roaming.push.states import DeviceResult, Outcome, State
from roaming.transport import known_hosts_text, login_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from roaming.push.carrier import Job, Note

_FORKS = 8
_TIMEOUT_S = 900
# What a finished task means for its device. The names are those of playbooks/carry.yml.
_STATES = {
    "Put the files in place": (State.BACKED_UP, State.APPLIED),
    "Have the services heed them": (State.VERIFIED,),
    "Forget the former files": (State.SAVED,),
    "Say why": (State.REVERTING,),
    "Forget the former files, which are back": (State.REVERTED,),
}
_REACH = "Reach the device"
_SILENT = "Put the files in place"
_CAUSES = (
    ("Host key verification failed", "its host key is not the one that is known: refused"),
    ("Permission denied", "it refuses the login"),
    ("a password is required", "it does not let this user become root"),
    ("ssh: connect to host", "no connection"),
    ("timed out", "no answer in time"),
)


@dataclass
class _Course:
    """What has been heard of one device."""

    job: Job
    state: State = State.PLANNED
    words: list[str] = field(default_factory=list)
    reached: bool = False

    def hear(self, line: Mapping[str, object], note: Note) -> None:
        """Take an event in."""
        task, kind = str(line["task"]), line["kind"]
        self.reached = self.reached or task != _REACH
        if (kind in {"failed", "unreachable"} and task != _SILENT) or task == "Say why":
            self.words.append(_plain(str(line["words"])))
        for state in _STATES.get(task, ()) if kind == "ok" else ():
            self.state = state
            note(self.job.device, state)

    def result(self, note: Note, said: str) -> DeviceResult:
        """Return how it ended."""
        why = self.words[0] if self.words else said or "Ansible ended early"
        if self.state is State.SAVED:
            return self.job.result(Outcome.CHANGED)
        if self.state is State.REVERTED:
            return self.job.result(Outcome.REFUSED, why)
        if not self.reached:
            return self.job.result(Outcome.UNREACHABLE, f"{self.job.device} ({self.job.access.place}): {why}")
        note(self.job.device, State.REVERT_UNKNOWN)
        return self.job.result(Outcome.UNKNOWN, f"{why}; it was lost while it was being changed: look at it")


def _plain(words: str) -> str:
    return next((plain for telling, plain in _CAUSES if telling in words), words)


@dataclass(frozen=True, slots=True)
class AnsibleCarrier:
    """Carries with the playbook `carry.yml`.

    `run` names the run on the devices, `keep` is where they keep the former files meanwhile, and a service must be up
    `up_within_s` after its restart.
    """

    run: str
    keep: str = "/var/lib/seamless-wifi"
    up_within_s: int = 15

    def _common(self) -> dict[str, object]:
        return {"roam_run": self.run, "roam_keep": self.keep, "roam_within": self.up_within_s}

    def carry(self, jobs: tuple[Job, ...], note: Note) -> tuple[DeviceResult, ...]:
        """Return one result for each job."""
        able, early = _prepared(jobs)
        courses = {job.device: _Course(job) for job in able}
        said = ""
        if able:
            with private_directory() as private:
                furnish(private, able, self._common())
                said = play(private, courses, note)
        late = (course.result(note, said) for course in courses.values())
        found = {result.device: result for result in (*early, *late)}
        return tuple(found[job.device] for job in jobs)


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


def play(private: Path, courses: Mapping[str, _Course], note: Note) -> str:
    """Run the playbook in a child with a scrubbed environment; return what it said on standard error."""
    order = {"private": str(private), "forks": _FORKS, "timeout": _TIMEOUT_S}
    command = [sys.executable, "-m", "roaming.push.ansible_child"]
    try:
        with (
            (private / "stderr").open("w+") as errors,
            subprocess.Popen(  # noqa: S603  our own module, our own interpreter
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment(private),
                text=True,
            ) as child,
        ):
            for line in _exchange(child, json.dumps(order)):
                host = str(line["host"])
                if host in courses:
                    courses[host].hear(line, note)
            child.wait()
            errors.seek(0)
            return errors.read().strip().rpartition("\n")[2]
    except OSError as error:
        message = f"Ansible cannot be started: {error.strerror}"
        raise PushError(message) from None


def _exchange(child: subprocess.Popen[str], order: str) -> Iterator[dict[str, object]]:
    """Hand the order in and yield the events; other lines are not for us."""
    if child.stdin is None or child.stdout is None:
        return
    child.stdin.write(order)
    child.stdin.close()
    for text in child.stdout:
        if text.startswith("{"):
            yield json.loads(text)


def environment(private: Path) -> dict[str, str]:
    """Return the whole environment of the child: nothing of ours but where programs and our package are."""
    package = Path(__file__).parents[2]
    programs = [str(Path(sys.executable).parent), "/usr/local/sbin", "/usr/local/bin", os.defpath, "/usr/sbin", "/sbin"]
    return {
        "PATH": ":".join(programs),
        "PYTHONPATH": ":".join([str(package), *(path for path in sys.path if path.endswith("-packages"))]),
        "HOME": str(private),
        "LANG": "C.UTF-8",
        "ANSIBLE_CONFIG": str(private / "ansible.cfg"),
        "ANSIBLE_HOME": str(private / "ansible"),
        "ANSIBLE_HOST_KEY_CHECKING": "True",
        "ANSIBLE_PIPELINING": "True",
        "ANSIBLE_TIMEOUT": "30",
        "ANSIBLE_SSH_RETRIES": "0",
        "ANSIBLE_SSH_ARGS": "-o ControlMaster=auto -o ControlPersist=15s",
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(private / "cp"),
        "ANSIBLE_RETRY_FILES_ENABLED": "False",
        "ANSIBLE_DISPLAY_ARGS_TO_STDOUT": "False",
    }
