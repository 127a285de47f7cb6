"""Who carries a device's changes: sessions for access points and controllers, Ansible for servers, one contract.

A carrier takes each device through the states of its transaction and leaves it new or old, and says which;
`Outcome.UNKNOWN` is for a device of which nobody can say.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from roaming.errors import PushError
from roaming.push.states import DeviceResult, Outcome, State
from roaming.push.transaction import transact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from roaming.plan import DevicePlan
    from roaming.push.transaction import Driver, Pace
    from roaming.targets import Target
    from roaming.transport import Access


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done to one device. `show` masks the secrets in a daemon's words, `masks` are they."""

    plan: DevicePlan
    target: Target
    access: Access
    show: Callable[[str], str] = field(repr=False, default=str)
    masks: tuple[str, ...] = field(repr=False, default=())

    @property
    def device(self) -> str:
        """The device's name."""
        return self.plan.device.name

    def result(self, outcome: Outcome, words: str = "") -> DeviceResult:
        """Return how it ended for this device."""
        files = len(self.plan.changes) if outcome is Outcome.CHANGED else 0
        return DeviceResult(self.device, outcome, self.show(words), files)


class Note(Protocol):
    """Hears of each state before the step that leads to it begins."""

    def __call__(self, device: str, state: State, /) -> None:
        """Take a state down; raises PushError when that is impossible, and then the step must not begin."""
        ...


class Carrier(Protocol):
    """Carries the changes of several devices at once."""

    def carry(self, jobs: tuple[Job, ...], note: Note) -> tuple[DeviceResult, ...]:
        """Return one result for each job; what goes wrong on one device never stops the others."""
        ...


@dataclass(frozen=True, slots=True)
class DriverCarrier:
    """Takes each device through its transaction over sessions of its own, `threads` at once."""

    driver: Callable[[Job], Driver]
    pace: Callable[[Job], Pace]
    threads: int = 8

    def carry(self, jobs: tuple[Job, ...], note: Note) -> tuple[DeviceResult, ...]:
        """Return one result for each job."""
        with ThreadPoolExecutor(max(1, min(self.threads, len(jobs)))) as pool:
            return tuple(pool.map(lambda job: transact(job, self.driver(job), note, self.pace(job)), jobs))


@dataclass(frozen=True, slots=True)
class KeepingCarrier:
    """Keeps what devices run here before another carrier takes them; one that cannot be kept is not touched."""

    inner: Carrier
    keep: Callable[[Job], None]

    def carry(self, jobs: tuple[Job, ...], note: Note) -> tuple[DeviceResult, ...]:
        """Return one result for each job."""
        refused: dict[str, DeviceResult] = {}
        for job in jobs:
            try:
                self.keep(job)
            except PushError as error:
                refused[job.device] = job.result(Outcome.REFUSED, str(error))
        carried = self.inner.carry(tuple(job for job in jobs if job.device not in refused), note)
        found = refused | {result.device: result for result in carried}
        return tuple(found[job.device] for job in jobs)


@dataclass
class FakeCarrier:
    """Ends as it is told, by device; every other device is changed. Remembers who went with whom."""

    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    waves: list[tuple[str, ...]] = field(default_factory=list)

    def carry(self, jobs: tuple[Job, ...], note: Note) -> tuple[DeviceResult, ...]:
        """Return the outcomes."""
        self.waves.append(tuple(job.device for job in jobs))
        results = tuple(job.result(self.outcomes.get(job.device, Outcome.CHANGED)) for job in jobs)
        for result in results:
            if result.outcome is Outcome.CHANGED:
                note(result.device, State.SAVED)
        return results
