"""Two clocks: one that people read and that can jump, one that only goes forward and that ages go by."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    """What tells the time."""

    def wall(self) -> float:
        """Return seconds of the Unix epoch; it is set by people and by NTP."""
        ...

    def steady(self) -> float:
        """Return seconds since some moment; it never goes back."""
        ...


class SystemClock:
    """The clocks of this machine."""

    def wall(self) -> float:
        """Return seconds of the Unix epoch."""
        return time.time()

    def steady(self) -> float:
        """Return seconds since the machine started, those in which it slept included (clock_gettime(2), BOOTTIME)."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass
class FakeClock:
    """Stands until it is moved."""

    now: float = 1_700_000_000.0
    since_start: float = 0.0

    def wall(self) -> float:
        """Return what was set."""
        return self.now

    def steady(self) -> float:
        """Return what has passed."""
        return self.since_start

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        self.since_start += seconds

    def jump(self, seconds: float) -> None:
        """Set the clock that people read; no time passes."""
        self.now += seconds
