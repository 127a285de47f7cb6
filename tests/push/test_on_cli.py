"""What a controller has to show before it is confirmed, over a terminal that answers from memory."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from lab.devices import brownfield_text
from roaming.errors import RefusedError
from roaming.model.bundle import DeviceBundle, DeviceKind, File
from roaming.plan import plan_lines
from roaming.push import CliDriver, Job, Lines, Pace
from roaming.push.fake_driver import FakeClock
from roaming.targets import TARGETS, Scope
from roaming.transport import Access

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roaming.targets.terminal import Terminal

IOSXE = TARGETS["iosxe"]
JOINED = "em-th-{0}  2  C9120AXI-E  0200.0a28.00{0}  0210.0a28.{0}00  default location  GB  10.0.0.1  Registered\n"
BOTH = JOINED.format(41) + JOINED.format(42)


@dataclass
class Terminals:
    """A terminal: what it runs, what it shows of its access points (the last one stays), and what was typed."""

    running: str
    shows: list[str]
    clock: FakeClock
    line_s: float = 0
    typed: list[str] = field(default_factory=list)

    @contextmanager
    def open(self, _access: Access, _terminal: Terminal) -> Iterator[Terminals]:
        yield self

    def show(self, command: str) -> str:
        if command == "show ap summary":
            return self.shows.pop(0) if len(self.shows) > 1 else self.shows[0]
        return "%No Rollback Confirmed Change pending" if "timer" in command else f"{self.running}end\n"

    def ask(self, command: str) -> str:
        self.typed.append(command)
        return "[OK]"

    def enter(self, command: str) -> None:
        self.typed.append(command)

    def inside(self, _command: str) -> str:
        return f"{self.running}end\n"

    def configure(self, line: str) -> None:
        self.clock.sleep(self.line_s)
        self.typed.append(line)

    def leave(self) -> None:
        self.typed.append("end")


def driver(*shows: str, line_s: float = 0) -> tuple[CliDriver, Terminals]:
    """Return a driver whose plan changes one value, and its terminal."""
    before = brownfield_text()
    after = before.replace(
        " server name LON-eastmarsh-rad-2\n deadtime 5", " server name LON-eastmarsh-rad-2\n deadtime 7"
    )
    assert after != before
    assert IOSXE.dialect is not None
    wanted = IOSXE.dialect.ours(after, Scope("LON-"))
    device = DeviceBundle("x", "", "wlc", DeviceKind.CONTROLLER, "iosxe", "17.12", (File("config.txt", ()),), "LON-")
    plan = plan_lines(device, IOSXE, wanted, f"{before}end\n", lambda _, text: text, renew={})
    clock = FakeClock()
    terminal = Terminals(before, list(shows), clock, line_s)
    pace = Pace(timer=300, margin=5, pause=10, clock=clock, sleep=clock.sleep)
    lines = Lines(f"{before}end\n", wanted, IOSXE.dialect.scope("LON-", wanted))
    return CliDriver(Job(plan, IOSXE, Access("wlc", "h", 22, "roam")), lines, terminal, pace=pace), terminal


def changed(*shows: str) -> CliDriver:
    """Take a driver to where it has applied its change."""
    one, terminal = driver(*shows)
    one.precheck()
    one.arm(300)
    one.apply()
    terminal.running = terminal.running.replace("rad-2\n deadtime 5", "rad-2\n deadtime 7")
    return one


def test_access_points_that_join_again_are_waited_for() -> None:
    one = changed(BOTH, "", JOINED.format(41), BOTH)
    one.verify()
    assert 20 <= one.pace.clock() < 21


def test_access_points_that_do_not_come_back_take_the_change_back() -> None:
    one = changed(BOTH, JOINED.format(41))
    with pytest.raises(RefusedError, match=r"^1 of its access points do not come back: 0200\.0a28\.0042$"):
        one.verify()
    assert 150 < one.pace.clock() < 170


def test_nothing_is_typed_that_could_arrive_after_the_way_back() -> None:
    one, terminal = driver(BOTH, line_s=200)
    one.precheck()
    one.arm(300)
    with pytest.raises(RefusedError, match="it is too slow for its timer, the rest was not typed"):
        one.apply()
    assert terminal.typed == ["configure terminal revert timer 5", *one.job.plan.commands[:2]]
