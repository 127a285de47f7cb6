"""Run a plan: wave after wave, each step in the journal, partners never both at risk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roaming.plan import partners, waves
from roaming.push.states import GOOD, DeviceResult, Outcome, State
from roaming.targets import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from roaming.model.bundle import DeviceKind
    from roaming.model.network import Network
    from roaming.plan import DevicePlan, Plan, Wave
    from roaming.push.carrier import Carrier, Job
    from roaming.push.journal import Journal
    from roaming.push.links import Links
    from roaming.secrets import FingerprintKey


@dataclass(frozen=True, slots=True)
class Engine:
    """Pushes plans. `job` makes a device ready for its carrier, `done` hears of each device that is finished."""

    network: Network
    carriers: Mapping[DeviceKind, Carrier]
    journal: Journal
    key: FingerprintKey
    links: Links
    job: Callable[[DevicePlan], Job]
    done: Callable[[DeviceResult], None] = lambda _: None

    def push(self, plan: Plan) -> tuple[DeviceResult, ...]:
        """Return what became of each device, the unreachable ones first, then in the order of the waves."""
        apart = partners(self.network)
        unwell: dict[str, str] = {}
        results: list[DeviceResult] = []
        for one in plan.unreachable:
            name = one.device.name
            results.append(self._finish(DeviceResult(name, Outcome.UNREACHABLE, one.reason)))
            unwell[name] = f"{name} could not be reached"
        order = waves(plan.pending, self.network)
        for number, wave in enumerate(order):
            ready, held = _part(wave, apart, unwell)
            results += [self._finish(result) for result in held]
            unwell |= {result.device: f"{result.device} was held back" for result in held}
            later = {device.device.name for one in order[number + 1 :] for device in one.devices}
            careful = frozenset(one.device.name for one in ready if apart.get(one.device.name, frozenset()) & later)
            results += self._wave(wave.kind, ready, careful, unwell)
        return tuple(results)

    def _wave(
        self, kind: DeviceKind, devices: list[DevicePlan], careful: frozenset[str], unwell: dict[str, str]
    ) -> tuple[DeviceResult, ...]:
        """Carry one wave. For the careful, whose partners are still to come, wait until they have been found again."""
        if not devices:
            return ()
        for device in devices:
            self._announce(device)
        jobs = tuple(map(self.job, devices))
        before = {job.device: self.links.of(job) for job in jobs if job.device in careful and _restarts(job.plan)}
        results = tuple(map(self._finish, self.carriers[kind].carry(jobs, self._note)))
        unwell |= {one.device: f"{one.device} is not changed" for one in results if one.outcome not in GOOD}
        for job in jobs:
            if job.device in before.keys() - unwell.keys() and not self.links.wait(job, before[job.device]):
                unwell[job.device] = f"{job.device} is up, but those connected with it before are not back"
        return results

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
        self.journal.note("state", device=device, state=state)

    def _finish(self, result: DeviceResult) -> DeviceResult:
        self.journal.note(
            "outcome", device=result.device, outcome=result.outcome, words=result.words, files=result.files
        )
        self.done(result)
        return result


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


def unsettled(lines: tuple[Mapping[str, object], ...]) -> frozenset[str]:
    """Return the devices whose last push was cut short after their files were changed: their services may not know."""
    open_devices: dict[str, None] = {}
    for line in lines:
        device, event = str(line.get("device")), line.get("event")
        if event == "device":
            open_devices[device] = None
        elif event == "outcome" and line.get("outcome") != Outcome.UNKNOWN:
            open_devices.pop(device, None)
    return frozenset(open_devices)
