"""Run a plan: wave after wave, each step in the journal, partners never both at risk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roaming.plan import partners, waves
from roaming.push.states import GOOD, DeviceResult, Outcome, State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from roaming.model.bundle import DeviceKind
    from roaming.model.network import Network
    from roaming.plan import DevicePlan, Plan
    from roaming.push.carrier import Carrier, Job
    from roaming.push.journal import Journal
    from roaming.secrets import FingerprintKey


@dataclass(frozen=True, slots=True)
class Engine:
    """Pushes plans. `job` makes a device ready for its carrier, `done` hears of each device that is finished."""

    network: Network
    carriers: Mapping[DeviceKind, Carrier]
    journal: Journal
    key: FingerprintKey
    job: Callable[[DevicePlan], Job]
    done: Callable[[DeviceResult], None] = lambda _: None

    def push(self, plan: Plan) -> tuple[DeviceResult, ...]:
        """Return what became of each device, the unreachable ones first, then in the order of the waves."""
        apart = partners(self.network)
        results = {
            one.device.name: DeviceResult(one.device.name, Outcome.UNREACHABLE, one.reason) for one in plan.unreachable
        }
        for result in results.values():
            self._finish(result)
        for wave in waves(plan.pending, self.network):
            ready: list[DevicePlan] = []
            for device in wave.devices:
                bad = _bad_partner(device, apart, results)
                if bad is None:
                    ready.append(device)
                    continue
                words = f"{bad} is not well, and is what carries on while this one is away: not touched"
                results[device.device.name] = DeviceResult(device.device.name, Outcome.HELD, words)
                self._finish(results[device.device.name])
            results |= self._wave(wave.kind, ready)
        return tuple(results.values())

    def _wave(self, kind: DeviceKind, devices: list[DevicePlan]) -> dict[str, DeviceResult]:
        if not devices:
            return {}
        for device in devices:
            self._announce(device)
        results = self.carriers[kind].carry(tuple(map(self.job, devices)), self._note)
        for result in results:
            self._finish(result)
        return {result.device: result for result in results}

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

    def _finish(self, result: DeviceResult) -> None:
        self.journal.note(
            "outcome", device=result.device, outcome=result.outcome, words=result.words, files=result.files
        )
        self.done(result)


def _bad_partner(
    device: DevicePlan, apart: Mapping[str, frozenset[str]], results: Mapping[str, DeviceResult]
) -> str | None:
    """Return the name of a partner that did not come through this push."""
    names = sorted(apart.get(device.device.name, frozenset()) & results.keys())
    return next((name for name in names if results[name].outcome not in GOOD), None)


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
