"""The runner in virtual time: intervals, overruns, what raises, what hangs, cancellation."""

from __future__ import annotations

import asyncio
import logging
from random import Random
from typing import TYPE_CHECKING

import pytest

from monitor.errors import SettingError
from monitor.runner import FakeTask, Intervals, Runner
from monitor.sample import FOR_EVER, Failure, FakeClock, FakeSink
from tests.monitor.virtual_time import run, run_for

if TYPE_CHECKING:
    from monitor.sample import Sink


def jitter() -> Random:
    return Random(4)  # noqa: S311  it spreads the starts of tasks


def after(seconds: float, *tasks: FakeTask, at_once: int = 16) -> tuple[FakeSink, Runner]:
    """Run tasks that long."""
    sink = FakeSink()

    async def work() -> Runner:
        runner = Runner(tasks, sink, clock=FakeClock(), random=jitter(), at_once=at_once)
        await run_for(seconds, runner.run())
        return runner

    return sink, run(work())


def failures(sink: FakeSink) -> dict[tuple[str, ...], float]:
    found: dict[tuple[str, ...], float] = {}
    for one in sink.increments:
        assert one.family.name == "roaming_collection_failures_total"
        found[one.labels] = found.get(one.labels, 0) + one.by
    return found


def test_a_task_runs_in_its_interval_with_jitter() -> None:
    task = FakeTask("snmp", 30.0, takes_s=2.0)
    sink, _ = after(3000, task)
    assert len(task.begun) == 100
    late = [begun - index * 30.0 for index, begun in enumerate(task.begun)]
    assert all(0 <= one <= 3.0 for one in late)
    assert max(late) - min(late) > 2.0
    assert failures(sink) == {}


def test_its_length_and_its_end_are_told() -> None:
    sink, _ = after(10, FakeTask("snmp:camden-wlc", 30.0, takes_s=2.0))
    (batch,) = sink.batches
    assert [(sample.family.name, sample.labels) for sample in batch.samples] == [
        ("roaming_collection_seconds", ("snmp",)),
        ("roaming_collection_timestamp_seconds", ("snmp",)),
    ]
    assert [sample.value for sample in batch.samples] == [pytest.approx(2.0), FakeClock().wall()]


def test_it_never_overlaps_itself_and_what_is_left_out_is_counted() -> None:
    task = FakeTask("probes", 10.0, takes_s=25.0)
    sink, _ = after(300, task)
    assert all(ended <= begun for ended, begun in zip(task.ended, task.begun[1:], strict=False))
    assert len(task.begun) == 10
    assert failures(sink)["probes", Failure.OVERRUN.value] == 2 * len(task.ended)


@pytest.mark.parametrize(("every_s", "cancelled_s"), [(10.0, 120.0), (100.0, 300.0)])
def test_one_that_hangs_is_cancelled_after_three_intervals_or_two_minutes(every_s: float, cancelled_s: float) -> None:
    task, other = FakeTask("radsec", every_s, takes_s=1e9), FakeTask("status", 10.0)
    sink, _ = after(400, task, other)
    assert task.ended[0] - task.begun[0] == pytest.approx(cancelled_s)
    assert failures(sink)["radsec", Failure.TIMEOUT.value] == len([end for end in task.ended if end < 400])
    assert len(other.begun) == 40


def raise_it(error: Exception) -> FakeTask:
    def act(_: Sink) -> None:
        raise error

    return FakeTask("snmp:camden-wlc", 10.0, act=act)


def test_one_that_raises_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    bad, good = raise_it(ValueError("community s3cret is wrong")), FakeTask("status", 10.0)
    sink, runner = after(95, bad, good)
    assert len(bad.begun) == len(good.begun) == 10
    assert failures(sink) == {("snmp", Failure.INTERNAL.value): 10}
    assert runner.ready
    assert "s3cret" not in caplog.text
    assert "ValueError in act" in caplog.text


def test_our_own_words_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        after(5, raise_it(SettingError("the profile has no table")))
    assert "snmp:camden-wlc failed: the profile has no table" in caplog.text


def test_no_more_run_at_once_than_is_allowed() -> None:
    running: list[int] = []

    class Counting(FakeTask):
        async def run(self, sink: Sink) -> None:
            running.append(running[-1] + 1 if running else 1)
            await super().run(sink)
            running.append(running[-1] - 1)

    tasks = [Counting(f"snmp:{index}", 100.0, takes_s=5.0) for index in range(12)]
    after(100, *tasks, at_once=3)
    assert max(running) == 3
    assert all(len(task.ended) == 1 for task in tasks)


def test_one_that_runs_for_ever_takes_no_slot_and_is_started_again() -> None:
    listening, polling = FakeTask("traps", FOR_EVER, takes_s=50.0), FakeTask("snmp", 30.0)
    _, runner = after(100, listening, polling, at_once=1)
    assert listening.begun == [pytest.approx(0.0), pytest.approx(60.0)]
    assert len(polling.begun) == 4
    assert runner.ready


def test_it_is_ready_when_every_task_has_ended_once() -> None:
    async def work() -> list[bool]:
        tasks = (FakeTask("snmp", 10.0), FakeTask("probes", 300.0, takes_s=40.0), FakeTask("traps", FOR_EVER, 1e9))
        runner = Runner(tasks, FakeSink(), clock=FakeClock(), random=jitter())
        running = asyncio.create_task(runner.run())
        seen = []
        for _ in range(2):
            await asyncio.sleep(39.0)
            seen.append(runner.ready)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return seen

    assert run(work()) == [False, True]


def test_when_it_is_cancelled_every_task_has_ended() -> None:
    tasks = [FakeTask(f"snmp:{index}", 10.0, takes_s=20.0) for index in range(3)]
    after(15, *tasks)
    assert [(len(task.begun), len(task.ended)) for task in tasks] == [(1, 1)] * 3


def test_a_name_that_would_be_a_label_of_its_own_is_refused() -> None:
    with pytest.raises(ValueError, match="'camden-wlc' is not a valid Collector"):
        after(1, FakeTask("camden-wlc:snmp", 10.0))


def test_without_tasks_it_is_ready_at_once() -> None:
    assert after(1)[1].ready


@pytest.mark.parametrize("scale", [0.0, -1.0, float("inf"), float("nan")])
def test_a_scale_is_more_than_nothing(scale: float) -> None:
    with pytest.raises(ValueError, match="a scale is more than 0"):
        Intervals(scale)


def test_a_scale_multiplies_every_interval() -> None:
    one, tenth = Intervals(), Intervals(0.1)
    names = [name for name in dir(one) if name.endswith("_s")]
    assert len(names) == 7
    assert all(getattr(tenth, name) == pytest.approx(getattr(one, name) / 10) for name in names)
