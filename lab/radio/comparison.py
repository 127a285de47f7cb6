"""Two runs of one scenario, before and after a change: what became better, and what worse."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from lab.errors import ScenarioError
from lab.radio.scenario import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.radio.kept import KeptRoam, KeptRun

# What a kind costs the client: two frames each way, four more with a known key, a conversation with its home, the roam.
COST: Final = {
    Kind.FT_AIR: 0,
    Kind.FT_DS: 0,
    Kind.PMK_CACHED: 1,
    Kind.FULL_EAP: 2,
    Kind.INITIAL: 2,
    Kind.FAILED: 3,
}


class Change(StrEnum):
    """What became of a step: `other` is another kind that costs a client the same."""

    SAME = "same"
    OTHER = "other"
    BETTER = "better"
    WORSE = "worse"

    @property
    def shown(self) -> str:
        """The word for people: what is worse strikes the eye without a colour too."""
        return self.upper() if self is Change.WORSE else self.value


@dataclass(frozen=True, slots=True)
class Pair:
    """One step in both runs. `timed` says whether their times compare: one clock made both."""

    number: int
    before: KeptRoam
    after: KeptRoam
    timed: bool

    @property
    def change(self) -> Change:
        """What became of the step.

        Worse is a kind that costs more, or a step that passed and no longer does. Times do not decide.
        """
        cost = COST[self.after.kind] - COST[self.before.kind]
        passes = self.after.passed - self.before.passed
        if cost > 0 or passes < 0:
            return Change.WORSE
        if cost < 0 or passes > 0:
            return Change.BETTER
        return Change.SAME if self.before.kind is self.after.kind else Change.OTHER

    @property
    def d1_change_ms(self) -> float | None:
        """How much longer the service gap became; None where that cannot be said."""
        return self._longer(self.before.d1_ms, self.after.d1_ms)

    @property
    def d2_change_ms(self) -> float | None:
        """How much longer the reassociation became; None where that cannot be said."""
        return self._longer(self.before.d2_ms, self.after.d2_ms)

    def _longer(self, before: float | None, after: float | None) -> float | None:
        return None if before is None or after is None or not self.timed else round(after - before, 3)

    def document(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "step": self.number,
            "client": self.before.client,
            "to": self.before.to,
            "change": self.change.value,
            "before": _figures(self.before),
            "after": _figures(self.after),
            "d1_change_ms": self.d1_change_ms,
            "d2_change_ms": self.d2_change_ms,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs of one scenario, step by step."""

    before: KeptRun
    after: KeptRun

    @property
    def timed(self) -> bool:
        """Whether the times of the two compare: both were emulated, or neither."""
        return self.before.emulated is self.after.emulated

    @property
    def unit(self) -> str:
        """What the times are in: where one was not emulated, nothing says that all are."""
        return "ms, emulated" if self.before.emulated and self.after.emulated else "ms"

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The steps, each as it went in both."""
        steps = enumerate(zip(self.before.roams, self.after.roams, strict=True), 1)
        return tuple(Pair(number, one, other, self.timed) for number, (one, other) in steps)

    @property
    def worse(self) -> tuple[Pair, ...]:
        """The steps that became worse."""
        return tuple(pair for pair in self.pairs if pair.change is Change.WORSE)

    def document(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "scenario": self.before.scenario,
            "emulated": {"before": self.before.emulated, "after": self.after.emulated},
            "worse": len(self.worse),
            "steps": [pair.document() for pair in self.pairs],
        }


def compare(before: KeptRun, after: KeptRun) -> Comparison:
    """Hold two runs against each other; ScenarioError when they did not walk the same way."""
    unlike = next(_unlike(before, after), None)
    if unlike is not None:
        raise ScenarioError(unlike)
    return Comparison(before, after)


def _unlike(before: KeptRun, after: KeptRun) -> Iterator[str]:
    if before.scenario != after.scenario:
        yield f"before is a run of {before.scenario}, after one of {after.scenario}: only runs of one scenario compare"
    for number, (one, other) in enumerate(zip(before.roams, after.roams, strict=False), 1):
        if (one.client, one.to) != (other.client, other.to):
            yield (
                f"{before.scenario} was changed between the runs: step {number} led {one.client} to {one.to} before, "
                f"{other.client} to {other.to} after"
            )
    if len(before.roams) != len(after.roams):
        yield (
            f"{before.scenario} was changed between the runs: it had {len(before.roams)} steps before, "
            f"{len(after.roams)} after"
        )


def _figures(roam: KeptRoam) -> dict[str, Any]:
    return {
        "from": roam.start,
        "kind": roam.kind.value,
        "passed": roam.passed,
        "d1_ms": roam.d1_ms,
        "d2_ms": roam.d2_ms,
        "faults": list(roam.faults),
    }
