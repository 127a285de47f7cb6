"""Every device in turn, for ever: bounded, jittered, and with patience for those that are dead."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from monitor.sample import Batch, Collector, Failure, Increment, Sample, family

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from monitor.pollers.device import Device
    from monitor.pollers.poller import Poller
    from monitor.sample import Sink

# Above it, answers were lost when the kernel's buffers filled (../shared: 2 cores, one loopback agent).
AT_ONCE: Final = 50
# A dead device is asked every second, then every fourth time: never more rarely, or its return would be seen late.
_BACKOFF: Final = (1, 1, 1, 2, 2, 4)
# The part of a cycle over which its polls are spread.
_SPREAD: Final = 0.5
_FAILURES: Final = family("roaming_collection_failures_total")
_SECONDS: Final = family("roaming_collection_seconds")
_ENDED: Final = family("roaming_collection_timestamp_seconds")


class UnknownTargetError(Exception):
    """Placeholder."""


@dataclass(slots=True)
class SnmpTask:
    """Polls every device every `every_s` seconds. `jitter` gives numbers from 0 to 1."""

    poller: Poller
    devices: tuple[Device, ...]
    jitter: Callable[[], float]
    every_s: float = 60.0
    at_once: int = AT_ONCE
    name: str = Collector.SNMP
    _skip: dict[str, int] = field(default_factory=dict)
    _last: dict[str, Batch] = field(default_factory=dict)
