"""A push, or the settling of one, in a process of its own that can die at any moment."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from roaming.errors import RoamingError
from roaming.plan import waves
from roaming.push import DeviceResult, JournalFile, StopRule, Witness
from roaming.push.campaign import Campaign
from roaming.secrets import MemoryStore
from roaming.transport import LinuxDialler, NetmikoDialler
from roaming.transport.cli import NetmikoSession
from roaming.transport.linux import LinuxSession

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from multiprocessing.connection import Connection
    from pathlib import Path

    from roaming.model.network import Network
    from roaming.plan import Plan, Wave
    from roaming.push import Pace, Wanted
    from roaming.targets import RevertMethod
    from roaming.targets.terminal import Terminal
    from roaming.transport import Access, CliSession, Result, Session

_PATIENCE_S: Final = 240
HALTED: Final = "halted"
"""A file in the state directory while a push waits; it goes on when that is removed."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of a push: right before or right after the nth line of its journal is on disk.

    Lines: 1 the run, 2 the device as planned, 3 to 10 its steps from locked to saved, 11 its outcome, 12 the end.
    """

    line: int
    after: bool

    def __str__(self) -> str:
        """Spell it for a test's name."""
        return f"{'after' if self.after else 'before'} line {self.line}"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A clock whose minute takes `minute_s` seconds: a simulated controller's, and then its push's too."""

    minute_s: float = 60

    def clock(self) -> float:
        """Return the seconds of that clock."""
        return time.monotonic() * 60 / self.minute_s

    def sleep(self, seconds: float) -> None:
        """Sleep for seconds of that clock."""
        time.sleep(seconds * self.minute_s / 60)


@dataclass(frozen=True, slots=True)
class Errand:
    """What a child is sent to do, and how it is hindered.

    It kills itself at `death`; at `halt` it waits until it is told to go on. `octets` is the most that it can write
    into one file, as on a full disk. Unarmed, it lets devices believe that their timer was started.
    """

    state: Path
    network: Network
    secrets: Mapping[str, str] = field(repr=False)
    ways: Mapping[str, Access] = field(repr=False)
    pace: Pace
    death: Moment | None = None
    halt: Moment | None = None
    armed: bool = True
    octets: int | None = None

    def campaign(self) -> Campaign:
        """Return the campaign, over the ways of the lab."""
        return Campaign(
            self.network,
            MemoryStore(self.secrets),
            self.state,
            dialler=_Dialler(self.ways, self.armed),
            cli_dialler=_CliDialler(self.ways, self.armed),
            pace=self._pace,
            journal=self._journal,
        )

    def _pace(self, _: RevertMethod) -> Pace:
        return self.pace

    def _journal(self, state: Path, run: str) -> _MortalJournal:
        return _MortalJournal(JournalFile(state, run), self.death, self.halt)


@dataclass
class _MortalJournal:
    """A journal at one of whose lines the process dies, or waits."""

    inner: JournalFile
    death: Moment | None
    halt: Moment | None
    count: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, event: str, **details: object) -> None:
        with self.lock:
            self.count += 1
            number = self.count
        self._reached(Moment(number, after=False))
        self.inner.note(event, **details)
        self._reached(Moment(number, after=True))

    def _reached(self, moment: Moment) -> None:
        if moment == self.death:
            os.kill(os.getpid(), signal.SIGKILL)
        if moment == self.halt:
            (self.inner.directory / HALTED).touch()
            while (self.inner.directory / HALTED).exists():
                time.sleep(0.05)


@dataclass(frozen=True, slots=True)
class _Dialler:
    """Finds a device of the lab where it really is."""

    ways: Mapping[str, Access]
    armed: bool

    @contextmanager
    def open(self, access: Access) -> Iterator[Session]:
        with LinuxDialler().open(self.ways[access.device]) as session:
            yield session if self.armed else _UnarmedSession(session.access, session.connection)


class _UnarmedSession(LinuxSession):
    def run(self, argv: Sequence[str], data: bytes = b"") -> Result:
        if "arm" in argv:
            home = "/var/lib/seamless-wifi/transaction"
            return super().run(["mv", f"{home}/phase-staged", f"{home}/phase-armed"])
        return super().run(argv, data)


@dataclass(frozen=True, slots=True)
class _CliDialler:
    """The same for controllers. Unarmed, it enters the configuration without a timer."""

    ways: Mapping[str, Access]
    armed: bool

    @contextmanager
    def open(self, access: Access, terminal: Terminal) -> Iterator[CliSession]:
        with NetmikoDialler().open(self.ways[access.device], terminal) as session:
            yield session if self.armed else _UnarmedCli(session.access, terminal, session.connection)


class _UnarmedCli(NetmikoSession):
    def enter(self, command: str) -> None:
        super().enter(command.partition(" revert ")[0])


@dataclass(frozen=True, slots=True)
class Load:
    """What is pushed."""

    plan: Plan
    order: tuple[Wave, ...]
    wanted: tuple[Wanted, ...]


Told = tuple[DeviceResult, ...] | str
"""What a child tells in the end: its results, or why there are none."""
Work = Callable[[Errand, Load, "Connection"], None]


def first_push(errand: Errand, load: Load, out: Connection) -> None:
    """Bring a device to a side, whatever it runs, in a child; `load` holds what is wanted only."""

    def work(campaign: Campaign) -> Told:
        plan = campaign.plan(load.wanted)
        order = waves(plan.pending, errand.network)
        return campaign.push(plan, order, load.wanted, (_RULE, Witness()), user="trial").results

    _tell(errand, out, work)


def push(errand: Errand, load: Load, out: Connection) -> None:
    """Push a plan that was made before, in a child."""

    def work(campaign: Campaign) -> Told:
        return campaign.push(load.plan, load.order, load.wanted, (_RULE, Witness()), user="trial").results

    _tell(errand, out, work)


def resume(errand: Errand, load: Load, out: Connection) -> None:
    """Settle what was left, in a child."""
    _tell(errand, out, lambda campaign: campaign.resume(load.wanted, lambda _: None))


def _tell(errand: Errand, out: Connection, work: Callable[[Campaign], Told]) -> None:
    if errand.octets is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (errand.octets, errand.octets))
    campaign = errand.campaign()
    out.send("begun")
    try:
        told = work(campaign)
    except RoamingError as error:
        told = str(error)
    out.send(told)


_RULE: Final = StopRule(max_failures=99)
_FORKS: Final = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["pytest", "tests.faults.errand", "roaming.cli", "roaming.targets"])
_STARTING: Final = threading.Lock()


class Child:
    """A child at work."""

    def __init__(self, work: Work, errand: Errand, load: Load) -> None:
        self._in, out = _FORKS.Pipe(duplex=False)
        self._process = _FORKS.Process(target=work, args=(errand, load, out), daemon=True)
        # Two threads at once would start two servers.
        with _STARTING:
            self._process.start()
        out.close()
        self._begun: object = self._receive(_PATIENCE_S)

    def kill_after(self, seconds: float) -> bool:
        """Kill it after a time; tell whether it was still at work."""
        if not self._in.poll(seconds):
            self._process.kill()
        self._process.join(_PATIENCE_S)
        return self._process.exitcode == -signal.SIGKILL

    def halted(self, errand: Errand) -> bool:
        """Wait until it waits; tell whether it does."""
        until = time.monotonic() + _PATIENCE_S
        while not (errand.state / HALTED).exists():
            if self._process.exitcode is not None or time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True

    def end(self) -> Told | None:
        """Wait for what it tells; None when it died."""
        told = self._receive(_PATIENCE_S)
        self._process.join(_PATIENCE_S)
        return told  # type: ignore[return-value]

    def _receive(self, seconds: float) -> object | None:
        try:
            return self._in.recv() if self._in.poll(seconds) else None
        except EOFError:
            return None
