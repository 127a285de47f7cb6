"""Law 7 over a device in memory: whatever goes wrong at whatever step, it ends old or new, and is said to be so."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roaming.errors import PushError
from roaming.model.bundle import DeviceBundle, DeviceKind
from roaming.plan import DevicePlan
from roaming.push import Job, Outcome, Pace, State, settle, transact
from roaming.push.fake_driver import FakeClock, FakeDriver, Mishap
from roaming.push.states import ORDER, following
from roaming.targets import TARGETS
from roaming.transport import Access

STEPS = ("lock", "precheck", "back_up", "arm", "apply", "verify", "confirm", "save", "revert", "release", "standing")
JOB = Job(
    DevicePlan(DeviceBundle("x", "", "d", DeviceKind.ACCESS_POINT, "hostapd", "2.10", ()), (), ()),
    TARGETS["hostapd"],
    Access("d", "h", 22, "root"),
)


class Run:
    """One transaction over a device in memory."""

    def __init__(self, *mishaps: tuple[str, Mishap], silent_s: float = 0, works_s: float = 0) -> None:
        self.clock = FakeClock()
        self.driver = FakeDriver(self.clock, list(mishaps), silent_s, works_s)
        self.states: list[State] = []
        self.pace = Pace(timer=60, margin=5, patience=30, pause=2, clock=self.clock, sleep=self.clock.sleep)

    def transact(self) -> Outcome:
        self.result = transact(JOB, self.driver, lambda _, state: self.states.append(state), self.pace)
        return self.result.outcome


def test_a_change_goes_through_every_state_in_order() -> None:
    run = Run()
    assert run.transact() is Outcome.CHANGED
    assert run.states == list(ORDER[1:])
    assert (run.driver.new, run.driver.saved, run.driver.held) == (True, True, False)


@pytest.mark.parametrize("step", ["lock", "precheck", "back_up", "arm"])
def test_what_is_refused_before_the_timer_runs_changes_nothing(step: str) -> None:
    run = Run((step, Mishap.REFUSED))
    assert run.transact() is Outcome.REFUSED
    assert run.result.words == f"it does not {step}"
    assert not {"apply", "revert"} & set(run.driver.asked)
    assert not run.driver.held


@pytest.mark.parametrize("step", ["apply", "verify", "confirm"])
def test_what_is_refused_after_it_is_taken_back(step: str) -> None:
    run = Run((step, Mishap.REFUSED))
    assert run.transact() is Outcome.REFUSED
    assert run.result.words == f"it does not {step}; the former configuration is back"
    assert run.states[-2:] == [State.REVERTING, State.REVERTED]
    assert (run.driver.new, run.driver.held) == (False, False)


def test_a_confirmation_whose_answer_is_lost_is_found_on_the_device() -> None:
    run = Run(("confirm", Mishap.LOST_AFTER), silent_s=20)
    assert run.transact() is Outcome.CHANGED
    assert run.states[-1] is State.SAVED
    assert run.driver.saved


def test_a_device_that_restarts_before_it_is_saved_is_old() -> None:
    run = Run(("save", Mishap.RESTARTED))
    assert run.transact() is Outcome.REFUSED
    assert run.result.words == (
        "the connection broke; it restarted before the change was saved; the former configuration is back"
    )
    assert run.states[-2:] == [State.SAVED, State.REVERTED]
    assert not run.driver.new


def test_a_device_that_stays_silent_past_its_timer_is_unknown() -> None:
    run = Run(("apply", Mishap.LOST_AFTER), silent_s=10_000)
    assert run.transact() is Outcome.UNKNOWN
    assert run.states[-1] is State.REVERT_UNKNOWN
    assert not run.driver.new or run.driver.deadline is not None


@pytest.mark.parametrize(("silent_s", "held"), [(20, False), (100, True)])
def test_a_device_that_was_lost_before_the_timer_ran_is_given_free_when_it_is_back(
    silent_s: float, *, held: bool
) -> None:
    run = Run(("precheck", Mishap.LOST_BEFORE), silent_s=silent_s)
    assert run.transact() is Outcome.UNREACHABLE
    assert run.driver.held is held
    assert not run.driver.new


def test_a_device_that_was_never_ours_is_not_waited_for() -> None:
    run = Run(("lock", Mishap.LOST_BEFORE), silent_s=20)
    assert run.transact() is Outcome.UNREACHABLE
    assert run.driver.asked == ["lock", "release"]


def test_a_change_that_takes_too_long_is_not_confirmed() -> None:
    run = Run(works_s=58)
    assert run.transact() is Outcome.REFUSED
    assert "confirm" not in run.driver.asked
    assert run.result.words == "the change took too long: 2 s are left of the timer; the former configuration is back"


def test_what_cannot_be_taken_down_is_not_done() -> None:
    run = Run()

    def note(_device: str, state: State) -> None:
        if state is State.APPLIED:
            message = "the journal cannot be written: No space left on device"
            raise PushError(message)

    result = transact(JOB, run.driver, note, run.pace)
    assert result.outcome is Outcome.REFUSED
    assert "apply" not in run.driver.asked
    assert not run.driver.new


mishaps = st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(Mishap)), max_size=6)


@given(mishaps=mishaps, silent_s=st.sampled_from([0, 3, 50, 70, 200]), works_s=st.sampled_from([0, 10, 57, 100]))
def test_a_device_is_old_or_new_and_the_outcome_says_which(
    mishaps: list[tuple[str, Mishap]], silent_s: float, works_s: float
) -> None:
    run = Run(*mishaps, silent_s=silent_s, works_s=works_s)
    outcome = run.transact()
    run.clock.sleep(1000)
    run.driver.expire()
    assert run.driver.deadline is None
    assert run.driver.new == run.driver.confirmed
    if outcome is Outcome.CHANGED:
        assert run.driver.new
        assert run.driver.saved
    if outcome in {Outcome.REFUSED, Outcome.UNREACHABLE}:
        assert not run.driver.new
    steps = pairwise([State.PLANNED, *run.states])
    assert all(after in following(before) for before, after in steps if before != after)


@given(at=st.integers(0, 6), mishaps=mishaps, silent_s=st.sampled_from([0, 3, 50]))
def test_what_a_dead_push_left_is_settled(at: int, mishaps: list[tuple[str, Mishap]], silent_s: float) -> None:
    run = Run(silent_s=silent_s)
    driver = run.driver
    steps = (driver.lock, driver.precheck, driver.back_up, lambda: driver.arm(60), driver.apply, driver.verify)
    for step in (*steps, driver.confirm)[: at + 1]:
        step()
    driver.mishaps = mishaps
    result = settle(JOB, driver, lambda _, state: run.states.append(state), run.pace)
    run.clock.sleep(1000)
    driver.expire()
    assert driver.new == driver.confirmed
    if result.outcome is not Outcome.UNKNOWN:
        assert (result.outcome is Outcome.CHANGED) == driver.new
    restarts = any(mishap is Mishap.RESTARTED for _, mishap in mishaps)
    assert driver.new == (at == 6) or restarts
