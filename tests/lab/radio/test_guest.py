"""The guest: built once, booted by what really runs it, ended when it hangs; each failure says what to do."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.engine import FakeCommand, Result
from lab.errors import GuestError, ImageError
from lab.radio.guest import (
    Accelerator,
    Boot,
    FakeMachine,
    Guest,
    GuestShop,
    Qemu,
    boot,
    cache_folder,
    ensure_guest,
    list_guests,
    remove_guests,
)
from lab.radio.guest.archive import Wanted, needed_modules, write_guest
from lab.radio.guest.machine import Order, Outcome, spoken, words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

KVM, TCG = Accelerator.KVM, Accelerator.TCG
WELL = Outcome(awake=True, rc=0)
NEVER = Outcome(awake=False, rc=None)
CONSOLE = "Booting from ROM...\nlab: userspace is up\nlab: exit status 0\n"


@pytest.fixture
def wanted(tmp_path: Path) -> Boot:
    return Boot(Guest(tmp_path / "vmlinuz", tmp_path / "initramfs"), tmp_path, tmp_path / "console.log", 60)


@pytest.mark.parametrize(
    ("outcomes", "ran", "by"),
    [
        ({KVM: WELL, TCG: WELL}, [KVM], KVM),
        ({KVM: NEVER, TCG: WELL}, [KVM, TCG], TCG),
        ({KVM: Outcome(awake=False, rc=1, said="MSR"), TCG: WELL}, [KVM, TCG], TCG),
        ({TCG: WELL}, [TCG], TCG),
    ],
)
def test_the_first_that_really_runs_a_guest(
    wanted: Boot, outcomes: Mapping[Accelerator, Outcome], ran: list[Accelerator], by: Accelerator
) -> None:
    machine = FakeMachine(outcomes, console=CONSOLE)
    found = boot(machine, wanted, lambda _: None)
    assert (machine.ran, found.accelerator, found.emulated) == (ran, by, by is TCG)


def test_it_says_that_kvm_runs_nothing(wanted: Boot) -> None:
    told: list[str] = []
    boot(FakeMachine({KVM: NEVER, TCG: WELL}, console=CONSOLE), wanted, told.append)
    assert told == ["under kvm", "kvm does not run a guest on this machine within 8 s: tcg instead", "under tcg"]


@pytest.mark.parametrize(
    ("outcome", "console", "said"),
    [
        (Outcome(awake=True, rc=None), "lab: userspace is up\nlast words\n", "the guest hung and was ended after 60 s"),
        (NEVER, "Booting from ROM...\n", "the guest's userspace was not up after 120 s"),
        (Outcome(awake=False, rc=1, said="no room"), "", "the guest did not start (exit status 1)"),
        (WELL, "lab: userspace is up\npanic\n", "the guest broke off before its program ended"),
    ],
)
def test_a_guest_that_does_not_do_its_work(wanted: Boot, outcome: Outcome, console: str, said: str) -> None:
    with pytest.raises(GuestError) as error:
        boot(FakeMachine({TCG: outcome}, console=console), wanted, lambda _: None)
    last = [line for line in (*outcome.said.splitlines(), *console.splitlines()) if line]
    tail = "".join(f"\n  guest | {line}" for line in last)
    assert str(error.value) == f"{said}; its console is {wanted.console}{tail}"


def test_without_qemu(wanted: Boot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        GuestError, match=r"^qemu-system-x86_64 is not on this machine: install Debian's qemu-system-x86$"
    ):
        boot(Qemu(), wanted, lambda _: None)


@pytest.fixture
def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a script in QEMU's place; it is given the console's path in $console."""
    program = tmp_path / "bin" / "qemu-system-x86_64"
    program.parent.mkdir()
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return program


def qemu(stub: Path, script: str, order: Order) -> tuple[Outcome, list[str]]:
    stub.write_text(f"#!/bin/sh\nconsole={order.console}\n{script}")
    stub.chmod(0o755)
    heard: list[str] = []
    return Qemu().run(order, TCG, heard.append), heard


@pytest.mark.parametrize(
    ("script", "outcome", "heard"),
    [
        ("echo 'lab: one' > $console; echo 'lab: two' >> $console", Outcome(awake=True, rc=0), ["one", "two"]),
        ("echo 'lab: one' > $console; exec sleep 60", Outcome(awake=True, rc=None), ["one"]),
        ("exec sleep 60", Outcome(awake=False, rc=None), []),
        ("echo 'bad option' >&2; exit 1", Outcome(awake=False, rc=1, said="bad option"), []),
    ],
)
def test_a_process_is_watched_and_never_left(
    stub: Path, tmp_path: Path, script: str, outcome: Outcome, heard: list[str]
) -> None:
    order = Order(Guest(tmp_path, tmp_path), tmp_path, tmp_path / "console.log", awake_s=1, limit_s=1.5)
    (tmp_path / "pid").touch()
    ended, told = qemu(stub, f"echo $$ > {tmp_path}/pid\n{script}", order)
    assert (ended.awake, ended.said) == (outcome.awake, outcome.said)
    assert ended.rc == outcome.rc
    assert told == heard
    assert not Path("/proc", (tmp_path / "pid").read_text().strip()).exists()


def test_it_goes_when_we_are_killed(stub: Path, tmp_path: Path) -> None:
    stub.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 60\n")
    stub.chmod(0o755)
    program = (
        "from pathlib import Path; from lab.radio.guest import *; from lab.radio.guest.machine import Order;"
        f"here = Path({str(tmp_path)!r});"
        "Qemu().run(Order(Guest(here, here), here, here / 'console.log', 60, 60), Accelerator.TCG, print)"
    )
    pid = tmp_path / "pid"
    ours = subprocess.Popen([sys.executable, "-c", program])
    waited(lambda: pid.exists() and pid.read_text().strip() != "")
    theirs = Path("/proc", pid.read_text().strip(), "cmdline")
    assert theirs.read_bytes().startswith((b"sleep", b"/bin/sh"))
    ours.kill()
    ours.wait()
    waited(lambda: not theirs.exists() or not theirs.read_bytes())


def waited(done: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not done():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_only_kvm_has_the_host_s_clock(tmp_path: Path) -> None:
    order = Order(Guest(tmp_path, tmp_path), tmp_path, tmp_path / "console.log", 1, 1)
    assert "-icount" in words(order, TCG)
    assert "-icount" not in words(order, KVM)
    assert not [word for word in words(order, KVM) if word in {"-netdev", "-nic", "-drive"}]


def test_half_a_line_is_not_yet_said(tmp_path: Path) -> None:
    console = tmp_path / "console.log"
    console.write_text("c[2Jlab: userspace is up\nother\nlab: step 1 of")
    assert spoken(console) == ["userspace is up"]


def test_modules_come_with_what_they_need() -> None:
    needs = "kernel/a/cfg80211.ko.xz kernel/a/rfkill.ko.xz"
    text = f"kernel/a/mac80211.ko.xz: {needs}\nkernel/a/cfg80211.ko.xz:\nkernel/b/x-y.ko:\n"
    assert needed_modules(text, ("mac80211", "built_in", "x_y")) == {
        "kernel/a/mac80211.ko.xz",
        "kernel/a/cfg80211.ko.xz",
        "kernel/a/rfkill.ko.xz",
        "kernel/b/x-y.ko",
    }


MODULES = "./usr/lib/modules/6"
ROOT: dict[str, bytes] = {
    "./boot/vmlinuz-6": b"kernel",
    f"{MODULES}/modules.dep": b"kernel/net/veth.ko.xz:\nkernel/sound/snd.ko.xz:\n",
    f"{MODULES}/kernel/net/veth.ko.xz": b"veth",
    f"{MODULES}/kernel/sound/snd.ko.xz": b"snd",
    "./usr/share/doc/readme": b"nobody reads",
    "./etc/freeradius/radiusd.conf": b"odd",
}


def make_tar(path: Path, files: Mapping[str, bytes]) -> None:
    with tarfile.open(path, "w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.uid = len(content), 0o640, 7
            tar.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("./bin")
        link.type, link.linkname = tarfile.SYMTYPE, "usr/bin"
        tar.addfile(link)


def unpacked(cpio: bytes) -> dict[str, tuple[int, int, bytes]]:
    """Read an archive in newc format by its documentation: name to mode, owner and content."""
    found: dict[str, tuple[int, int, bytes]] = {}
    at = 0
    while True:
        fields = [int(cpio[at + 6 + 8 * index : at + 14 + 8 * index], 16) for index in range(13)]
        name = cpio[at + 110 : at + 110 + fields[11] - 1].decode()
        start = (at + 110 + fields[11] + 3) // 4 * 4
        if name == "TRAILER!!!":
            return found
        found[name] = (fields[1], fields[2], cpio[start : start + fields[6]])
        at = (start + fields[6] + 3) // 4 * 4


def test_a_root_becomes_a_kernel_and_what_it_unpacks(tmp_path: Path) -> None:
    make_tar(tmp_path / "root.tar", ROOT)
    write_guest(
        tmp_path / "root.tar", tmp_path / "vmlinuz", tmp_path / "cpio", Wanted(("veth",), ("usr/share/doc",), b"#!")
    )
    assert (tmp_path / "vmlinuz").read_bytes() == b"kernel"
    assert unpacked((tmp_path / "cpio").read_bytes()) == {
        "usr/lib/modules/6/modules.dep": (stat.S_IFREG | 0o640, 7, ROOT[f"{MODULES}/modules.dep"]),
        "usr/lib/modules/6/kernel/net/veth.ko.xz": (stat.S_IFREG | 0o640, 7, b"veth"),
        "etc/freeradius/radiusd.conf": (stat.S_IFREG | 0o640, 7, b"odd"),
        "bin": (stat.S_IFLNK | 0o644, 0, b"usr/bin"),
        "init": (stat.S_IFREG | 0o755, 0, b"#!"),
    }


def test_a_root_without_a_kernel(tmp_path: Path) -> None:
    make_tar(tmp_path / "root.tar", {})
    with pytest.raises(ImageError, match=r"^the guest's root has 0 kernels, not one$"):
        write_guest(tmp_path / "root.tar", tmp_path / "vmlinuz", tmp_path / "cpio", Wanted((), (), b""))


def debootstrap(argv: Sequence[str]) -> None:
    """Leave a small root where mmdebstrap would leave a large one."""
    for word in argv:
        if word.endswith("root.tar"):
            make_tar(Path(word), ROOT)


def test_a_guest_is_made_once(tmp_path: Path) -> None:
    command, told = FakeCommand(act=debootstrap), list[str]()
    shop = GuestShop(tmp_path / "guests", told.append, command)
    first, second = ensure_guest(shop), ensure_guest(shop)
    assert first == second
    assert first.kernel.read_bytes() == b"kernel"
    assert len([call for call in command.calls if call[0] == "mmdebstrap"]) == 1
    assert list_guests(shop.cache) == (first.kernel.parent,)
    assert remove_guests(shop.cache) == (first.kernel.parent,)
    assert not shop.cache.exists()


def test_no_kernel_package(tmp_path: Path) -> None:
    failing = FakeCommand({"mmdebstrap": Result(1, "", "E: there is no package linux-image-amd64\n")})
    with pytest.raises(
        ImageError, match=r"trixie cannot be built from Debian's packages: E: there is no package linux"
    ):
        ensure_guest(GuestShop(tmp_path / "guests", lambda _: None, failing))
    assert list_guests(tmp_path / "guests") == ()


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"HOME": "/home/a"}, "/home/a/.cache/seamless-wifi/guests"),
        ({"HOME": "/home/a", "XDG_CACHE_HOME": "/c"}, "/c/seamless-wifi/guests"),
        ({}, "/root/.cache/seamless-wifi/guests"),
    ],
)
def test_guests_are_kept_for_every_checkout(environ: Mapping[str, str], folder: str) -> None:
    assert cache_folder(environ) == Path(folder)
