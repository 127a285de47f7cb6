"""Who carries a device's changes: one way for access points, another for RADIUS servers and hubs, one contract.

A carrier leaves each device with the new files and its service up, or with the old ones and its service up, and says
which; `Outcome.UNKNOWN` is for a device that was lost in between.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from roaming.push.states import DeviceResult, Outcome, State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from roaming.plan import DevicePlan
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
    """Hears of each state that a device reaches."""

    def __call__(self, device: str, state: State, /) -> None:
        """Take a state down."""
        ...


class Carrier(Protocol):
    """Carries the changes of several devices at once."""

    def carry(self, jobs: tuple[Job, ...], note: Note) -> tuple[DeviceResult, ...]:
        """Return one result for each job; what goes wrong on one device never stops the others."""
        ...


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
