"""When a run stops: what was not begun by then is left as it is, and accounted for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from roaming.push.states import DeviceResult, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from roaming.plan import Policy, Wave

FAILED: Final = frozenset({Outcome.REFUSED, Outcome.UNREACHABLE, Outcome.UNKNOWN})
"""A device that was held was not tried: it neither failed nor counts as tried."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A wave, and what became of its devices so far."""

    wave: Wave
    results: tuple[DeviceResult, ...]

    @property
    def tried(self) -> tuple[DeviceResult, ...]:
        """The devices that were not held."""
        return tuple(one for one in self.results if one.outcome is not Outcome.HELD)

    @property
    def failed(self) -> tuple[DeviceResult, ...]:
        """The devices that are not as they shall be although they were tried."""
        return tuple(one for one in self.results if one.outcome in FAILED)


@dataclass(frozen=True, slots=True)
class StopRule:
    """How much may fail before a run stops: so many devices, and such a share (0 to 1) of those tried.

    `until` is when the change window closes. A canary may not fail at all. `refused` says why nothing may begin.
    """

    max_failures: int = 0
    max_share: float = 1.0
    until: datetime | None = None
    refused: str | None = None

    def __post_init__(self) -> None:
        if self.max_failures < 0 or not 0 <= self.max_share <= 1:
            message = "a stop rule wants 0 or more failures and a share from 0 to 1"
            raise ValueError(message)

    @classmethod
    def of(cls, policy: Policy, until: datetime | None, refused: str | None = None) -> StopRule:
        """Return the rule that the inventory sets; `until` is `plan.allowed_until(…)`."""
        return cls(policy.max_failures, policy.max_share, until, refused)

    def verdict(self, ended: Sequence[Ended], now: datetime | None = None) -> str | None:
        """Return why no further wave may begin; None when one may. It may also be asked in the middle of a wave."""
        if self.refused is not None:
            return self.refused
        lost = [one.device for end in ended for one in end.results if one.outcome is Outcome.UNKNOWN]
        if lost:
            return f"nobody can say what {', '.join(lost)} runs: see to it by hand first"
        for end in ended:
            if end.wave.canary and end.failed:
                return f"the canary failed: {_names(end.failed)}"
        return self._too_many(ended) or self._too_late(now)

    def _too_many(self, ended: Sequence[Ended]) -> str | None:
        failed = tuple(one for end in ended for one in end.failed)
        tried = sum(len(end.tried) for end in ended)
        if len(failed) > self.max_failures:
            return f"{len(failed)} of {tried} failed, at most {self.max_failures} may: {_names(failed)}"
        if failed and len(failed) > self.max_share * tried:
            return f"{len(failed)} of {tried} failed, at most {self.max_share:.0%} may: {_names(failed)}"
        return None

    def _too_late(self, now: datetime | None) -> str | None:
        if self.until is None or now is None or now < self.until:
            return None
        return f"the change window closed at {self.until:%Y-%m-%d %H:%M %Z}"


def left(waves: Iterable[Wave], why: str) -> tuple[DeviceResult, ...]:
    """Return the results of waves that were not begun, so that every device is accounted for."""
    return tuple(
        DeviceResult(one.device.name, Outcome.HELD, f"not touched: the run stopped, {why}")
        for wave in waves
        for one in wave.devices
    )


def _names(results: tuple[DeviceResult, ...]) -> str:
    return ", ".join(one.device for one in results)
