"""A push from its parts: what is wanted, what runs, what becomes of it."""

from __future__ import annotations

import os
import pwd
import secrets
import socket
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from roaming.errors import PushError
from roaming.plan import DevicePlan, Plan, earliest
from roaming.push.ansible_way import WorkerWay
from roaming.push.backup import Backups
from roaming.push.carrier import Job
from roaming.push.crew import Crew
from roaming.push.engine import Engine, Witness
from roaming.push.fetch import Survey
from roaming.push.journal import JournalFile, read
from roaming.push.links import SessionLinks
from roaming.push.lock import lock
from roaming.push.open_devices import OpenDevice, open_devices
from roaming.push.reach import access, worker
from roaming.push.sent import Sent
from roaming.push.states import DeviceResult, Outcome
from roaming.push.transaction import Pace
from roaming.push.wanted import Stock, Wanted
from roaming.secrets import FingerprintKey, local_key
from roaming.targets import TARGETS, RevertMethod
from roaming.transport import Access, CliDialler, Dialler, LinuxDialler, NetmikoDialler

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from roaming.model.bundle import Bundle
    from roaming.model.network import Network
    from roaming.plan import Former, Wave
    from roaming.push.ansible_way import Way
    from roaming.push.engine import Run
    from roaming.push.journal import Journal
    from roaming.push.stop import StopRule
    from roaming.secrets import SecretStore


def _today() -> date:
    return datetime.now(UTC).date()


def _run_name() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def _shows_ciphertext(wanted: Wanted) -> bool:
    """Tell whether a device may show its secrets encrypted only."""
    return TARGETS[wanted.device.target].dialect is not None


def _account() -> str:
    """Return who runs this: the account, not what the environment says it is."""
    return pwd.getpwuid(os.getuid()).pw_name


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
    journal: Callable[[Path, str], Journal] = JournalFile

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
        return Survey(self.dialler, self.cli_dialler, self._access, self._way, self.sent.renew, done)

    def plan(self, wanted: tuple[Wanted, ...], done: Callable[[str], None] = lambda _: None) -> Plan:
        """Return what differs on each device."""
        plan = self.survey(done).plan(wanted)
        there = {one.device.name for one in plan.devices}
        for one in wanted:
            if one.device.name in there and _shows_ciphertext(one):
                self.sent.believe(one.device.name, one.secrets)
        return plan

    def plan_back(self, run: str, wanted: tuple[Wanted, ...], done: Callable[[str], None] = lambda _: None) -> Plan:
        """Return what brings back what the devices of a run ran before it, the runs after it included."""
        runs = [one for one in self.backups.runs() if one >= run]
        if run not in runs:
            message = f"there is no run {run} with backups here: `roam journal` lists the runs"
            raise PushError(message)
        there = set(self.backups.devices(run))
        formers = {name: self._former(name, runs) for name in there}
        return self.survey(done).plan_back(tuple(one for one in wanted if one.device.name in there), formers)

    def _former(self, device: str, runs: list[str]) -> Former:
        """Return what a device ran before the earliest of some runs."""
        return earliest(self.backups.load(run, device) for run in runs if device in self.backups.devices(run))

    def push(
        self,
        plan: Plan,
        order: tuple[Wave, ...],
        wanted: tuple[Wanted, ...],
        watch: tuple[StopRule, Witness],
        *,
        back: bool = False,
        **about: object,
    ) -> Run:
        """Carry a plan out, one push at a time; `about` stands in the journal's first line of the run.

        `back` is a plan that brings former configurations back, whose secrets may be others than the inventory's.
        """
        by_name = {one.device.name: one for one in wanted}
        journal = self.journal(self.state, self.run)
        with lock(self.state):
            self._refuse_open(plan)
            journal.note("run", devices=len(plan.devices), files=plan.file_count, **about)
            run = self._engine(journal, by_name, *watch).push(plan, order)
            changed = [one.device for one in run.results if one.outcome is Outcome.CHANGED]
            (self._doubt if back else self._remember)([by_name[name] for name in changed])
            files = sum(result.files for result in run.results)
            journal.note("end", devices=len(changed), files=files, stopped=run.stopped)
        return run

    def _engine(self, journal: Journal, wanted: Mapping[str, Wanted], rule: StopRule, witness: Witness) -> Engine:
        crew = self._crew(wanted)
        return Engine(
            network=self.network,
            carrier=crew.carrier,
            journal=journal,
            key=self.key,
            links=SessionLinks(self.dialler),
            job=lambda one: self._job(one, wanted),
            rule=rule,
            witness=witness,
        )

    def _crew(self, wanted: Mapping[str, Wanted]) -> Crew:
        by = f"{_account()}@{socket.gethostname()}"
        diallers = (self.dialler, self.cli_dialler)
        return Crew(self.run, by, self.key, self.backups, *diallers, wanted, self.pace, self._way)

    def _way(self, owner: str) -> Way | None:
        """Return the way to the devices of a borough that only its own machine reaches; None where there is none."""
        borough = self.network.boroughs_by_slug.get(owner)
        there = None if borough is None else worker(borough, self.store, self.known_hosts)
        return None if there is None else WorkerWay(there)

    def _refuse_open(self, plan: Plan) -> None:
        """Refuse to go on from a state that nobody knows."""
        left = sorted(self.open_devices().keys() & {one.device.name for one in plan.pending})
        if left:
            message = f"a former push was cut short on {', '.join(left)}: `roam push --resume` finds out how they stand"
            raise PushError(message)

    def _remember(self, changed: list[Wanted]) -> None:
        """Remember which secrets were sent to devices that show ciphertext only."""
        given = {one.device.name: one.secrets for one in changed if _shows_ciphertext(one)}
        if given:
            self.sent.record(given)

    def _doubt(self, changed: list[Wanted]) -> None:
        """Have every secret of devices that were brought back set again by the next push."""
        for one in filter(_shows_ciphertext, changed):
            self.sent.doubt(one.device.name, one.secrets)

    def open_devices(self) -> dict[str, OpenDevice]:
        """Return the devices whose last push was cut short."""
        return open_devices(read(self.state))

    def resume(self, wanted: tuple[Wanted, ...], done: Callable[[DeviceResult], None]) -> tuple[DeviceResult, ...]:
        """Settle every device whose last push was cut short: read where it stands, and end it old or new."""
        journal = self.journal(self.state, self.run)
        with lock(self.state):
            found = self.open_devices()
            journal.note("resume", devices=sorted(found), user=_account())
            crew = self._crew({one.device.name: one for one in wanted})
            left = [(one, found[one.device.name]) for one in wanted if one.device.name in found]
            results = tuple(self._settled(crew, one, open_device, journal) for one, open_device in left)
            for result in results:
                done(result)
        return results

    def _settled(self, crew: Crew, wanted: Wanted, left: OpenDevice, journal: Journal) -> DeviceResult:
        job = self._job(DevicePlan(wanted.device, (), ()), crew.wanted)

        def note(device: str, state: object) -> None:
            journal.note("step", device=device, state=state)

        try:
            result = crew.settle(job, left, note)
        except PushError as error:
            result = job.result(Outcome.UNKNOWN, str(error))
        if result.outcome is Outcome.CHANGED:
            self._remember([wanted])
        journal.note("outcome", device=result.device, outcome=result.outcome, words=result.words, files=result.files)
        return result

    def _access(self, device: str) -> Access:
        return access(device, self.network, self.store, self.known_hosts)

    def _job(self, plan: DevicePlan, wanted: Mapping[str, Wanted]) -> Job:
        mask = wanted[plan.device.name].redaction.mask
        return Job(plan, TARGETS[plan.device.target], self._access(plan.device.name), mask.text, tuple(mask.labels))
