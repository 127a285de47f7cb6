"""What came of a row: pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.scenarios.alarms.alarm import WATCHDOG

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lab.scenarios.alarms.alarm import Alarm, Call, Expected
    from lab.scenarios.alarms.table import Row


@dataclass(frozen=True, slots=True)
class Outcome:
    """A row that was played.

    `fired` are the alarms that were expected, with the seconds from the fault to the first call; `missing` never came;
    `false` came and were not expected, while the fault lasted or while it healed. `healed_s` is how long it took until
    all was silent again, None when it never was.
    """

    row: Row
    fired: tuple[tuple[Alarm, float], ...]
    missing: tuple[Expected, ...]
    false: tuple[Alarm, ...]
    healed_s: float | None

    @property
    def passed(self) -> bool:
        """Whether the row went as the table says."""
        return not self.missing and not self.false and self.healed_s is not None

    @property
    def detected_s(self) -> float | None:
        """Seconds until all that was expected had fired; None while something is missing."""
        return None if self.missing else max((seconds for _, seconds in self.fired), default=0.0)


def judge(row: Row, calls: Iterable[Call], began: float, healed_s: float | None) -> Outcome:
    """Hold the calls since a fault was set against its row."""
    first: dict[Alarm, float] = {}
    for call in sorted(calls, key=lambda one: one.at):
        for alarm in call.alarms:
            if alarm.name != WATCHDOG:
                first.setdefault(alarm, call.at - began)
    right = {alarm: at for alarm, at in first.items() if any(one.is_met_by(alarm) for one in row.expected)}
    missing = tuple(one for one in row.expected if not any(map(one.is_met_by, right)))
    return Outcome(
        row=row,
        fired=tuple(sorted(right.items())),
        missing=missing,
        false=tuple(sorted(first.keys() - right.keys())),
        healed_s=healed_s,
    )
