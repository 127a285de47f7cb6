"""QEMU behind a seam: one guest, one accelerator, one run with a limit."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from lab.errors import GuestError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.radio.guest.build import Guest

PROGRAM: Final = "qemu-system-x86_64"
AWAKE: Final = "lab: userspace is up"
_MEMORY_MB: Final = 1536
_POLL_S: Final = 0.2
_KVM: Final = Path("/dev/kvm")


class Accelerator(StrEnum):
    """What runs the guest's instructions: the processor itself, or an emulator (QEMU's TCG)."""

    KVM = "kvm"
    TCG = "tcg"


# Under emulation the guest's clock counts instructions, one a nanosecond, and skips what it would sleep through: a busy
# host makes a run longer and changes no time in it, so that no timer of hostapd's or the kernel's runs out too early.
_ACCEL: Final = {
    Accelerator.KVM: ("-accel", "kvm", "-smp", "2"),
    Accelerator.TCG: ("-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off", "-rtc", "clock=vm"),
}


@dataclass(frozen=True, slots=True)
class Order:
    """A run that is wanted: `share` is seen by host and guest, `console` keeps all that the guest says.

    It is ended after `limit_s`, or when its userspace is not up after `awake_s`.
    """

    guest: Guest
    share: Path
    console: Path
    awake_s: float
    limit_s: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run went: whether userspace came up, the exit status or None when it was ended, QEMU's own words."""

    awake: bool
    rc: int | None
    said: str = ""


class Machine(Protocol):
    """Runs guests."""

    def require(self) -> None:
        """Raise GuestError when this machine lacks what every guest needs."""
        ...

    def accelerators(self) -> tuple[Accelerator, ...]:
        """Return what might work here, the fastest first."""
        ...

    def run(self, order: Order, accelerator: Accelerator, hear: Callable[[str], None]) -> Outcome:
        """Run a guest to its end; `hear` is told each line that its program says. No process is left."""
        ...


class Qemu:
    """The real Machine."""

    def require(self) -> None:
        """Look for the program."""
        if shutil.which(PROGRAM) is None:
            message = f"{PROGRAM} is not on this machine: install Debian's qemu-system-x86"
            raise GuestError(message)

    def accelerators(self) -> tuple[Accelerator, ...]:
        """KVM where its device may be opened; whether a guest runs is only known once one has."""
        usable = os.access(_KVM, os.R_OK | os.W_OK)
        return (Accelerator.KVM, Accelerator.TCG) if usable else (Accelerator.TCG,)

    def run(self, order: Order, accelerator: Accelerator, hear: Callable[[str], None]) -> Outcome:
        """Run QEMU and watch its console."""
        order.console.write_bytes(b"")
        began, told, awake = time.monotonic(), 0, False
        with (order.console.parent / "qemu.log").open("w+b") as log:
            process = subprocess.Popen(words(order, accelerator), stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # noqa: S603  words of ours
            try:
                while True:
                    rc = process.poll()
                    lines = spoken(order.console)
                    for line in lines[told:]:
                        hear(line)
                    told, awake = len(lines), awake or bool(lines)
                    spent = time.monotonic() - began
                    if rc is not None or spent > (order.limit_s if awake else order.awake_s):
                        break
                    time.sleep(_POLL_S)
            finally:
                process.kill()
                process.wait()
            log.seek(0)
            return Outcome(awake, rc, log.read().decode(errors="replace").strip()[-500:])


def words(order: Order, accelerator: Accelerator) -> tuple[str, ...]:
    """Return QEMU's command line: no disk, no network, a serial console, and one folder shared over 9p."""
    share = f"local,path={order.share},mount_tag=lab,security_model=none,id=lab"
    return (
        # It goes when we go, however that is.
        *("setpriv", "--pdeathsig", "KILL"),
        *(PROGRAM, *_ACCEL[accelerator], "-cpu", "max", "-m", f"{_MEMORY_MB}M"),
        *("-nodefaults", "-no-user-config", "-nographic", "-no-reboot"),
        *("-kernel", str(order.guest.kernel), "-initrd", str(order.guest.initramfs)),
        *("-append", "console=ttyS0 panic=-1 quiet", "-serial", f"file:{order.console}"),
        *("-virtfs", share, "-device", "virtio-rng-pci"),
    )


def spoken(console: Path) -> list[str]:
    """Return the whole lines that our own programs said on a console, without their mark."""
    text = console.read_text(errors="replace")
    whole = text[: text.rfind("\n") + 1]
    # The firmware leaves the cursor anywhere: the first line of ours may stand behind its last words.
    return [line.partition("lab: ")[2].strip() for line in whole.splitlines() if "lab: " in line]
