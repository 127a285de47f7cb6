"""The states of one device in a push, and how it may end.

    PLANNED → LOCKED → PRECHECKED → BACKED_UP → ARMED → APPLIED → VERIFIED → CONFIRMED → SAVED
                                        failures → REVERTING → REVERTED | REVERT_UNKNOWN

A state is noted before the step that leads to it: the journal never knows less than the device. ARMED is a way back
that needs nobody: a timer on the device. CONFIRMED comes from a new session, which proves that it can be managed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
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


ORDER: Final = tuple(State)[: tuple(State).index(State.SAVED) + 1]
FINAL: Final = frozenset({State.SAVED, State.REVERTED, State.REVERT_UNKNOWN})

_FORWARD: Final[Mapping[State, frozenset[State]]] = {
    **{before: frozenset({after}) for before, after in pairwise(ORDER)},
    State.REVERTING: frozenset({State.REVERTED, State.SAVED}),
}
_BACK: Final = frozenset({State.REVERTING, State.REVERTED, State.REVERT_UNKNOWN})


def following(state: State) -> frozenset[State]:
    """Return the states that may follow one: forward, or back from wherever something went wrong.

    A device on its way back may turn out to have been confirmed: then it is saved. One that runs the new configuration
    and cannot save it wants a person too; one that restarts before it is saved runs the former.
    """
    if state is State.SAVED:
        return frozenset({State.REVERTED, State.REVERT_UNKNOWN})
    if state in FINAL:
        return frozenset()
    return _FORWARD[state] | _BACK - {state}


class Standing(StrEnum):
    """What a device shows of itself. PENDING is on its way back, or will be when its timer ends."""

    OLD = "old"
    NEW = "new"
    PENDING = "pending"
    MIXED = "mixed"


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
