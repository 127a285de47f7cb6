"""One device, polled: what it is, what it has, and what is remembered of it from one poll to the next."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from monitor.pollers.profile import choose
from monitor.pollers.reader import ReadError
from monitor.pollers.samples import samples
from monitor.sample import Batch, Failure, Sample, family

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from monitor.pollers.device import Device
    from monitor.pollers.profile import Profile, Table
    from monitor.pollers.reader import SnmpReader, SnmpSession, Value
    from monitor.sample import Clock

SYS_OBJECT_ID: Final = "1.3.6.1.2.1.1.2.0"
# Polls in a row that a standalone access point has to keep silent before it is down.
SILENT_POLLS: Final = 3
# As many cells of an access point by itself are asked for by name; more are walked, and so are controllers, whose rows
# come and go with their access points. New rows of those that are not walked are looked for every so many polls.
_FEW: Final = 120
_LOOK_AGAIN: Final = 20
_UP: Final = family("roaming_snmp_up")
_SECONDS: Final = family("roaming_snmp_seconds")
_POINT_UP: Final = family("roaming_access_point_up")
_SILENCE: Final = frozenset({Failure.TIMEOUT, Failure.UNREACHABLE})


@dataclass(slots=True)
class Memory:
    """What is remembered of a device: its profile, the cells that it had, and how often in a row it failed."""

    profile: Profile | None = None
    cells: tuple[str, ...] = ()
    polls: int = 0
    failures: int = 0
    silent: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a poll: a batch always, and the reason when there was no answer."""

    batch: Batch
    failure: Failure | None = None


@dataclass(slots=True)
class Poller:
    """Polls devices, each within `deadline_s`; `lasts_s` is how long what it showed counts."""

    reader: SnmpReader
    profiles: tuple[Profile, ...]
    clock: Clock
    deadline_s: float
    lasts_s: float
    _memory: dict[str, Memory] = field(default_factory=dict)
    _hosts: dict[str, str] = field(default_factory=dict)

    def memory(self, device: Device) -> Memory:
        """Return what is remembered of a device."""
        return self._memory.setdefault(device.name, Memory())

    async def poll(self, device: Device) -> Outcome:
        """Poll a device once. Its failure is a value; what it did not say is absent."""
        memory = self.memory(device)
        start = self.clock.steady()
        try:
            async with asyncio.timeout(self.deadline_s):
                found = await self._read(device, memory)
        except TimeoutError:
            return self._failed(device, memory, Failure.TIMEOUT)
        except ReadError as error:
            return self._failed(device, memory, error.reason)
        memory.failures = memory.silent = 0
        took = Sample(_SECONDS, (device.name, device.owner), self.clock.steady() - start)
        return Outcome(self._batch(device, (self._up(device, 1.0), took, *self._settled(device, found))))

    async def _read(self, device: Device, memory: Memory) -> tuple[Sample, ...]:
        session = await self.reader.open(device.endpoint)
        # Somebody may ask for the same device meanwhile, and change what is remembered.
        profile, known = memory.profile, memory.cells if memory.polls % _LOOK_AGAIN else ()
        if profile is None:
            profile, known = await self._identify(device, session), ()
        cells = await _known_cells(profile, known, session)
        if cells is None:
            cells = await _walk(profile, session)
            memory.cells = _few(cells) if device.standalone else ()
        memory.profile = profile
        memory.polls += 1
        return samples(profile, device, cells)

    async def _identify(self, device: Device, session: SnmpSession) -> Profile:
        """Ask what model it is; raises `ReadError` for one that no profile knows."""
        said = str((await session.get((SYS_OBJECT_ID,))).get(SYS_OBJECT_ID, ""))
        profile = choose(self.profiles, said)
        if profile is None:
            raise ReadError(Failure.UNKNOWN_DEVICE, f"{device.name}: no profile is for the model {said or 'unknown'}")
        return profile

    def _settled(self, device: Device, found: tuple[Sample, ...]) -> tuple[Sample, ...]:
        """Keep which controller has an access point, and leave out what one says of those that another one has."""
        points = {one.name for one in device.access_points}
        up = {one.labels[0] for one in found if one.family is _POINT_UP and one.value}
        for name in points:
            if name in up:
                self._hosts[name] = device.name
            elif self._hosts.get(name) == device.name:
                del self._hosts[name]
        away = {name for name in points if self._hosts.get(name, device.name) != device.name}
        return tuple(one for one in found if one.labels[0] not in away) if away else found

    def _failed(self, device: Device, memory: Memory, reason: Failure) -> Outcome:
        """Say that it did not answer, and what that means for an access point by itself.

        A refused user or garbage comes from something that is alive: only silence is down.
        """
        memory.failures += 1
        memory.silent = memory.silent + 1 if reason in _SILENCE else 0
        # It may come back as another model, with other cells.
        memory.profile, memory.cells, memory.polls = None, (), 0
        self._settled(device, ())
        down = device.standalone and memory.silent >= SILENT_POLLS
        points = tuple(Sample(_POINT_UP, one.labels, 0.0) for one in device.access_points if down)
        return Outcome(self._batch(device, (self._up(device, 0.0), *points)), reason)

    def _up(self, device: Device, value: float) -> Sample:
        return Sample(_UP, (device.name, device.owner), value)

    def _batch(self, device: Device, found: tuple[Sample, ...]) -> Batch:
        return Batch(f"snmp:{device.name}", self.clock.wall(), self.lasts_s, found)


async def _known_cells(
    profile: Profile, known: tuple[str, ...], session: SnmpSession
) -> Mapping[str, Mapping[str, Value]] | None:
    """Ask for the cells of the last walk by name; None when there are none, or one is gone."""
    found = await session.get(known) if known else {}
    if not found or len(found) < len(known):
        return None
    columns = {oid for table in profile.tables for oid in table.oids}
    cells: dict[str, dict[str, Value]] = {}
    for key, value in found.items():
        column = _column_of(key, columns)
        cells.setdefault(column, {})[key[len(column) + 1 :]] = value
    return cells


def _column_of(key: str, columns: Iterable[str]) -> str:
    return next(column for column in columns if key.startswith(f"{column}."))


async def _walk(profile: Profile, session: SnmpSession) -> Mapping[str, Mapping[str, Value]]:
    """Walk every column of a profile, or the small table that holds it."""
    cells: dict[str, Mapping[str, Value]] = {}
    for table in profile.tables:
        if table.subtree:
            cells |= _split(table, await session.walk(table.subtree))
            continue
        for oid in table.oids:
            if oid not in cells:
                cells[oid] = await session.walk(oid)
    return cells


def _split(table: Table, found: Mapping[str, Value]) -> dict[str, Mapping[str, Value]]:
    """Sort the cells of a whole table by column."""
    below = {oid: oid.removeprefix(f"{table.subtree}.") + "." for oid in table.oids}
    return {
        oid: {key.removeprefix(start): value for key, value in found.items() if key.startswith(start)}
        for oid, start in below.items()
    }


def _few(cells: Mapping[str, Mapping[str, Value]]) -> tuple[str, ...]:
    """Return the names of the cells where they are few enough to be asked for one by one."""
    names = tuple(f"{oid}.{index}" for oid, rows in cells.items() for index in rows)
    return names if len(names) <= _FEW else ()
