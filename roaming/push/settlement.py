"""What to do with a device on which a push did not go through: pure, from what its guard says and its files are.

Nothing is assumed from what was sent before: a device is asked, and asked again after each step, until it is at rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roaming.push.guard import Report


class Move(StrEnum):
    """What comes next. The last three are ends: the change is kept, the device is as it was, nobody can say."""

    SAVE = "save"
    TAKE_BACK = "take-back"
    RELEASE = "release"
    WAIT = "wait"
    KEPT = "kept"
    BACK = "back"
    UNKNOWN = "unknown"


ENDS = frozenset({Move.KEPT, Move.BACK, Move.UNKNOWN})

_MOVES = {
    "locked": Move.RELEASE,
    "staged": Move.RELEASE,
    "armed": Move.TAKE_BACK,
    "stuck": Move.TAKE_BACK,
    "reverting": Move.WAIT,
    "reverted": Move.RELEASE,
    "confirmed": Move.SAVE,
}


@dataclass(frozen=True, slots=True)
class Sight:
    """A device as it is seen: what its guard says, and whether all files are the old ones, or the new ones."""

    report: Report
    old: bool
    new: bool


def next_move(seen: Sight, run: str, *, armed: bool) -> Move:
    """Return what a run does next. `armed` tells whether it may have come so far that anything was changed."""
    if seen.report.run == run:
        return _MOVES.get(seen.report.phase, Move.UNKNOWN)
    if not armed or seen.old:
        return Move.BACK
    return Move.KEPT if seen.new else Move.UNKNOWN
