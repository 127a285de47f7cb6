"""What a person sees of a run: a bar and the steps under way on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from roaming.plan import hint
from roaming.push import DeviceRecord, DeviceResult, Outcome, WaveRecord, Witness, wave_summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rich.progress import TaskID

    from roaming.plan import DevicePlan, Wave
    from roaming.push import Course, State

_NAMED: Final = 3


@dataclass
class Watch(Witness):
    """Shows how a run goes, and remembers each device's steps and time for the report."""

    progress: Progress
    quiet: bool = False
    backup: Callable[[str], str | None] = lambda _: None
    steps_of: dict[str, list[State]] = field(default_factory=dict)
    began: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    under_way: dict[str, State] = field(default_factory=dict)
    bar: TaskID | None = None

    def begins(self, wave: Wave) -> None:
        """Open a bar for the wave."""
        self.under_way.clear()
        self.bar = self.progress.add_task("", total=len(wave.devices))

    def steps(self, device: str, state: State) -> None:
        """Show which steps are under way."""
        self.began.setdefault(device, time.monotonic())
        self.steps_of.setdefault(device, []).append(state)
        self.under_way[device] = state
        self._describe()

    def done(self, result: DeviceResult) -> None:
        """Say how a device ended."""
        if result.device in self.began:
            self.seconds[result.device] = time.monotonic() - self.began[result.device]
        self.under_way.pop(result.device, None)
        if self.bar is not None:
            self.progress.advance(self.bar)
            self._describe()
        if not self.quiet:
            typer.echo(line(result))

    def ended(self, course: Course) -> None:
        """Say how a wave went."""
        if self.bar is not None:
            self.progress.remove_task(self.bar)
            self.bar = None
        if not self.quiet:
            typer.echo(wave_summary(self.record(course)))

    def record(self, course: Course) -> WaveRecord:
        """Return a wave for the report."""
        plans = {one.device.name: one for one in course.wave.devices}
        devices = tuple(self.device(result, plans) for result in course.results)
        return WaveRecord(course.wave.name, course.wave.kind.value, devices, course.began, course.seconds)

    def device(self, result: DeviceResult, plans: Mapping[str, DevicePlan]) -> DeviceRecord:
        """Return a device for the report."""
        plan = plans.get(result.device)
        return DeviceRecord(
            result.device,
            result.outcome,
            tuple(self.steps_of.get(result.device, ())),
            self.seconds.get(result.device),
            result.files,
            len(plan.commands) if plan is not None and plan.commands else None,
            "" if plan is None or result.outcome is Outcome.HELD else hint(plan),
            self.backup(result.device),
            result.words,
        )

    def _describe(self) -> None:
        if self.bar is None:
            return
        named = [f"{device} {state}" for device, state in list(self.under_way.items())[-_NAMED:]]
        more = len(self.under_way) - len(named)
        self.progress.update(self.bar, description=", ".join([*named, *([f"{more} more"] if more else [])]))


@contextmanager
def watching(backup: Callable[[str], str | None], *, quiet: bool) -> Iterator[Watch]:
    """Return a watch whose bars stand on standard error, if that is a terminal; `backup` gives a backup's digest."""
    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        yield Watch(progress, quiet, backup)


def line(result: DeviceResult) -> str:
    """Return one line about a device."""
    files = f", {count(result.files, 'file')}" if result.outcome is Outcome.CHANGED else ""
    return f"{result.device}: {result.outcome}{files}{f': {result.words}' if result.words else ''}"


def count(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number} {noun}{'s' * (number != 1)}"
