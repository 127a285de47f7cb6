"""Every device in turn: bounded, spread over the interval, and with patience for those that are dead."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from monitor.errors import MonitorError
from monitor.sample import Collector, Failure, failed

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.pollers.device import Device
    from monitor.pollers.poller import Outcome, Poller
    from monitor.sample import Batch, Sink

_LOG: Final = logging.getLogger(__name__)
# Each has a socket of its own: well below the 1,024 files that a process may have open.
AT_ONCE: Final = 200
# How many cycles a device is left alone after so many failures in a row; never long, or its return is seen late.
_BACKOFF: Final = (0, 0, 0, 0, 1, 1, 3)


class UnknownTargetError(MonitorError):
    """A target is asked for that the inventory does not name; nothing else is ever polled."""


@dataclass(slots=True)
class SnmpTask:
    """Polls every device once a cycle.

    `jitter` gives a number from 0 to 1: the part of `spread_s` that a device is waited with, so that not all are asked
    in one moment. `kind` is what follows `snmp:` in the task's name.
    """

    poller: Poller
    devices: tuple[Device, ...]
    jitter: Callable[[], float]
    every_s: float
    kind: str = "devices"
    spread_s: float = 0.0
    at_once: int = AT_ONCE
    _cycle: int = 0
    _due: dict[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Who it is to the runner."""
        return f"{Collector.SNMP}:{self.kind}"

    async def run(self, sink: Sink) -> None:
        """Poll every device that is due; each one's failure is counted and stops nobody else."""
        self._cycle += 1
        slots = asyncio.Semaphore(self.at_once)
        due = [one for one in self.devices if self._due.get(one.name, 0) <= self._cycle]
        async with asyncio.TaskGroup() as group:
            for device in due:
                group.create_task(self._one(device, sink, slots))

    async def poll(self, target: str) -> tuple[Batch, ...]:
        """Poll one device now, by name; raises `UnknownTargetError` for one that is not of the inventory."""
        device = next((one for one in self.devices if one.name == target), None)
        if device is None:
            message = f"{target} is no device that is read by SNMP"
            raise UnknownTargetError(message)
        return ((await self.poller.poll(device)).batch,)

    async def _one(self, device: Device, sink: Sink, slots: asyncio.Semaphore) -> None:
        await asyncio.sleep(self.jitter() * self.spread_s)
        async with slots:
            try:
                outcome = await self.poller.poll(device)
            except Exception as error:  # noqa: BLE001  whatever one device makes of us, the others go on
                _LOG.error("%s: %s in a poll", device.name, type(error).__name__)
                sink.count(failed(Collector.SNMP, Failure.INTERNAL))
                return
        sink.replace(self._lasting(device, outcome))
        if outcome.failure:
            sink.count(failed(Collector.SNMP, outcome.failure))

    def _lasting(self, device: Device, outcome: Outcome) -> Batch:
        """Set when the device is due again, and let what was seen count until then."""
        failures = self.poller.memory(device).failures
        left_out = _BACKOFF[min(failures, len(_BACKOFF) - 1)]
        self._due[device.name] = self._cycle + 1 + left_out
        return replace(outcome.batch, lasts_s=outcome.batch.lasts_s + left_out * self.every_s)
