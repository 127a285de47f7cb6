"""A push from its parts: what is wanted, what runs, what becomes of it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from roaming.model.bundle import DeviceKind
from roaming.plan import Plan, again
from roaming.push.ansible_way import WorkerWay
from roaming.push.carrier import Job
from roaming.push.engine import Engine, unsettled
from roaming.push.fetch import Survey
from roaming.push.journal import JournalFile, read
from roaming.push.links import SessionLinks
from roaming.push.lock import lock
from roaming.push.on_ansible import AnsibleCarrier
from roaming.push.on_session import SessionCarrier
from roaming.push.reach import access, worker
from roaming.push.routed import RoutedCarrier
from roaming.push.states import GOOD, DeviceResult
from roaming.push.wanted import Stock, Wanted
from roaming.secrets import FingerprintKey, local_key
from roaming.targets import TARGETS
from roaming.transport import Access, Dialler, LinuxDialler

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from roaming.model.bundle import Bundle
    from roaming.model.network import Network
    from roaming.plan import DevicePlan
    from roaming.push.ansible_way import Way
    from roaming.push.carrier import Carrier
    from roaming.secrets import SecretStore


def _today() -> date:
    return datetime.now(UTC).date()


def _run_name() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


@dataclass(frozen=True)
class Campaign:
    """Everything a diff or a push needs. `state` holds the journal, the lock and the key of the fingerprints."""

    network: Network
    store: SecretStore = field(repr=False)
    state: Path
    known_hosts: Path | None = None
    dialler: Dialler = field(default_factory=LinuxDialler)
    today: Callable[[], date] = _today
    run: str = field(default_factory=_run_name)

    @cached_property
    def key(self) -> FingerprintKey:
        """The key of the fingerprints."""
        return local_key(self.state)

    def wanted(self, bundle: Bundle) -> tuple[Wanted, ...]:
        """Return what every device shall hold; raises PushError with all that is missing or unfit."""
        return Stock(self.network, self.store, self.key, self.today()).wanted(bundle)

    def plan(self, wanted: tuple[Wanted, ...], done: Callable[[str], None] = lambda _: None) -> Plan:
        """Return what differs on each device. What a former push left half done is done again."""
        plan = Survey(self.dialler, self._access, done, self._through).plan(wanted)
        open_devices = unsettled(read(self.state))
        devices = (
            again(one, TARGETS[one.device.target]) if one.device.name in open_devices else one for one in plan.devices
        )
        return replace(plan, devices=tuple(devices))

    def push(
        self, plan: Plan, wanted: tuple[Wanted, ...], done: Callable[[DeviceResult], None], **about: str | None
    ) -> tuple[DeviceResult, ...]:
        """Carry a plan out, one push at a time; `about` stands in the journal's first line of the run."""
        journal = JournalFile(self.state, self.run)
        by_name = {one.device.name: one for one in wanted}
        with lock(self.state):
            journal.note("run", devices=len(plan.devices), files=plan.file_count, **about)
            engine = Engine(
                network=self.network,
                carriers=self._carriers(),
                journal=journal,
                key=self.key,
                links=SessionLinks(self.dialler),
                job=lambda one: self._job(one, by_name),
                done=done,
            )
            results = engine.push(plan)
            changed = [result for result in results if result.outcome in GOOD]
            journal.note("end", devices=len(changed), files=sum(result.files for result in changed))
        return results

    def _carriers(self) -> Mapping[DeviceKind, Carrier]:
        ansible = RoutedCarrier(AnsibleCarrier(self.run), self._carrier_through)
        return {
            DeviceKind.RADIUS_SERVER: ansible,
            DeviceKind.HUB: ansible,
            DeviceKind.ACCESS_POINT: RoutedCarrier(SessionCarrier(self.dialler), self._carrier_through),
        }

    def _carrier_through(self, owner: str) -> Carrier | None:
        way = self._through(owner)
        return None if way is None else AnsibleCarrier(self.run, way)

    def _through(self, owner: str) -> Way | None:
        """Return the way to the devices of a borough that only its worker reaches."""
        borough = self.network.boroughs_by_slug.get(owner)
        access_to_it = None if borough is None else worker(borough, self.store, self.known_hosts)
        return None if access_to_it is None else WorkerWay(access_to_it)

    def _access(self, device: str) -> Access:
        return access(device, self.network, self.store, self.known_hosts)

    def _job(self, plan: DevicePlan, wanted: Mapping[str, Wanted]) -> Job:
        mask = wanted[plan.device.name].redaction.mask
        return Job(plan, TARGETS[plan.device.target], self._access(plan.device.name), mask.text, tuple(mask.labels))
