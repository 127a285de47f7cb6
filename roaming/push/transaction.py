"""The full transaction of a device that can revert by itself: its shape, for the carriers of controllers to come.

A carrier of today goes from a backup to files and back by its own hand. A platform with a revert timer, a staged commit
or a revert on loss of management gets a carrier that drives this Protocol, and notes each state before the step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from roaming.push.states import State


class Transaction(Protocol):
    """One device's change, step by step. Each step raises `TransportError` when the device is lost.

    The order is that of `State`; `revert` may be called after any step, also by another process that read the journal.
    """

    def lock(self, owner: str, seconds: int) -> None:
        """Keep others off the device for a time: LOCKED."""
        ...

    def precheck(self) -> None:
        """Refuse a device that is not what the plan was made from, or has a revert pending: PRECHECKED."""
        ...

    def back_up(self) -> str:
        """Keep the running configuration and return its keyed fingerprint: BACKED_UP."""
        ...

    def arm(self, seconds: int) -> None:
        """Have the device revert by itself unless it is confirmed in time: ARMED, before the first line."""
        ...

    def apply(self) -> None:
        """Send the change: APPLIED."""
        ...

    def verify(self) -> None:
        """Read the configuration back and prove the service, not only an exit status: VERIFIED."""
        ...

    def confirm(self) -> None:
        """Stop the revert over a new session, which proves that the device can still be managed: CONFIRMED."""
        ...

    def save(self) -> None:
        """Make the change survive a restart of the device; never before it is confirmed: SAVED."""
        ...

    def revert(self) -> State:
        """Bring the former configuration back: REVERTED, or REVERT_UNKNOWN, which stops the run and calls a person."""
        ...
