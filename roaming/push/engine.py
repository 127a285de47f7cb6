"""Run a plan: wave after wave, each step in the journal, partners never both at risk, stopped by its rule."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from roaming.errors import PushError
from roaming.plan import partners
from roaming.push.states import GOOD, DeviceResult, Outcome, State
from roaming.push.stop import Ended, StopRule, left
from roaming.targets import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from roaming.model.network import Network
    from roaming.plan import DevicePlan, Plan, Wave
    from roaming.push.carrier import Carrier, Job
    from roaming.push.journal import Journal
    from roaming.push.links import Links
    from roaming.secrets import FingerprintKey


@dataclass(frozen=True, slots=True)
class Course:
    """One wave as it went. `began` is None for a wave that was not."""

    wave: Wave
    results: tuple[DeviceResult, ...]
    began: datetime | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it went: every device of the plan has its result in one of the waves or apart."""

    courses: tuple[Course, ...]
    apart: tuple[DeviceResult, ...] = ()
    stopped: str | None = None

    @property
    def results(self) -> tuple[DeviceResult, ...]:
        """Every device's result, those that could not be read first."""
        return (*self.apart, *(result for course in self.courses for result in course.results))


class Witness:
    """Hears how a run goes, for progress bars and summaries; by default nobody listens."""

    def begins(self, wave: Wave) -> None:
        """Hear that a wave begins."""

    def steps(self, device: str, state: State) -> None:
        """Hear that a step of a device begins."""

    def done(self, result: DeviceResult) -> None:
        """Hear how a device ended."""

    def ended(self, course: Course) -> None:
        """Hear how a wave went."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Pushes plans. `carrier` says who carries a device, `job` makes it ready, `now` is the clock of the windows."""

    network: Network
    carrier: Callable[[DevicePlan], Carrier]
    journal: Journal
    key: FingerprintKey
    links: Links
    job: Callable[[DevicePlan], Job]
    rule: StopRule = field(default_factory=StopRule)
    witness: Witness = field(default_factory=Witness)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def push(self, plan: Plan, order: tuple[Wave, ...]) -> Run:
        """Return what became of each device."""
        unwell = {one.device.name: f"{one.device.name} could not be read" for one in plan.unreachable}
        apart = tuple(map(self._finish, unread(plan)))
        courses: list[Course] = []
        for number, wave in enumerate(order):
            ended = [Ended(course.wave, course.results) for course in courses]
            why = self.rule.verdict(ended, self.now())
            try:
                if why is None:
                    courses.append(self._course(wave, order[number + 1 :], unwell))
            except PushError as error:
                why = str(error)
            if why is not None:
                rest = tuple(Course(one, tuple(map(self._finish, left((one,), why)))) for one in order[number:])
                return Run((*courses, *rest), apart, why)
        why = self.rule.verdict([Ended(course.wave, course.results) for course in courses])
        return Run(tuple(courses), apart, why)

    def _course(self, wave: Wave, later: tuple[Wave, ...], unwell: dict[str, str]) -> Course:
        began, clock = self.now(), time.monotonic()
        self.witness.begins(wave)
        apart = partners(self.network)
        ready, held = _part(wave, apart, unwell)
        results = [self._finish(result) for result in held]
        unwell |= {result.device: f"{result.device} was held back" for result in held}
        to_come = {device.device.name for one in later for device in one.devices}
        careful = frozenset(one.device.name for one in ready if apart.get(one.device.name, frozenset()) & to_come)
        results += self._wave(ready, careful, unwell)
        course = Course(wave, tuple(results), began, time.monotonic() - clock)
        self.witness.ended(course)
        return course

    def _wave(
        self, devices: list[DevicePlan], careful: frozenset[str], unwell: dict[str, str]
    ) -> tuple[DeviceResult, ...]:
        """Carry one wave. For the careful, whose partners are still to come, wait until they have been found again."""
        if not devices:
            return ()
        for device in devices:
            self._announce(device)
        jobs = {device.device.name: self.job(device) for device in devices}
        before = {name: self.links.of(job) for name, job in jobs.items() if name in careful and _restarts(job.plan)}
        results = tuple(map(self._finish, self._carried(devices, jobs)))
        unwell |= {one.device: f"{one.device} is not changed" for one in results if one.outcome not in GOOD}
        for name, links in before.items():
            if name not in unwell and not self.links.wait(jobs[name], links):
                unwell[name] = f"{name} is up, but those connected with it before are not back"
        return results

    def _carried(self, devices: list[DevicePlan], jobs: Mapping[str, Job]) -> list[DeviceResult]:
        """Hand each device to its carrier, those of one carrier together."""
        loads: dict[int, tuple[Carrier, list[Job]]] = {}
        for device in devices:
            carrier = self.carrier(device)
            loads.setdefault(id(carrier), (carrier, []))[1].append(jobs[device.device.name])
        return [result for carrier, load in loads.values() for result in carrier.carry(tuple(load), self._note)]

    def _announce(self, plan: DevicePlan) -> None:
        """Take down what is going to be done, before it is."""
        files = [
            {
                "path": file.path,
                "change": file.change.value,
                "before": None if file.running is None else self.key.of(file.running.content),
                "after": None if file.wanted is None else self.key.of(file.wanted.content),
            }
            for file in plan.changes
        ]
        actions = [f"{action.action} {action.service}" for action in plan.actions]
        self.journal.note("device", device=plan.device.name, state=State.PLANNED, files=files, actions=actions)

    def _note(self, device: str, state: State) -> None:
        """Take a step down before it begins; what cannot be taken down is not done."""
        self.journal.note("step", device=device, state=state)
        self.witness.steps(device, state)

    def _finish(self, result: DeviceResult) -> DeviceResult:
        """Take down how a device ended; a journal that cannot be written leaves it for `--resume`."""
        with suppress(PushError):
            self.journal.note(
                "outcome", device=result.device, outcome=result.outcome, words=result.words, files=result.files
            )
        self.witness.done(result)
        return result


def unread(plan: Plan) -> tuple[DeviceResult, ...]:
    """Return the results of the devices that could not even be read."""
    return tuple(DeviceResult(one.device.name, Outcome.UNREACHABLE, one.reason) for one in plan.unreachable)


def _restarts(plan: DevicePlan) -> bool:
    return any(action.action is Action.RESTART for action in plan.actions)


def _part(
    wave: Wave, apart: Mapping[str, frozenset[str]], unwell: Mapping[str, str]
) -> tuple[list[DevicePlan], list[DeviceResult]]:
    """Part the devices that may go from those one of whose partners is not well."""
    ready: list[DevicePlan] = []
    held: list[DeviceResult] = []
    for device in wave.devices:
        name = device.device.name
        bad = sorted(apart.get(name, frozenset()) & unwell.keys())
        if bad:
            words = f"not touched: {unwell[bad[0]]}, and one of the two must carry on"
            held.append(DeviceResult(name, Outcome.HELD, words))
        else:
            ready.append(device)
    return ready, held
