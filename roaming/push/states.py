"""The states of one device in a push, and how it may end.

    PLANNED → LOCKED → PRECHECKED → BACKED_UP → ARMED → APPLIED → VERIFIED → CONFIRMED → SAVED
                                        failures → REVERTING → REVERTED | REVERT_UNKNOWN

ARMED (a timer on the device that reverts by itself) and CONFIRMED (from a new session) belong to platforms with such
a timer; Linux devices go from BACKED_UP to APPLIED and from VERIFIED to SAVED.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


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
