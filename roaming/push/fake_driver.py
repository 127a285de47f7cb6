"""A device in memory that takes back what nobody confirmed in time, for tests of what drives it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from roaming.errors import RefusedError, TransportError
from roaming.push.states import Standing

if TYPE_CHECKING:
    from collections.abc import Callable


class Mishap(StrEnum):
    """What goes wrong at a step: the device says no, the connection breaks before it takes effect, or after.

    Or it restarts, and runs what was saved.
    """

    REFUSED = "refused"
    LOST_BEFORE = "lost-before"
    LOST_AFTER = "lost-after"
    RESTARTED = "restarted"


@dataclass(slots=True)
class FakeClock:
    """Time that passes when somebody sleeps."""

    now: float = 0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += max(seconds, 0.01)


@dataclass(slots=True)
class FakeDriver:
    """Drives a device in memory. `mishaps` come in order, each at its step; `silent` for so long after each is lost."""

    clock: FakeClock
    mishaps: list[tuple[str, Mishap]] = field(default_factory=list)
    silent_s: float = 0
    works_s: float = 0
    held: bool = False
    new: bool = False
    saved: bool = False
    deadline: float | None = None
    confirmed: bool = False
    asked: list[str] = field(default_factory=list)
    silent_until: float = 0

    def lock(self) -> None:
        """Take the device."""
        self._do("lock", lambda: setattr(self, "held", True))

    def precheck(self) -> None:
        """See nothing wrong."""
        self._do("precheck", lambda: None)

    def back_up(self) -> None:
        """Keep nothing."""
        self._do("back_up", lambda: None)

    def arm(self, seconds: float) -> None:
        """Start the timer."""
        self._do("arm", lambda: setattr(self, "deadline", self.clock() + seconds))

    def apply(self) -> None:
        """Become new, after a while."""

        def change() -> None:
            self.clock.sleep(self.works_s)
            self.expire()
            self.new = self.deadline is not None

        self._do("apply", change)

    def verify(self) -> None:
        """See that it is new."""
        self._do("verify", self._refuse_old)

    def confirm(self) -> None:
        """Stop the timer."""
        self._do("confirm", self._confirm)

    def save(self) -> None:
        """Save, which may be done twice."""
        self._do("save", self._save)

    def revert(self) -> None:
        """Become old."""
        self._do("revert", self._back)

    def release(self) -> None:
        """Give the device free."""
        self._do("release", lambda: setattr(self, "held", False))

    def standing(self) -> Standing:
        """Say where it stands."""
        self._do("standing", lambda: None)
        if self.deadline is not None:
            return Standing.PENDING
        return Standing.NEW if self.new else Standing.OLD

    def hang_up(self) -> None:
        """Have no session to close."""

    def _do(self, step: str, effect: Callable[[], None]) -> None:
        self.asked.append(step)
        self.expire()
        if self.clock() < self.silent_until:
            message = "no answer in time"
            raise TransportError(message)
        mishap = self.mishaps.pop(0)[1] if self.mishaps and self.mishaps[0][0] == step else None
        if mishap is Mishap.REFUSED:
            message = f"it does not {step}"
            raise RefusedError(message)
        if mishap is Mishap.RESTARTED:
            self._restart()
        elif mishap is not Mishap.LOST_BEFORE:
            effect()
        if mishap is not None:
            self.silent_until = self.clock() + self.silent_s
            message = "the connection broke"
            raise TransportError(message)

    def expire(self) -> None:
        """Take back what was not confirmed in time."""
        if self.deadline is not None and self.clock() >= self.deadline:
            self._back()

    def _back(self) -> None:
        if not self.confirmed:
            self.new, self.deadline = False, None

    def _restart(self) -> None:
        self.new, self.confirmed, self.deadline = self.saved, self.saved, None

    def _refuse_old(self) -> None:
        if not self.new:
            message = "it is not new"
            raise RefusedError(message)

    def _confirm(self) -> None:
        if self.deadline is None:
            message = "the time was over"
            raise RefusedError(message)
        self.deadline, self.confirmed = None, True

    def _save(self) -> None:
        self.saved, self.held = self.confirmed, False
