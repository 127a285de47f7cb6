"""A simulated Catalyst 9800: its state, without a network. What never ran on a real device: docs/simulated-catalyst.md.

All times come from a clock that is given, in seconds. The revert timer runs out lazily: whoever looks at the device
next finds it rolled back, at the moment when the timer ran out.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random, SystemRandom
from threading import RLock
from typing import TYPE_CHECKING, Final

from lab.devices import outage, rollback
from lab.devices.brownfield import brownfield_text
from lab.devices.execute import answer, forget
from lab.devices.faults import Faults
from lab.devices.session import Session
from lab.devices.tree import GLOBAL, find, node, parse_tree, print_tree, put
from lab.devices.vault import Vault, made_up

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lab.devices.outage import Outage
    from lab.devices.record import Logged
    from lab.devices.rollback import Pending
    from lab.devices.tree import Tree

_LOG_SIZE: Final = 200
_ARCHIVE_LOG_SIZE: Final = 1000


@dataclass(frozen=True, slots=True)
class Setup:
    """How a device starts. `minute_s` is how many seconds a minute of the revert timer takes.

    `config` is a running configuration, the brownfield's when it is None; it is startup configuration as well.
    """

    config: str | None = None
    minute_s: float = 60
    faults: Faults = field(default_factory=Faults)
    flash_bytes: int = 10_000_000


class Catalyst:
    """One device. Its methods may be called from any thread; its attributes are the simulator's own."""

    def __init__(
        self, name: str, setup: Setup | None = None, *, clock: Callable[[], float] = time.time, seed: int | None = None
    ) -> None:
        self.setup = setup or Setup()
        self.lock = RLock()
        self.clock = clock
        self.random: Random = SystemRandom() if seed is None else Random(seed)  # noqa: S311  it simulates a device
        self.vault = Vault(self.random)
        self.vault.master = "made-up-master-key"
        self.faults = self.setup.faults
        self.tree: Tree = self._first(name)
        self.startup: Tree = self.tree
        self.flash: dict[str, str] = {}
        self.archives: list[str] = []
        self.archive_count = 0
        self.pending: Pending | None = None
        self.lock_holder: int | None = None
        self.sessions: dict[int, Session] = {}
        self.session_count = 0
        self.boots = 0
        self.booted_at = clock()
        self.down_until = 0.0
        self.changed_at: tuple[float, str] = (clock(), "")
        self.saved_at: tuple[float, str] = self.changed_at
        self.log: deque[str] = deque(maxlen=_LOG_SIZE)
        self.config_log: deque[Logged] = deque(maxlen=_ARCHIVE_LOG_SIZE)
        self.logged = 0
        self.entered: deque[str] = deque(maxlen=_ARCHIVE_LOG_SIZE)
        self.outage_log: list[Outage] = []
        self.on_reboot: Callable[[], None] = lambda: None

    def __repr__(self) -> str:
        return f"Catalyst({self.hostname!r})"

    def _first(self, name: str) -> Tree:
        """Return the first configuration, with this device's name."""
        tree, ciphertexts = _read_first(brownfield_text() if self.setup.config is None else self.setup.config)
        self.vault.adopt(ciphertexts)
        return put(tree, node(GLOBAL, f"hostname {name}")[0])

    @property
    def hostname(self) -> str:
        """The name in the prompt."""
        found = find(self.tree, ("hostname",))
        return found.line.split()[1] if found else "Switch"

    def setting(self, *path: str) -> str | None:
        """Return the value behind a path of keys of the running configuration, None where there is none."""
        found = find(self.tree, path)
        return None if found is None else found.line.removeprefix(path[-1]).strip()

    def running_text(self) -> str:
        """Return the running configuration: the lines, without the heading of `show running-config`."""
        with self.lock:
            rollback.settle(self)
            return print_tree(self.tree)

    def startup_text(self) -> str:
        """Return the startup configuration, likewise."""
        with self.lock:
            return print_tree(self.startup)

    def pending_revert(self) -> Pending | None:
        """Return the revert that is armed, None when there is none."""
        with self.lock:
            rollback.settle(self)
            return self.pending

    def outages(self) -> tuple[Outage, ...]:
        """Return when which WLAN was not offered to clients."""
        with self.lock:
            rollback.settle(self)
            return tuple(self.outage_log)

    def secret_of(self, *path: str) -> str | None:
        """Return the plain secret that a line holds, as `("radius server RAD1", "key")` names it."""
        with self.lock:
            rollback.settle(self)
            level, line = self.tree, ""
            for key in path:
                found = next((each for each in level if f"{each.line} ".startswith(f"{key} ")), None)
                if found is None:
                    return None
                level, line = found.children, found.line
            words = ["", *line.split()]
            kind = words[-2] if words[-2] in {"0", "5", "6", "7", "8", "9"} else "0"
            return self.vault.plain(kind, words[-1])

    def device_log(self) -> tuple[str, ...]:
        """Return what the device itself keeps of commands and messages: its configuration log and `show logging`."""
        with self.lock:
            return (*(each.command for each in self.config_log), *self.log)

    def lines_entered(self) -> tuple[str, ...]:
        """Return the last lines that sessions entered, the oldest first."""
        with self.lock:
            return tuple(self.entered)

    def console(self, *lines: str, user: str = "console") -> str:
        """Enter lines at the console, as somebody who stands before the device. Returns what it answers."""
        with self.lock:
            self.session_count += 1
            session = Session(self.session_count, user, "console", length=0)
            self.sessions[session.number] = session
            text = "".join(answer(self, session, line).text for line in lines)
            forget(self, session)
            return text

    def set_faults(self, faults: Faults) -> None:
        """Let other things go wrong from now on."""
        with self.lock:
            self.faults = faults

    def reboot(self, down_s: float | None = None) -> None:
        """Lose all sessions and the revert timer; come back after `down_s` seconds with the startup configuration."""
        with self.lock:
            rollback.settle(self)
            down = self.faults.reboot_s if down_s is None else down_s
            before = self.tree
            self.tree = self.startup
            self.pending, self.lock_holder = None, None
            self.sessions.clear()
            self.boots += 1
            self.down_until = self.booted_at = self.clock() + down
            self.log.clear()
            self.config_log.clear()
            outage.rebooted(self, before, self.down_until)
        self.on_reboot()

    @property
    def down(self) -> bool:
        """Whether it is rebooting."""
        return self.clock() < self.down_until

    def change(self, tree: Tree, user: str, at: float | None = None) -> None:
        """Make a tree the running configuration."""
        when = self.clock() if at is None else at
        before, self.tree = self.tree, tree
        self.changed_at = (when, user)
        outage.note(self, before, when)

    def note(self, message: str, at: float | None = None) -> None:
        """Write to the logging buffer."""
        moment = time.gmtime(self.clock() if at is None else at)
        self.log.append(
            f"{time.strftime('%b', moment)} {moment.tm_mday:2d} {time.strftime('%H:%M:%S', moment)}: {message}"
        )


@lru_cache(maxsize=8)
def _read_first(text: str) -> tuple[Tree, Mapping[str, str]]:
    """Read a first configuration, once for all devices that start with it, and make up what its ciphertexts hide."""
    tree, _ = parse_tree(text)
    lines = [line.split() for line in _lines_below(tree)]
    return tree, {words[-1]: made_up(words[-1]) for words in lines if words[-2:-1] in (["6"], ["8"])}


def _lines_below(tree: Tree) -> list[str]:
    found = []
    for each in tree:
        found.append(each.line)
        found += _lines_below(each.children)
    return found
