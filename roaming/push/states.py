"""The states of one device in a push, and how it may end.

    PLANNED → LOCKED → PRECHECKED → BACKED_UP → ARMED → APPLIED → VERIFIED → CONFIRMED → SAVED
                                        failures → REVERTING → REVERTED | REVERT_UNKNOWN

ARMED (a timer on the device that reverts by itself) and CONFIRMED (from a new session) belong to platforms with such
a timer; Linux devices go from BACKED_UP to APPLIED and from VERIFIED to SAVED.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class State(StrEnum):
    """How far a device is. REVERT_UNKNOWN wants a person: nobody can say what the device runs."""

    PLANNED = "planned"
    LOCKED = "locked"
    PRECHECKED = "prechecked"
    BACKED_UP = "backed-up"
    ARMED = "armed"
    APPLIED = "applied"
    VERIFIED = "verified"
    CONFIRMED = "confirmed"
    SAVED = "saved"
    REVERTING = "reverting"
    REVERTED = "reverted"
    REVERT_UNKNOWN = "revert-unknown"


FINAL: Final = frozenset({State.SAVED, State.REVERTED, State.REVERT_UNKNOWN})

_FORWARD: Final[Mapping[State, frozenset[State]]] = {
    State.PLANNED: frozenset({State.LOCKED, State.PRECHECKED, State.BACKED_UP}),
    State.LOCKED: frozenset({State.PRECHECKED}),
    State.PRECHECKED: frozenset({State.BACKED_UP}),
    State.BACKED_UP: frozenset({State.ARMED, State.APPLIED}),
    State.ARMED: frozenset({State.APPLIED}),
    State.APPLIED: frozenset({State.VERIFIED}),
    State.VERIFIED: frozenset({State.CONFIRMED, State.SAVED}),
    State.CONFIRMED: frozenset({State.SAVED}),
    State.REVERTING: frozenset({State.REVERTED}),
}


def following(state: State) -> frozenset[State]:
    """Return the states that may follow one: forward, or back from wherever something went wrong."""
    if state in FINAL:
        return frozenset()
    return _FORWARD[state] | {State.REVERTING, State.REVERT_UNKNOWN} - {state}


class Outcome(StrEnum):
    """How a push ended for one device."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    HELD = "held"
    UNKNOWN = "unknown"


GOOD: Final = frozenset({Outcome.CHANGED, Outcome.UNCHANGED})


@dataclass(frozen=True, slots=True)
class DeviceResult:
    """What became of a device. `words` say why, without secrets; `files` is how many are now as they shall be."""

    device: str
    outcome: Outcome
    words: str = ""
    files: int = 0
