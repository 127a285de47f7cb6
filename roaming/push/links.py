"""Has a restarted RADIUS server or hub been found again? Its partner may only go when it has.

A hub keeps its RadSec connections to the boroughs' servers open and takes up to 78 s to open them again after a
restart on either side. What was connected before shall be connected again; where nothing was, as before a first push,
nothing is waited for.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from roaming.errors import TransportError
from roaming.model.bundle import DeviceKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from roaming.push.carrier import Job
    from roaming.transport import Dialler

# Which end of the hubs' own connections a device is: a server has the port of RFC 6614, a hub the other end.
_ENDS = {DeviceKind.RADIUS_SERVER: "sport", DeviceKind.HUB: "dport"}
_PAUSE_S = 2.0


class Links(Protocol):
    """Knows whom a device is connected with."""

    def of(self, job: Job) -> frozenset[str] | None:
        """Return the addresses of the other ends; None when they cannot be asked for."""
        ...

    def wait(self, job: Job, before: frozenset[str] | None) -> bool:
        """Wait until all that were connected are again; return whether they are.

        Where nobody knows who was connected, wait as long as it may take.
        """
        ...


@dataclass(frozen=True, slots=True)
class SessionLinks:
    """Asks `ss` on the device."""

    dialler: Dialler
    within_s: float = 100
    sleep: Callable[[float], None] = time.sleep

    def of(self, job: Job) -> frozenset[str] | None:
        """Return the addresses of the other ends; a borough's own machine is not asked."""
        end = _ENDS.get(job.plan.device.kind)
        if end is None:
            return frozenset()
        command = ["ss", "-Htn", "state", "established", f"( {end} = :2083 )"]
        try:
            with self.dialler.open(job.access) as session:
                result = session.run(command)
        except TransportError:
            return None
        lines = result.out.decode(errors="replace").splitlines() if result.rc == 0 else []
        return frozenset(line.split()[-1].rpartition(":")[0] for line in lines if line.split())

    def wait(self, job: Job, before: frozenset[str] | None) -> bool:
        """Ask until the limit."""
        if before is None:
            self.sleep(self.within_s)
            return True
        for _ in range(round(self.within_s / _PAUSE_S)):
            if before <= (self.of(job) or frozenset()):
                return True
            self.sleep(_PAUSE_S)
        return before <= (self.of(job) or frozenset())


@dataclass
class FakeLinks:
    """Every device has one link; those named never get it back."""

    lost: frozenset[str] = frozenset()
    waited: list[str] = field(default_factory=list)
    links: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of(self, job: Job) -> frozenset[str]:
        """Return the device's links."""
        return self.links.get(job.device, frozenset({"hub"}))

    def wait(self, job: Job, before: frozenset[str] | None) -> bool:
        """Note the wait."""
        self.waited.append(job.device)
        return not before or job.device not in self.lost
