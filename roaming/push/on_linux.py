"""Drive a Linux device through its transaction: its guard does the work there, over a Netmiko session."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from roaming.errors import RefusedError, TransportError
from roaming.push.guard import HOME, LEASE_S, SCRIPT, Report, Status, Verb, command, job, report
from roaming.push.states import Standing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from roaming.push.carrier import Job
    from roaming.secrets import FingerprintKey
    from roaming.transport import Dialler, Result, Session

_STANDINGS: Final[Mapping[str, Standing]] = {
    "locked": Standing.OLD,
    "staged": Standing.OLD,
    "armed": Standing.PENDING,
    "reverting": Standing.PENDING,
    "reverted": Standing.OLD,
    "stuck": Standing.PENDING,
    "confirmed": Standing.NEW,
}
_REFUSALS: Final = frozenset(Status) - {Status.DONE}


@dataclass(frozen=True, slots=True)
class Prints:
    """The fingerprints of a device's changed files, before and after; None is no file."""

    before: Mapping[str, str | None]
    after: Mapping[str, str | None]


@dataclass(slots=True)
class LinuxDriver:
    """Drives one device. `by` is who holds it meanwhile; `keep` puts the running files away here."""

    job: Job
    run: str
    by: str
    dialler: Dialler
    prints: Prints
    key: FingerprintKey
    keep: Callable[[], None] = lambda: None
    home: str = HOME
    _open: ExitStack = field(default_factory=ExitStack, repr=False)
    _session: Session | None = field(default=None, repr=False)

    def lock(self) -> None:
        """Take the device; the guard goes along."""
        self._ask(Verb.LOCK, self.run, self.by, str(LEASE_S), data=SCRIPT.encode())

    def precheck(self) -> None:
        """Hand the job over; every file has to be what the plan was made from."""
        self._ask(Verb.PRECHECK, self.run, data=job(self.job.plan, self.job.target))

    def back_up(self) -> None:
        """Keep the former files here, encrypted, and beside their places."""
        self.keep()
        self._ask(Verb.BACK_UP, self.run)

    def arm(self, seconds: float) -> None:
        """Start the timer and lay the boot script."""
        self._ask(Verb.ARM, self.run, str(round(seconds)))

    def apply(self) -> None:
        """Put the files in place, have the daemon check them and its services heed them."""
        self._ask(Verb.APPLY, self.run)

    def verify(self) -> None:
        """Read back files and services."""
        self._ask(Verb.VERIFY, self.run)

    def confirm(self) -> None:
        """Stop the timer over a new session."""
        self.hang_up()
        self._ask(Verb.CONFIRM, self.run)

    def save(self) -> None:
        """Forget the former files; a device that has already done so is well."""
        try:
            self._ask(Verb.SAVE, self.run)
        except TransportError:
            if self.standing() is not Standing.NEW or self._report().run == self.run:
                raise

    def revert(self) -> None:
        """Put the former files back."""
        self._ask(Verb.REVERT, self.run)

    def release(self) -> None:
        """Give the device free, if it is ours."""
        if self._report().run == self.run:
            self._ask(Verb.RELEASE, self.run)

    def standing(self) -> Standing:
        """Read where the device stands: from its guard, or, when that is gone, from the files."""
        found = self._report()
        if found.run == self.run and found.phase in _STANDINGS:
            return _STANDINGS[found.phase]
        session = self._connected()
        there = {path: session.read(path) for path in self.prints.after}
        prints = {path: None if file is None else self.key.of(file.content) for path, file in there.items()}
        if prints == self.prints.after:
            return Standing.NEW
        return Standing.OLD if prints == self.prints.before else Standing.MIXED

    def hang_up(self) -> None:
        """Close the session."""
        self._session = None
        self._open.close()

    def _connected(self) -> Session:
        if self._session is None:
            self._session = self._open.enter_context(self.dialler.open(self.job.access))
        return self._session

    def _report(self) -> Report:
        return report(self._run(Verb.STATUS, data=SCRIPT.encode()).out.decode(errors="replace"))

    def _ask(self, verb: Verb, *words: str, data: bytes = b"") -> None:
        result = self._run(verb, *words, data=data)
        if result.rc in _REFUSALS:
            raise RefusedError(result.words or f"{verb} ends with status {result.rc}")
        if result.rc:
            message = f"{self.job.device}: its guard cannot {verb}: {result.words or f'status {result.rc}'}"
            raise TransportError(message)

    def _run(self, verb: Verb, *words: str, data: bytes = b"") -> Result:
        try:
            return self._connected().run(command(verb, *words, home=self.home), data)
        except TransportError:
            self.hang_up()
            raise
