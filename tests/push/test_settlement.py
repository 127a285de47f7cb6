"""What a carrier does with a device that did not go through: each phase of the guard, and what the files are."""

from __future__ import annotations

import pytest

from roaming.push.guard import Report
from roaming.push.settlement import ENDS, Move, Sight, next_move

PHASES = {
    "locked": Move.RELEASE,
    "staged": Move.RELEASE,
    "armed": Move.TAKE_BACK,
    "stuck": Move.TAKE_BACK,
    "reverting": Move.WAIT,
    "reverted": Move.RELEASE,
    "confirmed": Move.SAVE,
    "a phase of another version": Move.UNKNOWN,
}


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("armed", [True, False])
def test_our_own_phase_says_what_comes_next(phase: str, *, armed: bool) -> None:
    seen = Sight(Report(phase, run="run-1"), old=False, new=False)
    assert next_move(seen, "run-1", armed=armed) is PHASES[phase]


@pytest.mark.parametrize("report", [Report("none"), Report("armed", run="run-2"), Report("confirmed", run="run-2")])
@pytest.mark.parametrize(
    ("armed", "old", "new", "move"),
    [
        (True, True, False, Move.BACK),
        (True, False, True, Move.KEPT),
        (True, False, False, Move.UNKNOWN),
        (True, True, True, Move.BACK),
        (False, False, True, Move.BACK),
        (False, False, False, Move.BACK),
    ],
)
def test_a_device_that_is_ours_no_more_is_judged_by_its_files(
    report: Report, move: Move, *, armed: bool, old: bool, new: bool
) -> None:
    found = next_move(Sight(report, old, new), "run-1", armed=armed)
    assert found is move
    assert found in ENDS
