"""Boot a guest with the fastest accelerator that really runs one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lab.errors import GuestError
from lab.radio.guest.machine import Accelerator, Machine, Order, Outcome, spoken

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab.radio.guest.build import Guest

# A guest that KVM runs is up in two or three seconds; /dev/kvm may exist and the guest hang in its firmware still.
AWAKE_S: Final = {Accelerator.KVM: 8.0, Accelerator.TCG: 120.0}


@dataclass(frozen=True, slots=True)
class Boot:
    """A run that is wanted: what is shared with the guest, where its console is kept, and how long it may take."""

    guest: Guest
    share: Path
    console: Path
    limit_s: float


@dataclass(frozen=True, slots=True)
class Ran:
    """A run that came to its end: what ran it. Under TCG every time in it is stretched."""

    accelerator: Accelerator

    @property
    def emulated(self) -> bool:
        """Whether no processor of this machine ran the guest's instructions itself."""
        return self.accelerator is Accelerator.TCG


def boot(machine: Machine, wanted: Boot, step: Callable[[str], None]) -> Ran:
    """Run a guest to its end and say what ran it.

    Raises GuestError without QEMU, and for a guest that does not start, hangs or breaks off; it names the console.
    """
    machine.require()
    *others, last = machine.accelerators()
    for accelerator in others:
        order = _order(wanted, accelerator)
        outcome = machine.run(order, accelerator, step)
        if outcome.awake:
            return _ended(order, outcome, accelerator)
        step(f"{accelerator} does not run a guest on this machine within {order.awake_s:g} s: {last} instead")
    order = _order(wanted, last)
    return _ended(order, machine.run(order, last, step), last)


def _order(wanted: Boot, accelerator: Accelerator) -> Order:
    return Order(wanted.guest, wanted.share, wanted.console, AWAKE_S[accelerator], wanted.limit_s)


def _ended(order: Order, outcome: Outcome, accelerator: Accelerator) -> Ran:
    if fault := _fault(order, outcome):
        message = f"{fault}; its console is {order.console}{_last_words(order.console, outcome)}"
        raise GuestError(message)
    return Ran(accelerator)


def _fault(order: Order, outcome: Outcome) -> str:
    if outcome.rc is None:
        return (
            f"the guest hung and was ended after {order.limit_s:g} s"
            if outcome.awake
            else f"the guest's userspace was not up after {order.awake_s:g} s"
        )
    if not outcome.awake:
        return f"the guest did not start (exit status {outcome.rc})"
    if not any(line.startswith("exit status ") for line in spoken(order.console)):
        return "the guest broke off before its program ended"
    return ""


def _last_words(console: Path, outcome: Outcome) -> str:
    lines = [line for line in console.read_text(errors="replace").splitlines() if line.strip()][-5:]
    return "".join(f"\n  guest | {line.strip()}" for line in (*outcome.said.splitlines()[-2:], *lines))
