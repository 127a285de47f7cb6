"""Drive a controller through its transaction: its own timer takes back what nobody confirms."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from roaming.errors import PushError, RefusedError, TransportError
from roaming.push.states import Standing
from roaming.push.transaction import Pace

if TYPE_CHECKING:
    from collections.abc import Callable

    from roaming.push.carrier import Job
    from roaming.targets import Dialect, Scope
    from roaming.targets.terminal import Terminal
    from roaming.transport import CliDialler, CliSession


_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Lines:
    """What a controller is held against: the whole configuration before, our lines as wanted, what is ours."""

    before: str = field(repr=False)
    wanted: str = field(repr=False)
    scope: Scope


@dataclass
class CliDriver:
    """Drives one controller. `keep` puts its configuration away here, `pace` says how long its timer lasts."""

    job: Job
    lines: Lines
    dialler: CliDialler
    keep: Callable[[], None] = lambda: None
    pace: Pace = field(default_factory=Pace)
    _armed_at: float = 0
    _there: frozenset[str] = frozenset()
    _open: ExitStack = field(default_factory=ExitStack, repr=False)
    _session: CliSession | None = field(default=None, repr=False)

    @property
    def terminal(self) -> Terminal:
        """The words of the platform."""
        if self.job.target.terminal is None:
            message = f"{self.job.target.name} is not driven by commands"
            raise PushError(message)
        return self.job.target.terminal

    @property
    def dialect(self) -> Dialect:
        """The lines of the platform."""
        if self.job.target.dialect is None:
            message = f"{self.job.target.name} is not driven by commands"
            raise PushError(message)
        return self.job.target.dialect

    def lock(self) -> None:
        """Refuse a controller that somebody else is changing: it has a way back pending."""
        if self._pending():
            message = "another change of it waits for its confirmation: let it end first"
            raise RefusedError(message)

    def precheck(self) -> None:
        """Hold the running configuration against the plan's, and the saved one against both.

        A controller that restarts runs what was saved: where that differs from what runs, a restart in the middle of
        the change would leave neither the former configuration nor the new one.
        """
        running = self._running()
        self._refuse_drift(running)
        self._there = self._joined()
        exposed = self.dialect.exposed(running)
        if exposed is not None and self.job.masks:
            raise RefusedError(exposed)
        if not self._is_former(whole(self._step().show(self.terminal.show_saved), self.terminal)):
            message = "what it runs was never saved: find out who is at work on it, and save or undo that first"
            raise RefusedError(message)

    def back_up(self) -> None:
        """Keep the running configuration here, encrypted; the controller's archive keeps its own copy."""
        self.keep()

    def arm(self, seconds: float) -> None:
        """Enter the configuration with a timer, and look once more: another push may have been faster."""
        session = self._step()
        self._armed_at = self.pace.clock()
        try:
            session.enter(self.terminal.arm.format(units=self.job.target.revert.timer(seconds)))
            running = whole(session.inside(self.terminal.show_inside), self.terminal)
            if not self._is_former(running):
                session.leave()
                session.ask(self.terminal.revert)
        except TransportError:
            self.hang_up()
            raise
        self._refuse_drift(running)

    def apply(self) -> None:
        """Type the commands, up to the first that is refused: the next ones would land somewhere else."""
        session, commands = self._step(), self.job.plan.commands
        for number, line in enumerate(commands, start=1):
            self._refuse_late()
            try:
                session.configure(line)
            except RefusedError as error:
                shown = self.job.target.redact(line).strip()
                message = f"line {number} of {len(commands)}, `{shown}`: {error}"
                raise RefusedError(message) from None
        session.leave()

    def _refuse_late(self) -> None:
        """Type nothing that could arrive after the way back: nothing would take it back again."""
        if self.pace.clock() > self._armed_at + self.pace.timer - self.pace.margin:
            message = "it is too slow for its timer, the rest was not typed"
            raise RefusedError(message)

    def verify(self) -> None:
        """Read the configuration back: ours as wanted, all other lines octet by octet as they were."""
        running = self._running()
        remains = self._remains(running)
        if remains:
            message = f"it took every line, and yet {remains} are not as they shall be"
            raise RefusedError(message)
        if not self._untouched(running):
            message = "lines that are not ours have changed with it"
            raise RefusedError(message)
        self._await_access_points()

    def _await_access_points(self) -> None:
        """Wait for the access points that were there, half of the timer at most: new tags let them join again."""
        wanted = self._there - self.dialect.leaving(self.job.plan.commands)
        while missing := wanted - self._joined():
            if self.pace.clock() > self._armed_at + self.pace.timer / 2:
                message = f"{len(missing)} of its access points do not come back: {', '.join(sorted(missing)[:_NAMED])}"
                raise RefusedError(message)
            self.pace.sleep(self.pace.pause)

    def _joined(self) -> frozenset[str]:
        return self.dialect.joined(self._step().show(self.terminal.joined))

    def confirm(self) -> None:
        """Stop the timer over a new session."""
        self.hang_up()
        self._step().ask(self.terminal.confirm)

    def save(self) -> None:
        """Save what runs."""
        answer = self._step().ask(self.terminal.save)
        if not self.terminal.saved.search(answer):
            message = "it does not say that it saved its configuration"
            raise RefusedError(message)

    def revert(self) -> None:
        """Go back at once; a controller that has gone back already is well."""
        self.hang_up()
        if self._pending():
            self._step().ask(self.terminal.revert)
        if self.standing() is not Standing.OLD:
            message = "its former configuration is not back"
            raise RefusedError(message)

    def release(self) -> None:
        """Hang up: nothing of ours stays on a controller."""
        self.hang_up()

    def standing(self) -> Standing:
        """Read where the controller stands."""
        if self._pending():
            return Standing.PENDING
        running = self._running()
        if self._is_former(running):
            return Standing.OLD
        if not self._remains(running) and self._untouched(running):
            return Standing.NEW
        return Standing.MIXED

    def hang_up(self) -> None:
        """Close the session."""
        self._session = None
        self._open.close()

    def _step(self) -> CliSession:
        if self._session is None:
            self._session = self._open.enter_context(self.dialler.open(self.job.access, self.terminal))
        return self._session

    def _running(self) -> str:
        return whole(self._step().show(self.terminal.show), self.terminal)

    def _pending(self) -> bool:
        """Tell whether a way back is armed; any other answer than yes or no is a refusal: nobody guesses here."""
        answer = self._step().show(self.terminal.timer)
        if self.terminal.pending.search(answer):
            return True
        if not self.terminal.idle.search(answer):
            message = f"{self.terminal.timer}: {answer.strip() or 'no answer'}: it has no way back without its archive"
            raise RefusedError(message)
        return False

    def _refuse_drift(self, running: str) -> None:
        if not self._is_former(running):
            message = "its configuration has changed since it was read: push again"
            raise RefusedError(message)

    def _is_former(self, text: str) -> bool:
        """Tell whether a configuration is the one of before; headers do not count."""
        return text == self.lines.before or self.dialect.normal(text) == self._former

    @cached_property
    def _former(self) -> str:
        return self.dialect.normal(self.lines.before)

    @cached_property
    def _former_foreign(self) -> str:
        return self.dialect.foreign(self.lines.before, self.lines.scope)

    def _remains(self, running: str) -> int:
        """Return how many commands are still needed."""
        return len(self.dialect.remedy(running, self.lines.wanted, self.lines.scope, {}).commands)

    def _untouched(self, running: str) -> bool:
        return self.dialect.foreign(running, self.lines.scope) == self._former_foreign


def whole(text: str, terminal: Terminal) -> str:
    """Return a configuration that was shown to its end; raises TransportError for a part of one."""
    if not terminal.whole.search(text):
        message = "its configuration did not arrive whole"
        raise TransportError(message)
    return text
