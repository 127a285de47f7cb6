"""Play rows of the table: silent, broken, called, silent again."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from lab.errors import LabError
from lab.scenarios.alarms.judgement import Outcome, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from lab.scenarios.alarms.alarm import Call
    from lab.scenarios.alarms.ears import Ears
    from lab.scenarios.alarms.table import Row


class Breaker(Protocol):
    """Breaks and mends by the names of faults: `lab.faults.Faults` in a lab."""

    def break_all(self, names: Sequence[str]) -> None:
        """Bring faults about, as nearly at once as can be."""
        ...

    def mend_all(self, names: Sequence[str]) -> None:
        """Take them back."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: how long is waited for what must fire, then for what must not, and for silence; and between looks."""

    patience_s: float = 150
    settling_s: float = 20
    healing_s: float = 300
    look_s: float = 1


@dataclass(frozen=True, slots=True)
class Run:
    """Plays rows. `say` is told how it goes."""

    breaker: Breaker
    ears: Ears
    pace: Pace = field(default_factory=Pace)
    say: Callable[[str], None] = lambda _: None
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def play(self, row: Row) -> Outcome:
        """Play one row; it begins when all is silent. Raises `LabError` when it never is."""
        self.say(f"{row.name}: waiting until all is well")
        if self._silent(row.held) is None:
            message = f"before {row.name}: not silent after {self.pace.healing_s:g} s: {', '.join(self.ears.unrest())}"
            raise LabError(message)
        with self._broken(row) as began:
            self.say(f"{row.name}: broken; waiting for {', '.join(map(str, row.expected))}")
            self._called(row, began)
            self.sleep(self.pace.settling_s)
        mended = self.clock()
        self.say(f"{row.name}: mended; waiting until all is well")
        healed = self._silent()
        return judge(row, self._since(began), began, None if healed is None else healed - mended)

    @contextmanager
    def _broken(self, row: Row) -> Iterator[float]:
        began = self.clock()
        try:
            self.breaker.break_all(row.faults)
            yield began
        finally:
            self.breaker.mend_all(row.faults)

    def _called(self, row: Row, began: float) -> None:
        """Wait until all that is expected has been called, or patience ends."""
        while self.clock() < began + self.pace.patience_s:
            if not judge(row, self._since(began), began, None).missing:
                return
            self.sleep(self.pace.look_s)

    def _silent(self, held: Collection[str] = ()) -> float | None:
        """Wait until all is well, and the ways of some boroughs are settled; return when it was, or None."""
        deadline = self.clock() + self.pace.healing_s
        while self.clock() < deadline:
            if not self.ears.unrest() and not (held and self.ears.changing(held)):
                return self.clock()
            self.sleep(self.pace.look_s)
        return None

    def _since(self, began: float) -> tuple[Call, ...]:
        return tuple(call for call in self.ears.calls() if call.at >= began)
