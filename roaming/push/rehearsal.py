"""Rehearse what sites demand before a push: a command of the operator's, whose exit status is obeyed.

Which scenario must pass stands in the inventory; what runs it never does (docs/adr/0023-rehearsals.md).
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from roaming.errors import PushError

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from roaming.plan import Rehearsal

EXAMPLE: Final = "roam-lab radio {scenario} -i {inventory}"
WAY_OUT: Final = "in an emergency give --waive-rehearsals REASON: the reason stands in the journal"
_PLACEHOLDER: Final = re.compile(r"\{[a-z_]+\}")
_PLACEHOLDERS: Final = ("{scenario}", "{inventory}")
_STANDARD_ERROR: Final = 2
# What a command of the operator's has no use for: our secrets, and where they are.
_KEPT_BACK: Final = ("ROAM_SECRET", "ROAM_VAULT", "ROAM_MONITOR_PASSWORD")


@dataclass(frozen=True, slots=True)
class RehearsalCommand:
    """The words of a command, in which `{scenario}` and `{inventory}` stand for what is rehearsed."""

    words: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> RehearsalCommand:
        """Read the words; quotes and backslashes are those of a shell (POSIX), and nothing else is.

        Raises PushError when it cannot be what rehearses.
        """
        try:
            words = tuple(shlex.split(text))
        except ValueError as error:
            message = f"{text!r} is no command: {str(error).lower()}"
            raise PushError(message) from None
        there = [found for word in words for found in _PLACEHOLDER.findall(word)]
        strange = [one for one in there if one not in _PLACEHOLDERS]
        if strange:
            message = f"there is no {strange[0]} to put into {text!r}: there are {' and '.join(_PLACEHOLDERS)}"
            raise PushError(message)
        missing = [one for one in _PLACEHOLDERS if one not in there]
        if missing:
            message = f"{text!r} has no {' and no '.join(missing)}: it would rehearse something else, say {EXAMPLE!r}"
            raise PushError(message)
        return cls(words)

    def of(self, scenario: str, inventory: Path) -> tuple[str, ...]:
        """Return the words that rehearse a scenario of an inventory."""
        values = dict(zip(_PLACEHOLDERS, (scenario, str(inventory)), strict=True))
        return tuple(_PLACEHOLDER.sub(lambda found: values[found[0]], word) for word in self.words)


@dataclass(frozen=True, slots=True)
class Performance:
    """How a command went. `status` is its exit status, None for one that has none; `why` says then what happened."""

    status: int | None
    seconds: float = 0.0
    why: str = ""

    @property
    def words(self) -> str:
        """How it went, in words."""
        if self.status is None:
            return self.why
        return f"exit status {self.status} after {self.seconds:.0f} s"


class Performer(Protocol):
    """Runs a command to its end."""

    def perform(self, words: tuple[str, ...]) -> Performance:
        """Return how it went; what it prints is seen while it runs."""
        ...


@dataclass(frozen=True, slots=True)
class Program:
    """Runs a program of this machine, without a shell and without our secrets, its output on standard error.

    What runs longer than `limit_s` seconds is ended with all that it started in its session, and killed when it has
    not ended after `grace_s` more.
    """

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    limit_s: float = 1800
    grace_s: float = 10

    def perform(self, words: tuple[str, ...]) -> Performance:
        """Return how the program went."""
        began = time.monotonic()
        environ = {name: value for name, value in self.environ.items() if not name.startswith(_KEPT_BACK)}
        try:
            child = subprocess.Popen(  # noqa: S603  the operator's own words, no shell
                words, stdin=subprocess.DEVNULL, stdout=_STANDARD_ERROR, env=environ, start_new_session=True
            )
        except (OSError, ValueError) as error:
            return Performance(None, why=f"it cannot be run: {getattr(error, 'strerror', None) or error}")
        try:
            status = child.wait(self.limit_s)
        except subprocess.TimeoutExpired:
            return Performance(None, self.limit_s, f"it was ended because it ran longer than {self.limit_s:g} s")
        finally:
            _end(child, self.grace_s)
        seconds = time.monotonic() - began
        if status < 0:
            return Performance(None, seconds, f"it was ended by signal {-status} after {seconds:.0f} s")
        return Performance(status, seconds)


@dataclass(slots=True)
class FakePerformer:
    """Performs nothing: answers with the given performances in turn, and remembers what it was asked for."""

    answers: deque[Performance]
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def perform(self, words: tuple[str, ...]) -> Performance:
        """Return the next performance."""
        self.asked.append(words)
        return self.answers.popleft()


class Ending(StrEnum):
    """How a rehearsal ended; `waived` is one that somebody answered for in its place."""

    PASSED = "passed"
    FAILED = "failed"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A rehearsal that was demanded, and what became of it: words for people, `status` and `seconds` for machines."""

    rehearsal: Rehearsal
    ending: Ending
    words: str
    command: tuple[str, ...] = ()
    status: int | None = None
    seconds: float | None = None

    def __str__(self) -> str:
        """Spell it for a report: `walk for hackney/service-centre: passed, exit status 0 after 93 s`."""
        return f"{self.rehearsal}: {self.ending}, {self.words}"

    def document(self) -> dict[str, object]:
        """Return it as JSON knows it."""
        return {
            **self.rehearsal.document(),
            "ending": self.ending.value,
            "words": self.words,
            "command": list(self.command),
            "status": self.status,
            "seconds": None if self.seconds is None else round(self.seconds, 1),
        }


@dataclass(frozen=True, slots=True)
class Stage:
    """On what rehearsals are performed. `waiver` is the reason why they are not; without a `command` they cannot be.

    `unchanged` tells whether the inventory still says what is going to be pushed.
    """

    inventory: Path
    command: RehearsalCommand | None = None
    waiver: str | None = None
    performer: Performer = field(default_factory=Program)
    unchanged: Callable[[], bool] = lambda: True

    def objections(self, demanded: Iterable[Rehearsal]) -> tuple[str, ...]:
        """Return why what is demanded cannot be rehearsed, each with what to do about it."""
        if self.command is not None or self.waiver is not None:
            return ()
        return tuple(
            f"{', '.join(one.sites)} demands that {one.scenario} passes before a push, and nothing says what runs it: "
            f"set ROAM_REHEARSAL (or give --rehearse-with), such as {EXAMPLE!r}; {WAY_OUT}"
            for one in demanded
        )

    def rehearse(self, demanded: Iterable[Rehearsal], say: Callable[[str], None]) -> tuple[Rehearsed, ...]:
        """Perform one after the other what is demanded, up to the first that fails; nothing that has an objection."""
        if self.waiver is not None:
            return tuple(Rehearsed(one, Ending.WAIVED, self.waiver) for one in demanded)
        if self.command is None:
            return ()
        done: list[Rehearsed] = []
        for one in demanded:
            done.append(self._performed(one, self.command.of(one.scenario, self.inventory), say))
            if done[-1].ending is Ending.FAILED:
                break
        return tuple(done)

    def _performed(self, one: Rehearsal, words: tuple[str, ...], say: Callable[[str], None]) -> Rehearsed:
        say(f"rehearsing {one}: {shlex.join(words)}")
        went = self.performer.perform(words)
        ending = Ending.PASSED if went.status == 0 else Ending.FAILED
        done = Rehearsed(one, ending, went.words, words, went.status, went.seconds)
        say(str(done))
        return done

    def refusal(self, done: Iterable[Rehearsed]) -> str | None:
        """Return why nothing may be pushed after these rehearsals; None when it may."""
        for one in done:
            if one.ending is Ending.FAILED:
                return f"the rehearsal {one.rehearsal} failed: {one.words}"
        if any(one.ending is Ending.PASSED for one in done) and not self.unchanged():
            return f"{self.inventory} was changed while it was rehearsed: push again"
        return None


def _end(child: subprocess.Popen[bytes], grace_s: float) -> None:
    """End a program that still runs, and whatever it started."""
    if child.poll() is not None:
        return
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        child.wait(grace_s)
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
