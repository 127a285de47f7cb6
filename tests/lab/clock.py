"""A clock that stands until somebody sleeps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Clock:
    now: float

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
