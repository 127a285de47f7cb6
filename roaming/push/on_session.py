"""Carry changes to Linux access points over a session: files, the daemon's own check, its service, a look back."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roaming.errors import RoamingError, TransportError
from roaming.push.states import DeviceResult, Outcome, State
from roaming.targets import Action

if TYPE_CHECKING:
    from collections.abc import Callable

    from roaming.push.carrier import Job, Note
    from roaming.transport import Dialler, Session

_THREADS = 8
_PAUSE_S = 0.5


class _RefusedError(Exception):
    """The device does not take the change; the words say why."""


@dataclass(frozen=True, slots=True)
class SessionCarrier:
    """Carries over sessions, several devices at once."""

    dialler: Dialler
    up_within_s: float = 15
    sleep: Callable[[float], None] = time.sleep

    def carry(self, jobs: tuple[Job, ...], note: Note) -> tuple[DeviceResult, ...]:
        """Return one result for each job."""
        with ThreadPoolExecutor(_THREADS) as pool:
            return tuple(pool.map(lambda job: self._one(job, note), jobs))

    def _one(self, job: Job, note: Note) -> DeviceResult:
        try:
            with self.dialler.open(job.access) as session:
                _refuse_drift(session, job)
                note(job.device, State.BACKED_UP)
                return self._change(session, job, note)
        except _RefusedError as error:
            return job.result(Outcome.REFUSED, str(error))
        except RoamingError as error:
            return job.result(Outcome.UNREACHABLE, str(error))

    def _change(self, session: Session, job: Job, note: Note) -> DeviceResult:
        """Change the device; whatever goes wrong from the first write on is taken back."""
        touched: list[str] = []
        try:
            self._apply(session, job, note, touched)
        except _RefusedError as error:
            return self._take_back(session, job, note, str(error), restart=bool(touched))
        except TransportError as error:
            return self._take_back_anew(job, note, str(error))
        note(job.device, State.SAVED)
        return job.result(Outcome.CHANGED)

    def _apply(self, session: Session, job: Job, note: Note, touched: list[str]) -> None:
        for file in job.plan.changes:
            if file.wanted is None:
                session.remove(file.path)
            else:
                session.write(file.path, file.wanted)
        note(job.device, State.APPLIED)
        check = session.run(job.target.check_command)
        if check.rc:
            raise _RefusedError(check.words or f"its check ends with status {check.rc}")
        for action in job.plan.actions:
            touched.append(action.service)
            self._drive(session, action.service, action.action)
        for file in job.plan.changes:
            if session.read(file.path) != file.wanted:
                message = f"{file.path} is not what was written"
                raise _RefusedError(message)
        note(job.device, State.VERIFIED)

    def _drive(self, session: Session, service: str, action: Action) -> None:
        """Reload or restart a service and see that it is up, and still up a moment later.

        Debian's init scripts restart by a stop and a start that does not wait for the stop: a service that is down
        after its restart is started once more.
        """
        result = session.run(["service", service, action.value])
        started = action is not Action.RESTART
        for _ in range(round(self.up_within_s / _PAUSE_S)):
            if self._up(session, service):
                self.sleep(_PAUSE_S)
                if self._up(session, service):
                    return
            if not started:
                result = session.run(["service", service, "start"])
                started = True
            self.sleep(_PAUSE_S)
        message = f"{service} is not up after its {action}: {result.words or 'it says nothing'}"
        raise _RefusedError(message)

    def _up(self, session: Session, service: str) -> bool:
        return session.run(["service", service, "status"]).rc == 0

    def _take_back_anew(self, job: Job, note: Note, why: str) -> DeviceResult:
        """Take back over a new session, as the old one is lost."""
        try:
            with self.dialler.open(job.access) as session:
                return self._take_back(session, job, note, why, restart=True)
        except RoamingError:
            note(job.device, State.REVERT_UNKNOWN)
            return job.result(Outcome.UNKNOWN, f"{why}; it was lost while it was being changed: look at it")

    def _take_back(self, session: Session, job: Job, note: Note, why: str, *, restart: bool) -> DeviceResult:
        note(job.device, State.REVERTING)
        try:
            for file in job.plan.changes:
                if file.running is None:
                    session.remove(file.path)
                else:
                    session.write(file.path, file.running)
            for action in job.plan.actions if restart else ():
                self._drive(session, action.service, Action.RESTART)
        except (_RefusedError, TransportError) as error:
            note(job.device, State.REVERT_UNKNOWN)
            return job.result(Outcome.UNKNOWN, f"{why}; taking it back failed too: {error}")
        note(job.device, State.REVERTED)
        return job.result(Outcome.REFUSED, f"{why}; the former files are back")


def _refuse_drift(session: Session, job: Job) -> None:
    """Refuse when a file is no longer what the plan was made from."""
    for file in job.plan.changes:
        if session.read(file.path) != file.running:
            message = f"{file.path} has changed since it was read: push again"
            raise _RefusedError(message)
