"""Whatever happens to a push of access points: real sshd and real hostapd 2.10 in containers."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pytest

from roaming.push import Pace
from tests.faults.access_points import NAME, SMALL, Rendered, plans, running, sides, wanted
from tests.faults.errand import Child, Errand, Moment, push
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
    two_at_once,
    unarmed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from roaming.push import Wanted
    from tests.faults.access_points import AccessPoint
    from tests.faults.conftest import Survived
    from tests.faults.errand import Told
    from tests.faults.oracle import AccessPointOracle, Finding

pytestmark = pytest.mark.daemon

PACE: Final = Pace(timer=12, margin=1, patience=40, pause=2)
SETTLES_S: Final = 60
CONTAINERS: Final = 14
BACK: Final = "the former configuration is back"


@dataclass(frozen=True)
class Box:
    """An access point under trial."""

    device: AccessPoint
    oracle: AccessPointOracle
    wanted: Mapping[str, Wanted]

    @property
    def carried(self) -> int:
        return self.device.wire.carried

    def look(self) -> Finding:
        return self.oracle.look()

    def mend(self) -> None:
        self.device.wire.mend()

    def expire(self) -> None:
        self.device.must("sed -i 's/^until=.*/until=0/' /var/lib/seamless-wifi/transaction/owner")

    def restore(self, side: str) -> str:
        script = """for process in /proc/[0-9]*; do
            [ "$process" = "/proc/$$" ] || ! grep -qs seamless-wifi "$process/cmdline" || kill -9 "${process##*/}"
        done
        rm -rf /var/lib/seamless-wifi/* /etc/init.d/seamless-wifi-guard /etc/rc?.d/S00seamless-wifi-guard
        find /etc -name '.roam.*' -delete
        rm -f /etc/hostapd/hostapd*.conf /etc/hostapd/*.vlan
        """
        for path, file in self.wanted[side].files.items():
            octets = base64.b64encode(file.content).decode()
            script += f"echo {octets} | base64 -d > {path}; chmod {file.mode:o} {path}\n"
        self.device.must(f"{script}service hostapd restart")
        return side


def box(stall: Stall) -> Box:
    (one,) = stall.boxes.values()
    assert isinstance(one, Box)
    return one


def edit(stall: Stall) -> None:
    box(stall).device.must("cp -p /etc/hostapd/hostapd.conf /run/kept; echo '# mine' >> /etc/hostapd/hostapd.conf")


def undo_edit(stall: Stall) -> None:
    box(stall).device.must("[ ! -e /run/kept ] || cp -p /run/kept /etc/hostapd/hostapd.conf; rm -f /run/kept")


def edited_before() -> Fault:
    """Change a file between plan and push: it is refused, and the stranger's file stays."""
    name = "edited between plan and push"

    def hinder(stall: Stall) -> Told | None:
        edit(stall)
        told = Child(push, stall.errand, stall.load()).end()
        assert "/etc/hostapd/hostapd.conf has changed since it was read: push again" in str(told), told
        assert "# mine" in box(stall).device.must("tail -n 1 /etc/hostapd/hostapd.conf")
        undo_edit(stall)
        return told

    return Fault(name, lambda stall: stall.survive("other faults", name, hinder))


def full(folder: str, moment: Moment, said: str = "") -> Fault:
    """Fill a disk of the device while a push waits."""

    def fill(stall: Stall) -> None:
        box(stall).device.run(f"head -c 1M /dev/zero > {folder}/filler")

    def empty(stall: Stall) -> None:
        box(stall).device.must(f"rm -f {folder}/filler")

    fault = meddle(f"{folder} full {moment}", moment, fill, said=said, undo=empty)
    return replace(fault, kind="small")


def slow_restart(stall: Stall) -> None:
    box(stall).device.must("sed -i 's/sleep 3$/sleep 14/' /etc/init.d/hostapd")


def usual_restart(stall: Stall) -> None:
    box(stall).device.must("sed -i 's/sleep 14$/sleep 3/' /etc/init.d/hostapd")


def pass_time(stall: Stall) -> None:
    time.sleep(stall.errand.pace.timer + 3)


def reboot(stall: Stall) -> None:
    box(stall).device.reboot()


def cut(number: int) -> Fault:
    """Cut the connection at a random octet, for a moment, a while, or until long after the timer."""
    name = f"cut {number}"

    def hinder(stall: Stall) -> Told | None:
        dice = stall.tally.random(name)
        wire = box(stall).device.wire
        while True:
            wire.mend()
            cuts = wire.cuts
            wire.cut_after(dice.randrange(1000, stall.octets), dice.choice((0, 3, stall.errand.pace.timer + 4)))
            told = Child(push, stall.errand, stall.load()).end()
            if wire.cuts > cuts:
                return told
            stall.passed(told)

    return Fault(name, lambda stall: stall.survive("cuts", name, hinder))


def faults(kills: int) -> list[Fault]:
    armed, applied, verified = Moment(7, after=True), Moment(8, after=True), Moment(9, after=False)
    return [
        *map(kill_at, every_line()),
        *(kill_both(applied, Moment(line, after)) for line in (2, 3, 4) for after in (False, True)),
        *(kill_at_random(number) for number in range(1, kills + 1)),
        *(cut(number) for number in range(1, max(4, kills * 2 // 5) + 1)),
        meddle("timer ends before the first file", armed, pass_time, said="the time was over"),
        meddle("timer ends before the check", applied, pass_time, said=BACK),
        meddle("timer ends before the confirmation", verified, pass_time, said=BACK),
        *(meddle(f"reboot {moment}", moment, reboot) for moment in every_line()[5:-2]),
        meddle("a service restarts for longer than the timer", armed, slow_restart, said=BACK, undo=usual_restart),
        edited_before(),
        meddle(
            "edited between arming and first file", armed, edit, said="has changed since it was read", undo=undo_edit
        ),
        *(full(folder, Moment(line, after=True)) for folder in SMALL for line in range(3, 11)),
        *map(journal_disk_full, range(10)),
        two_at_once(" holds it (armed)", armed),
        unarmed(kill_at(applied)),
        unarmed(kill_at(verified)),
    ]


@pytest.fixture(scope="module")
def tally(seed: int) -> Tally:
    return Tally("hostapd (real)", seed)


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory, repository: Path, tally: Tally) -> Iterator[Trials]:
    root = tmp_path_factory.mktemp("access-points")
    rendered = Rendered.of(repository / "lab" / "inventory", root)
    with running(CONTAINERS, root, repository, small=2) as devices:
        work = Trials([stall(device, rendered, tally) for device in devices])
        yield work
        work.close()


def stall(device: AccessPoint, rendered: Rendered, tally: Tally) -> Stall:
    errand = Errand(device.home / "state", rendered.networks["a"], rendered.secrets(), {NAME: device.access}, PACE)
    work = errand.campaign()
    goal = wanted({"a": work, "b": replace(work, network=rendered.networks["b"])}, rendered.bundles)
    one = Box(device, device.oracle(sides(goal)), goal)
    return Stall(
        errand, {NAME: one}, {NAME: plans(goal)}, {NAME: goal}, tally, SETTLES_S, 2, "small" if device.small else ""
    )


def test_an_access_point_is_old_or_new(survived: Survived, fault: Fault) -> None:
    survived(fault)


def test_none_is_broken(trials: Trials, tally: Tally, record_property: Callable[[str, object], None]) -> None:
    assert trials
    record_property("shown", str(tally))
    assert tally.broken == []
    assert tally.people == []
