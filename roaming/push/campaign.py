"""A push from its parts: what is wanted, what runs, what becomes of it."""

from __future__ import annotations

import getpass
import secrets
import socket
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from roaming.errors import PushError
from roaming.model.bundle import DeviceKind, RemoteFile
from roaming.plan import DevicePlan, Plan, former
from roaming.push.backup import Backups
from roaming.push.carrier import DriverCarrier, Job
from roaming.push.engine import Engine, Witness
from roaming.push.fetch import CONFIG, Survey
from roaming.push.journal import JournalFile, read
from roaming.push.links import SessionLinks
from roaming.push.lock import lock
from roaming.push.on_ansible import AnsibleCarrier
from roaming.push.on_cli import CliDriver, Lines
from roaming.push.on_linux import LinuxDriver, Prints
from roaming.push.open_devices import OpenDevice, open_devices
from roaming.push.reach import access
from roaming.push.sent import Sent
from roaming.push.states import DeviceResult, Outcome
from roaming.push.stop import StopRule
from roaming.push.transaction import Driver, Pace, settle
from roaming.push.wanted import Stock, Wanted
from roaming.secrets import FingerprintKey, local_key
from roaming.targets import TARGETS, Scope
from roaming.transport import Access, CliDialler, Dialler, LinuxDialler, NetmikoDialler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from roaming.model.bundle import Bundle, DeviceBundle
    from roaming.model.network import Network
    from roaming.plan import Wave
    from roaming.push.carrier import Carrier
    from roaming.push.engine import Run
    from roaming.secrets import SecretStore
    from roaming.targets import RevertMethod, Target

_ROOT_ONLY = 0o600
# A controller is waited for, not worked for: its lines are.
_CONTROLLERS = 50


def _today() -> date:
    return datetime.now(UTC).date()


def _run_name() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def pace_of(revert: RevertMethod) -> Pace:
    """Return the pace that fits a way back."""
    return Pace(timer=revert.timer(revert.usual_s) * revert.unit_s)


@dataclass(frozen=True)
class Campaign:
    """Everything a diff or a push needs. `state` holds the journal, the lock, the backups and their keys."""

    network: Network
    store: SecretStore = field(repr=False)
    state: Path
    known_hosts: Path | None = None
    dialler: Dialler = field(default_factory=LinuxDialler)
    cli_dialler: CliDialler = field(default_factory=NetmikoDialler)
    today: Callable[[], date] = _today
    run: str = field(default_factory=_run_name)
    pace: Callable[[RevertMethod], Pace] = pace_of
    targets: Mapping[str, Target] = field(default_factory=lambda: TARGETS)

    @cached_property
    def key(self) -> FingerprintKey:
        """The key of the fingerprints."""
        return local_key(self.state)

    @cached_property
    def backups(self) -> Backups:
        """Where the configuration of before each run is kept."""
        backup = self.network.federation.backup
        return Backups(self.state, () if backup is None else backup.recipients)

    @cached_property
    def sent(self) -> Sent:
        """Which secrets controllers were last given."""
        return Sent(self.state, self.key)

    def wanted(self, bundle: Bundle) -> tuple[Wanted, ...]:
        """Return what every device shall hold; raises PushError with all that is missing or unfit."""
        return Stock(self.network, self.store, self.key, self.today()).wanted(bundle)

    def survey(self, done: Callable[[str], None] = lambda _: None) -> Survey:
        """Return what reads devices."""
        return Survey(self.dialler, self.cli_dialler, self._access, self.sent.renew, done)

    def plan(self, wanted: tuple[Wanted, ...], done: Callable[[str], None] = lambda _: None) -> Plan:
        """Return what differs on each device."""
        return self.survey(done).plan(wanted)

    def push(
        self, plan: Plan, wanted: tuple[Wanted, ...], order: tuple[Wave, ...], watch: Watch, **about: object
    ) -> Run:
        """Carry a plan out, one push at a time; `about` stands in the journal's first line of the run."""
        with lock(self.state):
            self._refuse_open(plan)
            journal = JournalFile(self.state, self.run)
            journal.note("run", devices=len(plan.devices), files=plan.file_count, **about)
            by_name = {one.device.name: one for one in wanted}
            carriers = _Carriers(self, by_name)
            engine = Engine(
                network=self.network,
                carrier=carriers.of,
                journal=journal,
                key=self.key,
                links=SessionLinks(self.dialler),
                job=lambda one: self._job(one, by_name.get(one.device.name)),
                rule=watch.rule,
                witness=watch.witness,
            )
            run = engine.push(plan, order)
            changed = [result.device for result in run.results if result.outcome is Outcome.CHANGED]
            self.sent.record({name: by_name[name].secrets for name in changed if self._shows_ciphertext(by_name[name])})
            files = sum(result.files for result in run.results)
            journal.note("end", devices=len(changed), files=files, stopped=run.stopped)
        return run

    def open_devices(self) -> dict[str, OpenDevice]:
        """Return the devices whose last push was cut short."""
        return open_devices(read(self.state))

    def resume(self, wanted: tuple[Wanted, ...], done: Callable[[DeviceResult], None]) -> tuple[DeviceResult, ...]:
        """Settle every device whose last push was cut short: read where it stands, and end it old or new."""
        with lock(self.state):
            found = self.open_devices()
            journal = JournalFile(self.state, self.run)
            journal.note("resume", devices=sorted(found), user=getpass.getuser())
            results = [self._settled(one, found[one.device.name], journal) for one in wanted if one.device.name in found]
            for result in results:
                done(result)
        return tuple(results)

    def _settled(self, wanted: Wanted, left: OpenDevice, journal: JournalFile) -> DeviceResult:
        target = self.targets[wanted.device.target]
        job = self._job(DevicePlan(wanted.device, (), ()), wanted)
        try:
            driver = self._driver_left(job, wanted, left)
            result = settle(job, driver, lambda name, state: journal.note("step", device=name, state=state),
                            self.pace(target.revert))
        except PushError as error:
            result = job.result(Outcome.UNKNOWN, str(error))
        journal.note("outcome", device=result.device, outcome=result.outcome, words=result.words, files=result.files)
        return result
