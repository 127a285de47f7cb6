"""The transaction of one device: forward step by step, back by itself, and never in between.

The order is that of `State`. The way back is armed before the first change and confirmed over a new session; nothing
is saved before it is confirmed. Each state is noted, and on disk, before its step begins. Whatever breaks after the
arming, the device is asked where it stands; what was sent is no evidence.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from roaming.errors import PushError, RefusedError, RoamingError, TransportError
from roaming.push.states import DeviceResult, Outcome, Standing, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from roaming.push.carrier import Job, Note

# A look at a device that is neither old nor new may have fallen into its way back.
_LOOKS: Final = 3


class Driver(Protocol):
    """One device in one run, step by step.

    Each step raises `RefusedError` when the device does not take it and `TransportError` when it is lost.
    """

    def lock(self) -> None:
        """Keep others off the device for a time."""
        ...

    def precheck(self) -> None:
        """Refuse a device that is not what the plan was made from, that others change, or that has no way back."""
        ...

    def back_up(self) -> None:
        """Keep the running configuration, here and where the way back needs it."""
        ...

    def arm(self, seconds: float) -> None:
        """Have the device come back by itself unless it is confirmed in time; refused, nothing is armed."""
        ...

    def apply(self) -> None:
        """Make the change."""
        ...

    def verify(self) -> None:
        """Read the configuration back and see that the services are up."""
        ...

    def confirm(self) -> None:
        """Stop the way back over a new session; refused when it has begun."""
        ...

    def save(self) -> None:
        """Make the change survive a restart and give the device free. It may be asked for twice."""
        ...

    def revert(self) -> None:
        """Bring the former configuration back now; return when it is."""
        ...

    def release(self) -> None:
        """Give a device free on which nothing was changed, or all was taken back."""
        ...

    def standing(self) -> Standing:
        """Read from the device where it stands."""
        ...

    def hang_up(self) -> None:
        """Close whatever is open; the next step opens anew."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. `timer` is the way back's, `margin` what must be left of it for the confirmation.

    A lost device is asked every `pause`, until `patience` after its timer must have ended.
    """

    timer: float = 120
    margin: float = 5
    patience: float = 60
    pause: float = 2
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)


def transact(job: Job, driver: Driver, note: Note, pace: Pace) -> DeviceResult:
    """Carry one device's change and return how it ended; nothing is raised."""
    try:
        return _Course(job, driver, note, pace).run()
    finally:
        driver.hang_up()


def settle(job: Job, driver: Driver, note: Note, pace: Pace) -> DeviceResult:
    """Find out how a transaction ended that somebody else left, and end it: old or new."""
    course = _Course(job, driver, note, pace, armed_at=pace.clock(), held=True)
    try:
        return course.settle("the push was cut short")
    finally:
        driver.hang_up()


@dataclass(slots=True)
class _Course:
    """One device's way through a transaction."""

    job: Job
    driver: Driver
    note: Note
    pace: Pace
    armed_at: float | None = None
    held: bool = False
    told: State | None = None

    def run(self) -> DeviceResult:
        try:
            self._change()
        except TransportError as error:
            return self.settle(str(error))
        except RoamingError as error:
            return self._undo(str(error))
        return self._keep()

    def _change(self) -> None:
        self._step(State.LOCKED, self.driver.lock)
        self.held = True
        self._step(State.PRECHECKED, self.driver.precheck)
        self._step(State.BACKED_UP, self.driver.back_up)
        self._step(State.ARMED, self._arm)
        self._step(State.APPLIED, self.driver.apply)
        self._step(State.VERIFIED, self.driver.verify)
        self._refuse_late()
        self._step(State.CONFIRMED, self.driver.confirm)

    def _step(self, state: State, step: Callable[[], None]) -> None:
        self.note(self.job.device, state)
        step()

    def _arm(self) -> None:
        self.armed_at = self.pace.clock()
        try:
            self.driver.arm(self.pace.timer)
        except RefusedError:
            # What is pending there now is another's, and not ours to take back.
            self.armed_at = None
            raise

    def _refuse_late(self) -> None:
        left = self.pace.timer - (self.pace.clock() - (self.armed_at or 0))
        if left < self.pace.margin:
            message = f"the change took too long: {max(0, left):.0f} s are left of the timer"
            raise RefusedError(message)

    def _tell(self, state: State) -> None:
        """Note once on the way back, which a journal that cannot be written must not stop."""
        if state is self.told:
            return
        self.told = state
        with suppress(PushError):
            self.note(self.job.device, state)

    def _keep(self) -> DeviceResult:
        """Save what is confirmed; a device that is lost now is confirmed all the same."""
        self._tell(State.SAVED)
        while True:
            try:
                self.driver.save()
            except TransportError as error:
                why = str(error)
            except RoamingError as error:
                return self._unknown(f"it runs the new configuration, which could not be saved: {error}")
            else:
                return self.job.result(Outcome.CHANGED)
            if self._over():
                return self._unknown(f"it runs the new configuration, which could not be saved: {why}")
            self._wait()
            if self._look() is Standing.OLD:
                return self._reverted(f"{why}; it restarted before the change was saved")

    def _undo(self, why: str) -> DeviceResult:
        """Take back what the device refused."""
        if self.armed_at is None:
            self._let_go()
            return self.job.result(Outcome.REFUSED, why)
        self._tell(State.REVERTING)
        try:
            self.driver.revert()
        except RoamingError as error:
            return self.settle(f"{why}; {error}")
        return self._reverted(why)

    def _reverted(self, why: str) -> DeviceResult:
        self._tell(State.REVERTED)
        self._let_go()
        return self.job.result(Outcome.REFUSED, f"{why}; the former configuration is back")

    def settle(self, why: str) -> DeviceResult:
        """Ask a device that was lost where it stands, until it says so or must have said so."""
        if self.armed_at is None:
            self._let_go()
            return self.job.result(Outcome.UNREACHABLE, why)
        strange = 0
        while True:
            standing = self._look()
            if standing is Standing.NEW:
                return self._keep()
            if standing is Standing.OLD:
                return self._reverted(why)
            strange = strange + 1 if standing is Standing.MIXED else 0
            if strange == _LOOKS or self._over():
                return self._unknown(why)
            if standing is not Standing.PENDING or not self._turned_back():
                self._wait()

    def _turned_back(self) -> bool:
        """Ask the device not to wait for its timer; whether it did is for the next look to say."""
        self._tell(State.REVERTING)
        try:
            self.driver.revert()
        except RoamingError:
            return False
        return True

    def _look(self) -> Standing | None:
        self.driver.hang_up()
        try:
            return self.driver.standing()
        except RoamingError:
            return None

    def _over(self) -> bool:
        return self.pace.clock() > (self.armed_at or 0) + self.pace.timer + self.pace.patience

    def _wait(self) -> None:
        self.driver.hang_up()
        self.pace.sleep(self.pace.pause)

    def _let_go(self) -> None:
        """Give the device free. One that is ours and lost just now is waited for: else it stays taken for its lease."""
        until = self.pace.clock() + (self.pace.patience if self.held else 0)
        while True:
            try:
                self.driver.release()
            except TransportError:
                if self.pace.clock() >= until:
                    return
            except RoamingError:
                return
            else:
                return
            self._wait()

    def _unknown(self, why: str) -> DeviceResult:
        self._tell(State.REVERT_UNKNOWN)
        return self.job.result(Outcome.UNKNOWN, f"{why}; nobody can say what it runs: look at it")
