"""Compare what a device shall have with what it has."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from roaming.errors import RenderError
from roaming.model.bundle import RemoteFile
from roaming.targets import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from roaming.model.bundle import DeviceBundle, File
    from roaming.targets import Scope, Target


class Change(StrEnum):
    """What becomes of a file. `removed` is a file in a place of ours that the inventory no longer asks for."""

    CREATED = "created"
    CHANGED = "changed"
    REMOVED = "removed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file, before and after. `diff` is unified and holds no secret."""

    path: str
    change: Change
    diff: str
    running: RemoteFile | None = field(repr=False)
    wanted: RemoteFile | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServiceAction:
    """A service and what it needs to heed the changes."""

    service: str
    action: Action


@dataclass(frozen=True, slots=True)
class DevicePlan:
    """Every file of a device, and what its services need.

    A device that is driven by lines has one file, its lines that are ours, and `commands` that change them; they may
    hold secrets. `outage` says in sentences what users notice, `unverifiable` names secrets that the device does not
    show. `running` is the whole configuration from which the plan was made.
    """

    device: DeviceBundle
    files: tuple[FileChange, ...]
    actions: tuple[ServiceAction, ...]
    commands: tuple[str, ...] = field(repr=False, default=())
    outage: tuple[str, ...] = ()
    unverifiable: tuple[str, ...] = ()
    running: str | None = field(repr=False, default=None)

    @property
    def changes(self) -> tuple[FileChange, ...]:
        """The files that are not as they shall be."""
        return tuple(file for file in self.files if file.change is not Change.UNCHANGED)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.changes and not self.actions and not self.commands


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A device whose files could not be read, and why."""

    device: DeviceBundle
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Every device that was asked for, in the order of the inventory."""

    devices: tuple[DevicePlan, ...]
    unreachable: tuple[Unreachable, ...] = ()

    @property
    def pending(self) -> tuple[DevicePlan, ...]:
        """The devices with something to do."""
        return tuple(device for device in self.devices if not device.empty)

    @property
    def file_count(self) -> int:
        """How many files are not as they shall be."""
        return sum(len(device.changes) for device in self.devices)


def plan_device(
    device: DeviceBundle,
    target: Target,
    wanted: Mapping[str, RemoteFile],
    running: Mapping[str, RemoteFile],
    redact: Callable[[str, str], str],
) -> DevicePlan:
    """Return what makes `running` (path to file, all that was found) into `wanted`.

    `redact(path, text)` returns the text as it may be shown. Octets, mode, owner and group all count.
    """
    paths = [*(file.path for file in device.files), *stale(target, wanted, running)]
    return compared(device, target, (file_change(path, running.get(path), wanted.get(path), redact) for path in paths))


def stale(target: Target, wanted: Mapping[str, RemoteFile | None], running: Mapping[str, RemoteFile]) -> list[str]:
    """Return the running files that nobody wants and that stand in a place of ours."""
    return sorted(path for path in running if path not in wanted and _owned(target, path))


def compared(device: DeviceBundle, target: Target, files: Iterable[FileChange]) -> DevicePlan:
    """Return the plan of these files, with what they cost the services."""
    files = tuple(files)
    changed = [file.path for file in files if file.change is not Change.UNCHANGED]
    return DevicePlan(device, files, service_actions(target, changed))


def plan_lines(  # noqa: PLR0913  a device, its platform, both sides, what may be shown, what is set again
    device: DeviceBundle,
    target: Target,
    wanted: str,
    running: str,
    redact: Callable[[str, str], str],
    *,
    renew: Mapping[str, str],
    scope: Scope | None = None,
) -> DevicePlan:
    """Return what makes our lines of `running`, a whole configuration, those of `wanted`.

    Raises `RenderError` for a target that has no lines. `renew` maps the values of secrets that are to be set again,
    though the device shows ciphertext only, to their names. `scope` is what is ours, if
    `wanted` does not say it all.
    """
    dialect = target.dialect
    if dialect is None:
        message = f"{target.name} is driven by files, not by lines"
        raise RenderError(message)
    ours = scope or replace(dialect.scope(device.owns, wanted), left=device.leaves)
    remedy = dialect.remedy(running, wanted, ours, renew)
    (file,) = device.files
    before = _text_file(remedy.before, file) if remedy.before else None
    after = _text_file(remedy.after, file)
    change = (
        file_change(file.path, before, after, redact)
        if remedy.commands
        else FileChange(file.path, Change.UNCHANGED, "", before, after)
    )
    return DevicePlan(device, (change,), (), remedy.commands, remedy.outage, remedy.unverifiable, running)


def _text_file(text: str, file: File) -> RemoteFile:
    return RemoteFile(text.encode(), file.mode, file.owner, file.group)


def service_actions(target: Target, paths: list[str]) -> tuple[ServiceAction, ...]:
    """Return what a target's services need after these files changed: a restart wherever one file wants it."""
    if not paths:
        return ()
    return tuple(
        ServiceAction(
            service.name,
            Action.RESTART if Action.RESTART in {service.action(path) for path in paths} else Action.RELOAD,
        )
        for service in target.services
    )


def _owned(target: Target, path: str) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in target.owned)


def file_change(
    path: str, running: RemoteFile | None, wanted: RemoteFile | None, redact: Callable[[str, str], str]
) -> FileChange:
    """Return what becomes of one file."""
    if wanted == running:
        return FileChange(path, Change.UNCHANGED, "", running, wanted)
    if wanted is None:
        return FileChange(path, Change.REMOVED, f"--- {path}\n+++ nothing\n", running, wanted)
    change = Change.CREATED if running is None else Change.CHANGED
    return FileChange(path, change, "".join(_diff(path, running, wanted, redact)), running, wanted)


def _diff(
    path: str, running: RemoteFile | None, wanted: RemoteFile, redact: Callable[[str, str], str]
) -> Iterator[str]:
    """Yield the lines of a unified diff; what differs only where it is masked is said in words."""
    before = _lines(path, running, redact)
    after = _lines(path, wanted, redact)
    name = path if running is not None else "nothing"
    lines = list(difflib.unified_diff(before, after, f"{name}", f"{path}"))
    yield from lines or [f"--- {name}\n", f"+++ {path}\n"]
    if running is None:
        return
    if (was := _access(running)) != (shall := _access(wanted)):
        yield f"# {was} becomes {shall}\n"
    if not lines and running.content != wanted.content:
        yield "# differs only in what is masked\n"


def _lines(path: str, file: RemoteFile | None, redact: Callable[[str, str], str]) -> list[str]:
    if file is None:
        return []
    text = redact(path, file.content.decode(errors="backslashreplace"))
    return [f"{line}\n" for line in text.split("\n")] if not text.endswith("\n") else text.splitlines(keepends=True)


def _access(file: RemoteFile) -> str:
    return f"mode {file.mode:04o} owner {file.owner}:{file.group}"
