"""A run that does not come to its end: what it says, what it keeps, and that nothing of it is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.engine import FakeCommand
from lab.errors import GuestError
from lab.radio.guest import Accelerator, FakeMachine, Guest, GuestShop, ensure_guest
from lab.radio.guest.machine import Outcome
from lab.radio.run import walk, walk_all
from tests.lab.radio.test_guest import debootstrap, waited
from tests.lab.radio.walked import planned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lab.pki import Material
    from lab.radio.guest.machine import Order
    from lab.radio.plan import Plan
    from roaming.model.network import Network

TCG = Accelerator.TCG
ENDED = "lab: userspace is up\nlab: exit status 1\n"
# QEMU's stand-in: a guest that is up and says no more, which leaves its number in $PID.
HANGS = """#!/bin/sh
for word; do
    case $word in file:*) echo 'lab: userspace is up' > "${word#file:}";; esac
done
echo $$ > "$PID"
exec sleep 60
"""


@pytest.fixture
def plan(network: Network, material: Material) -> Plan:
    return planned(network, material, "walk")


def leaving(**files: str) -> Callable[[Order], None]:
    """Return a guest that leaves these files."""

    def act(order: Order) -> None:
        left = order.share / "out" / "00"
        left.mkdir()
        for name, text in files.items():
            (left / name.replace("_", ".")).write_text(text)

    return act


def broken(plan: Plan, tmp_path: Path, machine: FakeMachine) -> str:
    with pytest.raises(GuestError) as error:
        walk(machine, Guest(tmp_path, tmp_path), plan, tmp_path / "out", lambda _: None)
    return str(error.value).partition("\n")[0]


@pytest.mark.parametrize(
    ("outcome", "files", "said"),
    [
        (Outcome(awake=True, rc=0), {}, "the guest left no result; its console is {out}/console.log"),
        (Outcome(awake=True, rc=0), {"result_json": "{"}, "the guest left no result; its console is {out}/console.log"),
        (
            Outcome(awake=True, rc=0),
            {"result_json": json.dumps({"trouble": "ap1: its daemon ended: bad line 3"})},
            "the walk broke off: ap1: its daemon ended: bad line 3; what was logged is in {out}",
        ),
        (
            Outcome(awake=True, rc=None),
            {"ap1_log": "x"},
            "the guest hung and was ended after 340 s; its console is {out}/console.log",
        ),
    ],
)
def test_it_says_where_to_look(plan: Plan, tmp_path: Path, outcome: Outcome, files: dict[str, str], said: str) -> None:
    machine = FakeMachine({TCG: outcome}, console=ENDED, act=leaving(**files))
    assert broken(plan, tmp_path, machine) == said.format(out=tmp_path / "out")
    kept = {path.name for path in (tmp_path / "out").iterdir()}
    assert kept == {"console.log", *(name.replace("_", ".") for name in files)}


def test_several_walks_are_one_boot_and_each_has_its_own_folder(plan: Plan, tmp_path: Path) -> None:
    def act(order: Order) -> None:
        for name, trouble in (("00", ""), ("01", "ap1: its daemon ended")):
            left = order.share / "out" / name
            left.mkdir()
            (left / "result.json").write_text(json.dumps({"trouble": trouble, "steps": []}))
            (left / "air.pcap").write_bytes(b"\xd4\xc3\xb2\xa1\x02\0\x04\0" + bytes(12) + b"\x7f\0\0\0")

    machine = FakeMachine({TCG: Outcome(awake=True, rc=0)}, console=ENDED, act=act)
    plans = {tmp_path / "one": plan, tmp_path / "two": plan}
    with pytest.raises(GuestError) as error:
        walk_all(machine, Guest(tmp_path, tmp_path), plans, lambda _: None)
    assert str(error.value) == f"the walk broke off: ap1: its daemon ended; what was logged is in {tmp_path}/two"
    assert machine.ran == [TCG]
    assert {path.name for path in (tmp_path / "one").iterdir()} == {"console.log", "result.json", "air.pcap"}
    assert {path.name for path in (tmp_path / "two").iterdir()} == {"result.json", "air.pcap"}


@pytest.mark.parametrize(("there", "left"), [("thesis.odt", {"thesis.odt"}), ("result.json", {"console.log"})])
def test_only_the_files_of_a_run_are_removed(plan: Plan, tmp_path: Path, there: str, left: set[str]) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / there).touch()
    said = broken(plan, tmp_path, FakeMachine({TCG: Outcome(awake=True, rc=0)}, console=ENDED))
    refused = f"{out} holds files that no walk left, and a walk would remove them: give it a folder of its own"
    assert (said == refused) == (there == "thesis.odt")
    assert {path.name for path in out.iterdir()} == left


def test_what_the_guest_was_lent_is_gone(plan: Plan, tmp_path: Path) -> None:
    lent: list[Path] = []
    machine = FakeMachine({TCG: Outcome(awake=True, rc=None)}, act=lambda order: lent.append(order.share))
    broken(plan, tmp_path, machine)
    assert [path.exists() for path in lent] == [False]


@pytest.mark.parametrize(("scenario", "limit_s"), [("walk", 340), ("hub-lost", 513), ("shift-change", 480)])
def test_a_longer_walk_may_take_longer(
    network: Network, material: Material, tmp_path: Path, scenario: str, limit_s: float
) -> None:
    limits: list[float] = []
    machine = FakeMachine({TCG: Outcome(awake=True, rc=None)}, act=lambda order: limits.append(order.limit_s))
    broken(planned(network, material, scenario), tmp_path, machine)
    assert limits == [limit_s]


@pytest.fixture
def hanging(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a machine with a guest, and a QEMU under which it hangs."""
    ensure_guest(GuestShop(tmp_path / "cache" / "seamless-wifi" / "guests", print, FakeCommand(act=debootstrap)))
    program = tmp_path / "bin" / "qemu-system-x86_64"
    program.parent.mkdir()
    program.write_text(HANGS)
    program.chmod(0o755)
    (tmp_path / "lent").mkdir()
    own = {"XDG_CACHE_HOME": tmp_path / "cache", "TMPDIR": tmp_path / "lent", "PID": tmp_path / "pid"}
    path = f"{program.parent}:{os.environ['PATH']}"
    return {**os.environ, **{name: str(value) for name, value in own.items()}, "PATH": path}


@pytest.fixture
def started(repository: Path, tmp_path: Path, hanging: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    words = ("radio", "walk", "-i", str(repository / "lab" / "inventory"), "-o", str(tmp_path / "out"))
    ours = subprocess.Popen([sys.executable, "-m", "lab.cli", *words], cwd=repository, env=hanging)
    yield ours
    ours.kill()
    ours.wait()


@pytest.mark.parametrize(("number", "rc"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_interrupted_it_leaves_no_guest_and_no_secret(
    started: subprocess.Popen[bytes], tmp_path: Path, number: signal.Signals, rc: int
) -> None:
    pid = tmp_path / "pid"
    waited(lambda: pid.exists() and pid.read_text().strip() != "")
    assert [path.name[:11] for path in (tmp_path / "lent").iterdir()] == ["roam-radio-"]
    started.send_signal(number)
    assert started.wait(60) == rc
    assert not Path("/proc", pid.read_text().strip()).exists()
    assert list((tmp_path / "lent").iterdir()) == []
    assert (tmp_path / "out" / "console.log").read_text() == "lab: userspace is up\n"
