"""Whatever happens to a push of controllers: the simulated Catalyst, in a process of its own."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pytest

from lab.devices import Cut, Faults, FleetProcess, Refused
from roaming.load import load
from roaming.model.bundle import Bundle, DeviceBundle, DeviceKind, File
from roaming.push import Pace
from tests.faults.errand import Child, Errand, Moment, Stretch, push
from tests.faults.oracle import ControllerOracle, apart
from tests.faults.tally import Tally
from tests.faults.trial import (
    Fault,
    Stall,
    Trials,
    every_line,
    journal_disk_full,
    kill_at,
    kill_at_random,
    kill_both,
    meddle,
    said_of,
    two_at_once,
    unarmed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lab.devices import RemoteCatalyst
    from roaming.model.network import Network
    from roaming.transport import Access
    from tests.faults.conftest import Survived
    from tests.faults.errand import Told
    from tests.faults.oracle import Finding

NAME: Final = "camden-wlc"
PREFIX: Final = "FT-"
# A minute of the device is a second, and so is one of the push.
MINUTE_S: Final = 1.0
TIMER_MIN: Final = 5
STRETCH: Final = Stretch(MINUTE_S)
PACE: Final = Pace(timer=60 * TIMER_MIN, margin=30, patience=600, pause=15, clock=STRETCH.clock, sleep=STRETCH.sleep)
SETTLES_S: Final = MINUTE_S * TIMER_MIN + 10
CONTROLLERS: Final = 12
CHANGED: Final = "its configuration has changed since it was read: push again"
WANTED: Final = {
    "a": """\
wireless profile policy FT-roam
 aaa-override
 nac
 vlan 110
 no shutdown
wlan FT-roam 33 ft-roam
 peer-blocking drop
 radio policy dot11 5ghz
 no shutdown
wireless tag policy FT-hall
 wlan FT-roam policy FT-roam
wireless tag site FT-hall
""",
    "b": """\
wireless profile policy FT-roam
 aaa-override
 vlan 120
 no shutdown
wireless profile policy FT-guest
 vlan 410
 no shutdown
wlan FT-roam 33 ft-roam-next
 radio policy dot11 5ghz
 no shutdown
wlan FT-guest 34 ft-guest
 peer-blocking drop
 no shutdown
wireless tag policy FT-hall
 wlan FT-roam policy FT-roam
 wlan FT-guest policy FT-guest
wireless tag site FT-annexe
""",
}


@dataclass(frozen=True)
class Box:
    """A controller under trial."""

    device: RemoteCatalyst
    oracle: ControllerOracle
    carried: int = field(default=0, init=False)

    def look(self) -> Finding:
        return self.oracle.look()

    def mend(self) -> None:
        self.device.set_faults(Faults())
        while self.device.state()["down"]:
            time.sleep(0.1)

    def expire(self) -> None:
        """Nothing of ours stays on a controller."""

    def restore(self, _: str) -> str:
        """Restart: what was saved last is one of the sides."""
        self.device.reboot(0)
        return str(self.look().side)


def box(stall: Stall) -> Box:
    (one,) = stall.boxes.values()
    assert isinstance(one, Box)
    return one


def bundle(text: str) -> Bundle:
    files = (File("config.txt", (text,), mode=0o600),)
    return Bundle((DeviceBundle("camden", "", NAME, DeviceKind.CONTROLLER, "iosxe", "17.12.4", files, PREFIX),))


def troubled(name: str, kind: str, faults: Callable[[Stall], Faults], said: str | None = None) -> Fault:
    """Push while the device does what it should not; a cut that never came is no cut, and another is tried."""

    def hinder(stall: Stall) -> Told | None:
        device = box(stall).device
        while True:
            device.set_faults(given := faults(stall))
            told = Child(push, stall.errand, stall.load()).end()
            if given.cut is None or device.faults.cut is None:
                assert said is None or said in str(told), told
                return told
            stall.passed(told)

    return Fault(name, lambda stall: stall.survive(kind, name, hinder))


def cut(number: int) -> Fault:
    """Cut a session at a random line, in turn before it, after it, by a crash."""
    how = (Cut.BEFORE, Cut.AFTER, Cut.CRASH)[number % 3]
    name = f"cut {number}, {how}"
    dice: dict[str, int] = {}

    def faults(stall: Stall) -> Faults:
        dice["try"] = dice.get("try", 0) + 1
        line = stall.tally.random(f"{name} {dice['try']}").randrange(1, 60)
        return Faults(cut=how, cut_line=line, reboot_s=2)

    return troubled(name, "cuts", faults)


def reboot(stall: Stall) -> None:
    box(stall).device.reboot(1)


def pass_time(_: Stall) -> None:
    time.sleep(MINUTE_S * (TIMER_MIN + 1))


def change_behind(stall: Stall) -> None:
    box(stall).device.console("configure terminal", "ntp server 203.0.113.99", "end")


def undo_change(stall: Stall) -> None:
    assert "ntp server 203.0.113.99" in box(stall).device.running_text()
    box(stall).device.console("configure terminal", "no ntp server 203.0.113.99", "end")


def arm_behind(stall: Stall) -> None:
    box(stall).device.console("configure terminal revert timer 5", "ntp server 203.0.113.99", "end")


def undo_arm(stall: Stall) -> None:
    assert box(stall).device.pending_revert() is not None
    box(stall).device.console("configure confirm")
    undo_change(stall)


def changed_before() -> Fault:
    """Change the device between plan and push: it is refused, and the stranger's line stays."""
    name = "changed between plan and push"

    def hinder(stall: Stall) -> Told | None:
        load = stall.load()
        change_behind(stall)
        told = Child(push, stall.errand, load).end()
        undo_change(stall)
        assert CHANGED in str(told), told
        return told

    return Fault(name, lambda stall: stall.survive("other faults", name, hinder))


def aborts() -> Fault:
    """Let the device refuse a line, and then its own way back: a person is called, by name."""
    name = "rollback aborts"

    def trial(stall: Stall) -> None:
        box(stall).device.set_faults(Faults(refused=(Refused("^ *no shutdown", "% Busy"),), rollback_aborts=True))
        told = Child(push, stall.errand, stall.load()).end()
        (result,) = said_of(told).values()
        stall.tally.happened("other faults")
        assert result.outcome == "unknown", told
        assert "nobody can say what it runs: look at it" in result.words
        stall.tally.called(NAME)
        box(stall).mend()
        stall.restore(NAME, stall.sides[NAME])

    return Fault(name, trial)


def faults(kills: int) -> list[Fault]:
    armed, applied, verified = Moment(7, after=True), Moment(8, after=True), Moment(9, after=False)
    return [
        # First, because a session is waited for for a minute.
        troubled("the session hangs", "cuts", lambda _: Faults(cut=Cut.HANG, cut_on="^ *vlan ")),
        *map(kill_at, every_line()),
        *(kill_both(applied, Moment(line, after)) for line in (2, 3, 4) for after in (False, True)),
        *(kill_at_random(number) for number in range(1, kills + 1)),
        *(cut(number) for number in range(1, max(4, kills * 2 // 5) + 1)),
        troubled("a line is refused", "other faults", lambda _: Faults(refused=(Refused("^ *vlan ", "% No"),)), "% No"),
        aborts(),
        meddle("timer ends before the first line", armed, pass_time),
        meddle("timer ends before the check", applied, pass_time),
        meddle("timer ends before the confirmation", verified, pass_time),
        *(meddle(f"reboot {moment}", moment, reboot) for moment in every_line()[5:-2]),
        changed_before(),
        meddle("changed before the arming", Moment(6, after=True), change_behind, said=CHANGED, undo=undo_change),
        meddle("another arms first", Moment(6, after=True), arm_behind, said="already pending", undo=undo_arm),
        *map(journal_disk_full, range(10)),
        two_at_once("another change of it waits for its confirmation", armed),
        unarmed(kill_at(applied)),
        unarmed(kill_at(verified)),
    ]


@pytest.fixture(scope="module")
def tally(seed: int) -> Tally:
    return Tally("catalyst (simulated)", seed)


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory, repository: Path, tally: Tally) -> Iterator[Trials]:
    root = tmp_path_factory.mktemp("controllers")
    network = load(repository / "inventory").network
    with FleetProcess(CONTROLLERS, minute_s=MINUTE_S, seed=tally.seed) as fleet:
        places = range(CONTROLLERS)
        work = Trials(
            [stall(fleet.devices[place], fleet.access(place), root / str(place), network, tally) for place in places]
        )
        yield work
        work.close()


def stall(device: RemoteCatalyst, access: Access, root: Path, network: Network, tally: Tally) -> Stall:
    secrets = {"camden/wlc-login": "unused", "camden/wlc-enable": "unused"}
    errand = Errand(root / "state", network, secrets, {NAME: access}, PACE)
    work = errand.campaign()
    goal = {side: work.wanted(bundle(text))[0] for side, text in WANTED.items()}
    foreign, _ = apart(device.running_text(), PREFIX)
    one = Box(device, ControllerOracle(device, access.port, PREFIX, foreign, WANTED))
    return Stall(errand, {NAME: one}, {NAME: {}}, {NAME: goal}, tally, SETTLES_S, 0.5)


def test_a_controller_is_old_or_new(survived: Survived, fault: Fault) -> None:
    survived(fault)


def test_none_is_broken(trials: Trials, tally: Tally, record_property: Callable[[str, object], None]) -> None:
    assert trials
    record_property("shown", str(tally))
    assert tally.broken == []
    assert tally.people == [NAME] * tally.sides["called"]
