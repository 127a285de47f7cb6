"""Read the running files of many devices at once; a dead device is a value."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from roaming.errors import RoamingError
from roaming.plan import DevicePlan, Plan, Unreachable, plan_device
from roaming.push.ansible_read import Look, read
from roaming.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from roaming.model.bundle import RemoteFile
    from roaming.push.ansible_way import Way
    from roaming.push.wanted import Wanted
    from roaming.targets import Target
    from roaming.transport import Access, Dialler, Session

# Half a second of CPU a login on both sides: more threads only wait for each other.
_THREADS = 8


@dataclass(frozen=True, slots=True)
class Survey:
    """Compares devices with what they shall hold. `access` finds the way in; `done` hears of each device.

    `through` returns the way to the devices of an owner that are not reached directly.
    """

    dialler: Dialler
    access: Callable[[str], Access]
    done: Callable[[str], None] = lambda _: None
    through: Callable[[str], Way | None] = lambda _: None

    def plan(self, wanted: tuple[Wanted, ...]) -> Plan:
        """Return the plan of all devices, in the order given."""
        owners = dict.fromkeys(one.device.owner for one in wanted)
        parts = [tuple(one for one in wanted if one.device.owner == owner) for owner in owners]
        with ThreadPoolExecutor(_THREADS) as pool, ThreadPoolExecutor(_THREADS) as far:
            pending = [part for part in far.map(self._far, parts) if part]
            found = {one.device.name: one for part in pending for one in part}
            near = [one for one in wanted if one.device.name not in found]
            found |= {one.device.name: one for one in pool.map(self._device, near)}
        results = [found[one.device.name] for one in wanted]
        return Plan(
            tuple(one for one in results if isinstance(one, DevicePlan)),
            tuple(one for one in results if isinstance(one, Unreachable)),
        )

    def _far(self, wanted: tuple[Wanted, ...]) -> list[DevicePlan | Unreachable]:
        """Return what is found of one owner's devices that are not reached directly; nothing for all others."""
        try:
            way = self.through(wanted[0].device.owner)
            looks = () if way is None else tuple(self._look(one) for one in wanted)
            found = {} if way is None else read(way, looks)
        except RoamingError as error:
            return [Unreachable(one.device, str(error)) for one in wanted]
        for name in found:
            self.done(name)
        return [self._planned(one, found[one.device.name]) for one in wanted if found]

    def _look(self, wanted: Wanted) -> Look:
        target = TARGETS[wanted.device.target]
        return Look(self.access(wanted.device.name), tuple(wanted.files), target.owned)

    def _planned(self, wanted: Wanted, running: Mapping[str, RemoteFile] | str) -> DevicePlan | Unreachable:
        if isinstance(running, str):
            return Unreachable(wanted.device, running)
        return plan_device(wanted.device, TARGETS[wanted.device.target], wanted.files, running, wanted.redaction)

    def _device(self, wanted: Wanted) -> DevicePlan | Unreachable:
        device = wanted.device
        target = TARGETS[device.target]
        try:
            with self.dialler.open(self.access(device.name)) as session:
                running = running_files(session, target, wanted.files)
        except RoamingError as error:
            return Unreachable(device, str(error))
        finally:
            self.done(device.name)
        return plan_device(device, target, wanted.files, running, wanted.redaction)


def running_files(session: Session, target: Target, wanted: Mapping[str, RemoteFile]) -> dict[str, RemoteFile]:
    """Return the files of a device that we want or that stand in a place of ours."""
    there = {path for directory in map(_directory, target.owned) for path in session.listing(directory)}
    ours = sorted(path for path in there if any(fnmatchcase(path, pattern) for pattern in target.owned))
    paths = dict.fromkeys((*wanted, *ours))
    found = ((path, session.read(path)) for path in paths)
    return {path: file for path, file in found if file is not None}


def _directory(pattern: str) -> str:
    """Return the directory that holds everything a pattern matches."""
    return pattern[: min(pattern.find(sign) for sign in "*?[" if sign in pattern)].rpartition("/")[0]
