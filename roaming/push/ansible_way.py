"""Where Ansible runs: on this machine, or on a borough's own, which alone reaches its devices.

Either way each run has a fresh private directory, a command that is asserted, and an environment of its own.
"""

from __future__ import annotations

import json
import os
import secrets
import shlex
import subprocess
import sys
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from roaming.errors import PushError
from roaming.push.gate import gate
from roaming.push.private import Host, furnish, private_directory, strict, write
from roaming.transport import known_hosts_text, login_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from roaming.transport import Access

_FORKS = 8
_TIMEOUT_S = 900
_CAUSES = (
    ("Host key verification failed", "its host key is not the one that is known: refused"),
    ("Permission denied", "it refuses the login"),
    ("a password is required", "it does not let this user become root"),
    ("ssh: connect to host", "no connection"),
    ("timed out", "no answer in time"),
    ("Data could not be sent", "the connection broke"),
    ("closed by remote host", "the connection broke"),
)


@dataclass(frozen=True, slots=True)
class Event:
    """How a task ended on a device: `ok`, `failed`, `unreachable` or `skipped`. `data` is what our module returns."""

    host: str
    task: str
    kind: str
    words: str = ""
    data: Mapping[str, object] = field(default_factory=dict, repr=False)


class Way(Protocol):
    """Plays a playbook for some devices."""

    @property
    def gated(self) -> bool:
        """Whether `begin` is called before each task; where it is not, nobody can be asked from there."""
        ...

    def play(
        self,
        playbook: str,
        hosts: tuple[Host, ...],
        hear: Callable[[Event], None],
        begin: Callable[[str, str], None] = lambda _device, _task: None,
    ) -> str:
        """Return the last line of what was said on standard error; `hear` takes in each event as it comes."""
        ...


@dataclass(frozen=True, slots=True)
class LocalWay:
    """Runs Ansible on this machine."""

    gated: bool = True

    def play(
        self,
        playbook: str,
        hosts: tuple[Host, ...],
        hear: Callable[[Event], None],
        begin: Callable[[str, str], None] = lambda _device, _task: None,
    ) -> str:
        """Run in a child with a scrubbed environment, which asks before each task."""
        with private_directory() as private:
            job = private / "job"
            furnish(job, hosts)
            doors = {"ROAM_GATE": str(private / "gate"), "ANSIBLE_CALLBACKS_ENABLED": "roam_gate"}
            with gate(private / "gate", begin) if self.gated else nullcontext():
                return _run(private, _order(job, playbook), environment(job) | (doors if self.gated else {}), hear)


@dataclass(frozen=True, slots=True)
class WorkerWay:
    """Runs Ansible on a borough's worker: `ansible-runner transmit`, `worker` there over SSH, `process`.

    What the worker is given lies in its memory only, and is gone when it ends or is lost, whoever dies.
    """

    worker: Access
    gated: bool = False

    def play(
        self,
        playbook: str,
        hosts: tuple[Host, ...],
        hear: Callable[[Event], None],
        begin: Callable[[str, str], None] = lambda _device, _task: None,
    ) -> str:
        """Transmit, and process what comes back; `begin` cannot be called from there."""
        del begin
        there = Path(f"/dev/shm/roam-worker-{secrets.token_hex(8)}")  # noqa: S108  made 0700, and only if it is new
        with private_directory() as private:
            furnish(private / "job", hosts, there / "job")
            link = [*_ssh(self.worker, private / "link"), _worker_command(there)]
            said = _run(private, _order(private / "job", playbook, link), environment(private / "job"), hear)
        return f"its worker {self.worker.device} ({self.worker.place}): {plain(said)}" if said else ""


def _ssh(access: Access, directory: Path) -> list[str]:
    """Return the words that reach the worker; raises SecretError or TransportError when there is no way in."""
    if access.key is None:
        message = f"{access.device}: a worker is reached with a key"
        raise PushError(message)
    write(directory / "known_hosts", known_hosts_text(access))
    write(directory / "key", login_key(access.device, access.key))
    alive = ("BatchMode=yes", "ConnectTimeout=30", "ServerAliveInterval=10", "ServerAliveCountMax=3")
    return [
        *("ssh", "-F", os.devnull, "-T", *strict(directory / "known_hosts")),
        *(word for option in alive for word in ("-o", option)),
        *("-i", str(directory / "key"), "-p", str(access.port), "-l", access.user, "--", access.host),
    ]


# `timeout` bounds what a lost connection leaves running. The watch outlives whatever is killed: when the work is done,
# or it or the connection is gone, it ends what is left, ssh's own connections among it, and empties the place. The name
# of the place stands in the command line of each of its processes.
_WORKER = """
set -eu
umask 077
place=$1 seconds=$2
shift 2
[ "$(stat -f -c %T /dev/shm)" = tmpfs ] || { echo "it has no memory for what must not lie on its disk" >&2; exit 1; }
find /dev/shm -maxdepth 1 -name 'roam-worker-*' -user "$(id -un)" -mmin +60 -exec rm -rf -- {} +
mkdir -m 0700 -- "$place"
parent() { cut -d' ' -f4 "/proc/$1/stat" 2>/dev/null; }
work=$$ link=$(parent $$)
(
    trap '' HUP INT TERM
    self=$(exec sh -c 'echo $PPID')
    keep=$work
    while [ -e "$place" ]; do
        [ "$(parent "$work")" = "$link" ] || { keep=; break; }
        sleep 0.2
    done
    for one in $(pgrep -f -- "$place"); do
        case $one in "$self" | "$keep") ;; *) kill -9 "$one" ;; esac
    done
    rm -rf -- "$place"
) </dev/null >/dev/null 2>&1 &
code=0
env -i HOME="$place" TMPDIR="$place" "$@" timeout -k 5 "$seconds" \
    ansible-runner worker --private-data-dir "$place/job" || code=$?
rm -rf -- "$place"
wait
exit "$code"
"""


def _worker_command(there: Path) -> str:
    programs = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    own = {"HOME", "PYTHONPATH"}
    settings = [f"{name}={value}" for name, value in environment(there / "job").items() if name not in own]
    words = [str(there), str(_TIMEOUT_S + 60), *settings, f"PATH={programs}"]
    return shlex.join(["sh", "-c", _WORKER, "roam-worker", *words])


def _order(job: Path, playbook: str, worker: list[str] | None = None) -> dict[str, object]:
    return {"private": str(job), "playbook": playbook, "forks": _FORKS, "timeout": _TIMEOUT_S, "worker": worker}


def _run(private: Path, order: Mapping[str, object], given: Mapping[str, str], hear: Callable[[Event], None]) -> str:
    """Run the child; raises PushError when it cannot be started."""
    command = [sys.executable, "-m", "roaming.push.ansible_child"]
    try:
        with (
            (private / "stderr").open("w+") as errors,
            subprocess.Popen(  # noqa: S603  our own module, our own interpreter
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=given,
                text=True,
            ) as child,
        ):
            for line in _exchange(child, json.dumps(order)):
                hear(_event(line))
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


def _event(line: Mapping[str, object]) -> Event:
    data = line["data"]
    return Event(
        host=str(line["host"]),
        task=str(line["task"]),
        kind=str(line["kind"]),
        words=str(line["words"]),
        data=data if isinstance(data, dict) else {},
    )


def plain(words: str) -> str:
    """Return in plain words why there is no way in, where they are ssh's or sudo's known ones."""
    return next((said for telling, said in _CAUSES if telling in words), words)


def environment(private: Path) -> dict[str, str]:
    """Return the whole environment of Ansible: nothing of ours but where programs and our package are."""
    package = Path(__file__).parents[2]
    programs = [str(Path(sys.executable).parent), "/usr/local/sbin", "/usr/local/bin", os.defpath, "/usr/sbin", "/sbin"]
    return {
        "PATH": ":".join(programs),
        "PYTHONPATH": ":".join([str(package), *(path for path in sys.path if path.endswith("-packages"))]),
        "HOME": str(private),
        "LANG": "C.UTF-8",
        "ANSIBLE_CONFIG": str(private / "ansible.cfg"),
        "ANSIBLE_HOME": str(private / "ansible"),
        "ANSIBLE_CALLBACK_PLUGINS": str(private / "project/callback_plugins"),
        "ANSIBLE_HOST_KEY_CHECKING": "True",
        "ANSIBLE_PIPELINING": "True",
        "ANSIBLE_TIMEOUT": "30",
        "ANSIBLE_SSH_RETRIES": "0",
        "ANSIBLE_SSH_ARGS": "-o ControlMaster=auto -o ControlPersist=15s -o ServerAliveInterval=10",
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(private / "cp"),
        "ANSIBLE_RETRY_FILES_ENABLED": "False",
        "ANSIBLE_DISPLAY_ARGS_TO_STDOUT": "False",
    }
