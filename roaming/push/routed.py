"""Carry each borough's changes on its own way: directly, or through its worker."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roaming.errors import RoamingError
from roaming.push.states import DeviceResult, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from roaming.push.carrier import Carrier, Job, Note


@dataclass(frozen=True, slots=True)
class RoutedCarrier:
    """Hands each borough's jobs to that borough's carrier, all boroughs at once; `direct` has the others.

    `through` returns the carrier of a borough with a worker, by the slug of its owner, and None for every other; what
    it raises is the end of that borough's jobs, and of no other's.
    """

    direct: Carrier
    through: Callable[[str], Carrier | None]

    def carry(self, jobs: tuple[Job, ...], note: Note) -> tuple[DeviceResult, ...]:
        """Return one result for each job."""
        owners = dict.fromkeys(job.plan.device.owner for job in jobs)
        parts = [tuple(job for job in jobs if job.plan.device.owner == owner) for owner in owners]
        ways: dict[int, list[Job]] = {}
        found: dict[str, DeviceResult] = {}
        carriers: dict[int, Carrier] = {}
        for part in parts:
            try:
                carrier = self.through(part[0].plan.device.owner) or self.direct
            except RoamingError as error:
                found |= {job.device: job.result(Outcome.UNREACHABLE, str(error)) for job in part}
                continue
            carriers[id(carrier)] = carrier
            ways.setdefault(id(carrier), []).extend(part)
        with ThreadPoolExecutor(max(1, len(ways))) as pool:
            carried = pool.map(lambda way: carriers[way].carry(tuple(ways[way]), note), ways)
            found |= {result.device: result for results in carried for result in results}
        return tuple(found[job.device] for job in jobs)
