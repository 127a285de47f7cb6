"""Moments of the two clocks, made one of the other, and jumps of the one that people read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from monitor.sample import Clock

JUMP_S: Final = 5.0
"""A clock that is set by less is kept by NTP; the difference does no harm to ages of minutes."""


@dataclass(slots=True)
class Moments:
    """Everything is kept by the steady clock and told by the other: a jump moves what is told, never an age."""

    clock: Clock
    _offset: float = field(init=False)

    def __post_init__(self) -> None:
        self._offset = self.clock.wall() - self.clock.steady()

    def jumped(self) -> bool:
        """Return whether the clock was set since the last look; what is told follows it."""
        offset = self.clock.wall() - self.clock.steady()
        if abs(offset - self._offset) <= JUMP_S:
            return False
        self._offset = offset
        return True

    def steady(self, wall: float) -> float:
        """Return the moment of the epoch by the steady clock."""
        return wall - self._offset

    def wall(self, steady: float) -> float:
        """Return the moment of the steady clock in the epoch."""
        return steady + self._offset

    def placed(self, wall: float, oldest_s: float) -> tuple[float, bool]:
        """Return when something was, by the steady clock, and whether that is believable; now, where it is not."""
        now = self.clock.steady()
        at = self.steady(wall)
        if now - oldest_s <= at <= now + JUMP_S:
            return min(at, now), True
        return now, False
