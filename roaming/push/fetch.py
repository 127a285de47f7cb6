"""Read what many devices run at once, and hold it against what they shall; a dead device is a value."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from roaming.errors import RoamingError, TransportError
from roaming.model.bundle import RemoteFile
from roaming.plan import DevicePlan, Plan, Unreachable, plan_device, plan_lines, plan_rollback
from roaming.push.ansible_read import Look, read
from roaming.push.on_cli import whole
from roaming.targets import TARGETS, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import TypeAlias

    from roaming.model.bundle import DeviceBundle
    from roaming.plan import Former
    from roaming.push.ansible_way import Way
    from roaming.push.wanted import Wanted
    from roaming.targets import Target
    from roaming.targets.terminal import Terminal
    from roaming.transport import Access, CliDialler, Dialler, Session

    Found: TypeAlias = Mapping[str, Mapping[str, RemoteFile] | str]

# Half a second of CPU a login on both sides: more threads only wait for each other.
_THREADS: Final = 8
CONFIG: Final = "config.txt"
"""The one file of a platform that is driven by commands."""


@dataclass(frozen=True, slots=True)
class Survey:
    """Compares devices with what they shall hold.

    `access` finds the way in, `way` the machine through which alone a borough is reached; `renew` says which secrets a
    device was last given otherwise, `done` hears of each.
    """

    dialler: Dialler
    cli_dialler: CliDialler
    access: Callable[[str], Access]
    way: Callable[[str], Way | None]
    renew: Callable[[str, Mapping[str, str]], Mapping[str, str]]
    done: Callable[[str], None] = lambda _: None

    def plan(self, wanted: tuple[Wanted, ...]) -> Plan:
        """Return the plan of all devices, in the order given."""
        found = self._through_workers(wanted, lambda one: one.files)
        return self._all(lambda one: self._forward(one, found), wanted)

    def plan_back(self, wanted: tuple[Wanted, ...], formers: Mapping[str, Former]) -> Plan:
        """Return the plan that brings devices back to what they were, by device."""
        found = self._through_workers(wanted, lambda one: formers[one.device.name])
        return self._all(lambda one: self._back(one, formers[one.device.name], found), wanted)

    def _through_workers(self, wanted: tuple[Wanted, ...], paths: Callable[[Wanted], Iterable[str]]) -> Found:
        """Read the files of the devices that only their borough's own machine reaches, each borough's at once."""
        looks: dict[str, list[Look]] = {}
        for one in wanted:
            target = TARGETS[one.device.target]
            if target.terminal is None and self.way(one.device.owner) is not None:
                look = Look(self.access(one.device.name), tuple(paths(one)), target.owned)
                looks.setdefault(one.device.owner, []).append(look)
        found: dict[str, Mapping[str, RemoteFile] | str] = {}
        for owner, some in looks.items():
            way = self.way(owner)
            if way is not None:
                found |= read(way, tuple(some))
        return found

    def _all(self, one: Callable[[Wanted], DevicePlan], wanted: tuple[Wanted, ...]) -> Plan:
        with ThreadPoolExecutor(_THREADS) as pool:
            results = list(pool.map(lambda device: self._tried(one, device), wanted))
        return Plan(
            tuple(one for one in results if isinstance(one, DevicePlan)),
            tuple(one for one in results if isinstance(one, Unreachable)),
        )

    def _tried(self, plan: Callable[[Wanted], DevicePlan], wanted: Wanted) -> DevicePlan | Unreachable:
        try:
            return plan(wanted)
        except RoamingError as error:
            return Unreachable(wanted.device, str(error))
        finally:
            self.done(wanted.device.name)

    def _forward(self, wanted: Wanted, found: Found) -> DevicePlan:
        device = wanted.device
        target = TARGETS[device.target]
        if target.terminal is not None:
            text = wanted.files[CONFIG].content.decode()
            return self._lines(wanted, target.terminal, lambda _: text)
        running = self._files(device, wanted.files, found)
        return plan_device(device, target, wanted.files, running, wanted.redaction)

    def _back(self, wanted: Wanted, before: Former, found: Found) -> DevicePlan:
        device = wanted.device
        target = TARGETS[device.target]
        if target.terminal is not None and target.dialect is not None:
            dialect, was = target.dialect, before[CONFIG] or RemoteFile(b"", 0, "", "")
            return self._lines(wanted, target.terminal, lambda scope: dialect.ours(was.content.decode(), scope))
        running = self._files(device, before, found)
        return plan_rollback(device, target, before, running, wanted.redaction)

    def _files(self, device: DeviceBundle, paths: Iterable[str], found: Found) -> Mapping[str, RemoteFile]:
        files = found.get(device.name)
        if isinstance(files, str):
            raise TransportError(files)
        if files is not None:
            return files
        with self.dialler.open(self.access(device.name)) as session:
            return running_files(session, TARGETS[device.target], paths)

    def _lines(self, wanted: Wanted, terminal: Terminal, text: Callable[[Scope], str]) -> DevicePlan:
        device = wanted.device
        with self.cli_dialler.open(self.access(device.name), terminal) as session:
            running = whole(session.show(terminal.show), terminal)
        renew = self.renew(device.name, wanted.secrets)
        target = TARGETS[device.target]
        scope = scope_of(wanted, target)
        return plan_lines(device, target, text(scope), running, wanted.redaction, renew=renew, scope=scope)


def scope_of(wanted: Wanted, target: Target) -> Scope:
    """Return what is ours on a device that others configure too: what the inventory renders for it says so."""
    if target.dialect is None:
        return Scope(wanted.device.owns)
    scope = target.dialect.scope(wanted.device.owns, wanted.files[CONFIG].content.decode())
    return replace(scope, left=wanted.device.leaves)


def running_files(session: Session, target: Target, wanted: Iterable[str]) -> dict[str, RemoteFile]:
    """Return the files of a device that we want or that stand in a place of ours."""
    there = {path for directory in map(_directory, target.owned) for path in session.listing(directory)}
    ours = sorted(path for path in there if any(fnmatchcase(path, pattern) for pattern in target.owned))
    paths = dict.fromkeys((*wanted, *ours))
    found = ((path, session.read(path)) for path in paths)
    return {path: file for path, file in found if file is not None}


def _directory(pattern: str) -> str:
    """Return the directory that holds everything a pattern matches."""
    return pattern[: min(pattern.find(sign) for sign in "*?[" if sign in pattern)].rpartition("/")[0]
