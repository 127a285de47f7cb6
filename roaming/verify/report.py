"""What a verification found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roaming.eap import Reason
    from roaming.model.terms import EapMethod


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one trial.

    `identity` is the outer one of the last attempt, to be searched for in logs; `server` the proxy that answered it
    (or was asked last); `skipped` the proxies that were silent before it. `first_success_s` is measured from the
    start of the run, and absent without `--retry-for` or without a success.
    """

    visited: str
    home: str
    method: EapMethod
    passed: bool
    reason: Reason
    sentence: str
    identity: str
    server: str
    milliseconds: float | None = None
    round_trips: int = 0
    attempts: int = 1
    skipped: tuple[str, ...] = ()
    first_success_s: float | None = None
    vlan: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Every verdict of a run, in the order of the inventory; `seconds` is how long the run took."""

    run: str
    results: tuple[Verdict, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether every trial ended as it should."""
        return all(result.passed for result in self.results)

    @property
    def failures(self) -> tuple[Verdict, ...]:
        """The verdicts that are not as they should be."""
        return tuple(result for result in self.results if not result.passed)
