"""Who drives and who carries each device of a run: the one place that knows every way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from roaming.errors import PushError
from roaming.model.bundle import DeviceKind, RemoteFile
from roaming.plan import former, plan_device
from roaming.push.carrier import DriverCarrier, KeepingCarrier
from roaming.push.fetch import CONFIG, scope_of
from roaming.push.on_ansible import AnsibleCarrier
from roaming.push.on_cli import CliDriver, Lines
from roaming.push.on_linux import LinuxDriver, Prints
from roaming.push.states import DeviceResult, Outcome
from roaming.push.transaction import settle

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from roaming.plan import DevicePlan, Former
    from roaming.push.ansible_way import Way
    from roaming.push.backup import Backups
    from roaming.push.carrier import Carrier, Job, Note
    from roaming.push.open_devices import OpenDevice
    from roaming.push.transaction import Driver, Pace
    from roaming.push.wanted import Wanted
    from roaming.secrets import FingerprintKey
    from roaming.targets import RevertMethod
    from roaming.transport import CliDialler, Dialler

_ROOT_ONLY: Final = 0o600
# A controller is waited for, not worked for: each has a thread of its own.
_CONTROLLERS: Final = 50


@dataclass(frozen=True)
class Crew:
    """Drivers and carriers of one run.

    `by` is who holds the devices meanwhile, `way` the machine through which alone a borough is reached.
    """

    run: str
    by: str
    key: FingerprintKey
    backups: Backups
    dialler: Dialler
    cli_dialler: CliDialler
    wanted: Mapping[str, Wanted] = field(repr=False)
    pace: Callable[[RevertMethod], Pace]
    way: Callable[[str], Way | None]
    _apart: dict[str, Carrier] = field(default_factory=dict, repr=False)

    def carrier(self, plan: DevicePlan) -> Carrier:
        """Return who carries a device; devices with the same one go together."""
        way = self.way(plan.device.owner)
        if way is not None and plan.device.kind is not DeviceKind.CONTROLLER:
            return self._apart.setdefault(plan.device.owner, self._keeping(AnsibleCarrier(self.run, way, self.by)))
        match plan.device.kind:
            case DeviceKind.RADIUS_SERVER | DeviceKind.HUB:
                return self._ansible
            case DeviceKind.CONTROLLER:
                return self._controllers
            case DeviceKind.ACCESS_POINT:
                return self._access_points

    @cached_property
    def _ansible(self) -> Carrier:
        return self._keeping(AnsibleCarrier(self.run, by=self.by))

    def _keeping(self, carrier: Carrier) -> Carrier:
        return KeepingCarrier(carrier, lambda job: self._keep(job.plan, former(job.plan)))

    @cached_property
    def _access_points(self) -> Carrier:
        return DriverCarrier(self.driver, self._pace)

    @cached_property
    def _controllers(self) -> Carrier:
        return DriverCarrier(self.driver, self._pace, threads=_CONTROLLERS)

    def _pace(self, job: Job) -> Pace:
        return self.pace(job.target.revert)

    def driver(self, job: Job) -> Driver:
        """Return who drives a device of this run."""
        plan = job.plan
        if job.target.terminal is None:
            before = {file.path: self._print(file.running) for file in plan.changes}
            after = {file.path: self._print(file.wanted) for file in plan.changes}
            return self._linux(job, self.run, Prints(before, after), lambda: self._keep(plan, former(plan)))
        if plan.running is None:
            message = f"{job.device}: its plan was made without its configuration"
            raise PushError(message)
        whole = {CONFIG: RemoteFile(plan.running.encode(), _ROOT_ONLY, "", "")}
        (config,) = plan.files
        return self._cli(job, plan.running, config.wanted, lambda: self._keep(plan, whole))

    def settle(self, job: Job, left: OpenDevice, note: Note) -> DeviceResult:
        """Find out how a device stands that another run left, and end it old or new."""
        way = self.way(job.plan.device.owner)
        needs_backup = way is not None or job.target.terminal is not None
        if needs_backup and left.device not in self.backups.devices(left.run):
            words = f"run {left.run} kept no backup of it, so it did not begin to change it"
            return job.result(Outcome.REFUSED, words)
        if way is None or job.target.terminal is not None:
            return settle(job, self._driver_left(job, left), note, self._pace(job))
        plan = self._plan_left(job, left)
        (result,) = AnsibleCarrier(left.run, way, self.by).resume((replace(job, plan=plan),), note)
        return result

    def _plan_left(self, job: Job, left: OpenDevice) -> DevicePlan:
        """Return the plan that another run had: from what it kept, and what is wanted."""
        wanted = self.wanted[job.device]
        before = {path: file for path, file in self._backup(left).items() if file is not None}
        return plan_device(wanted.device, job.target, wanted.files, before, wanted.redaction)

    def _driver_left(self, job: Job, left: OpenDevice) -> Driver:
        """Return who settles a device that another run left; nothing is kept then."""
        if job.target.terminal is None:
            return self._linux(job, left.run, left.prints, lambda: None)
        return self._cli(job, self._left_configuration(left), self.wanted[job.device].files[CONFIG], lambda: None)

    def _left_configuration(self, left: OpenDevice) -> str:
        file = self._backup(left)[CONFIG]
        return "" if file is None else file.content.decode()

    def _backup(self, left: OpenDevice) -> Former:
        """Return what a device ran before another run."""
        return self.backups.load(left.run, left.device)

    def _linux(self, job: Job, run: str, prints: Prints, keep: Callable[[], None]) -> Driver:
        return LinuxDriver(job, run, self.by, self.dialler, prints, self.key, keep)

    def _cli(self, job: Job, before: str, wanted: RemoteFile | None, keep: Callable[[], None]) -> Driver:
        text = "" if wanted is None else wanted.content.decode()
        lines = Lines(before, text, scope_of(self.wanted[job.device], job.target))
        return CliDriver(job, lines, self.cli_dialler, keep, self._pace(job))

    def _keep(self, plan: DevicePlan, files: Former) -> None:
        self.backups.keep(self.run, plan.device.name, files)

    def _print(self, file: RemoteFile | None) -> str | None:
        return None if file is None else self.key.of(file.content)
