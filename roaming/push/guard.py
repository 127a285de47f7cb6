"""The guard of a Linux device, seen from here: its words, the job that it is handed, what it answers. All pure.

`guard.sh` stands beside this module and travels with each push; nothing has to be installed before.
"""

from __future__ import annotations

import hashlib
import io
import shlex
import tarfile
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from roaming.errors import PushError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roaming.model.bundle import RemoteFile
    from roaming.plan import DevicePlan, FileChange
    from roaming.targets import Target

SCRIPT: Final = Path(__file__).with_name("guard.sh").read_text(encoding="utf-8")
HOME: Final = "/var/lib/seamless-wifi"
# How long a device stays taken by a push that is never heard of again before anything was armed.
LEASE_S: Final = 900

_BRING: Final = 's=$(cat) && printf "%s\\n" "$s" | sh -c "$s" guard "$@"'


class Verb(StrEnum):
    """What a guard can be asked for; the words of guard.sh."""

    LOCK = "lock"
    PRECHECK = "precheck"
    BACK_UP = "back-up"
    ARM = "arm"
    APPLY = "apply"
    VERIFY = "verify"
    CONFIRM = "confirm"
    SAVE = "save"
    REVERT = "revert"
    RELEASE = "release"
    STATUS = "status"


class Status(IntEnum):
    """How a guard ends; every other number is a device that cannot run it."""

    DONE = 0
    HELD = 20
    DRIFT = 21
    REFUSED = 22
    LOST = 23
    UNABLE = 24
    LATE = 25


@dataclass(frozen=True, slots=True)
class Report:
    """What a guard says of its device. `old` and `new` tell whether all files are as they were, or as wanted."""

    phase: str
    run: str = ""
    by: str = ""
    old: bool = False
    new: bool = False
    left_s: int | None = None


def command(verb: Verb, *words: str, home: str = HOME) -> tuple[str, ...]:
    """Return the command that asks a guard; `lock` and `status` bring it along: `SCRIPT` is their input."""
    environment = ("env", f"ROAM_GUARD_HOME={home}") if home != HOME else ()
    match verb:
        case Verb.LOCK:
            return (*environment, "sh", "-c", _BRING, "guard", verb, *words)
        case Verb.STATUS:
            return (*environment, "sh", "-s", "--", verb)
        case _:
            return (*environment, "sh", f"{home}/transaction/guard", verb, *words)


def report(text: str) -> Report:
    """Read the answer to `status`; raises PushError when it is none."""
    fields = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    if "phase" not in fields:
        message = "the device's guard gives no answer"
        raise PushError(message)
    left = fields.get("left")
    return Report(
        phase=fields["phase"],
        run=fields.get("run", ""),
        by=fields.get("by", ""),
        old=fields.get("old") == "yes",
        new=fields.get("new") == "yes",
        left_s=None if left is None else int(left),
    )


def job(plan: DevicePlan, target: Target) -> bytes:
    """Return the job of a device as a tar: manifest, new files, check, services. It holds secrets."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in _members(plan, target).items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o600
            archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


def _members(plan: DevicePlan, target: Target) -> Mapping[str, bytes]:
    changes = plan.changes
    unchanged = [file for file in plan.files if file not in changes]
    lines = [_line("=", file) for file in unchanged] + [_line(str(n), file) for n, file in enumerate(changes)]
    members = {str(n): file.wanted.content for n, file in enumerate(changes) if file.wanted is not None}
    members["manifest"] = "".join(lines).encode()
    members["check"] = f"{shlex.join(target.check_command)}\n".encode()
    members["services"] = "".join(f"{action.action} {action.service}\n" for action in plan.actions).encode()
    return members


def _line(number: str, file: FileChange) -> str:
    if not file.path.isprintable():
        message = f"{file.path!r} is not a path that can be pushed"
        raise PushError(message)
    wanted = file.wanted
    access = ("-", "-") if wanted is None else (f"{wanted.mode:04o}", f"{wanted.owner}:{wanted.group}")
    return "\t".join((number, digest(file.running), *access, digest(wanted), file.path)) + "\n"


def digest(file: RemoteFile | None) -> str:
    """Return what the guard knows a file by; it goes to the device only, where the file is too."""
    if file is None:
        return "none"
    return f"{hashlib.sha256(file.content).hexdigest()} {file.mode:04o} {file.owner}:{file.group}"
