"""Ask every panel while all is well, break things in stages, ask again, mend."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from lab.errors import LabError
from lab.scenarios.panels.judgement import fullest, judge, most_telling
from lab.scenarios.panels.table import BOROUGH, RIGHTLY, STAGES, WELL
from monitor.dashboards import ask

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lab.scenarios.alarms import Breaker, Ears
    from lab.scenarios.panels.crowd import Crowd
    from lab.scenarios.panels.judgement import Row
    from lab.scenarios.panels.table import Reason, Stage
    from monitor.dashboards import Answer, Prometheus

_INTERVAL: Final = "max(roaming_probe_interval_seconds)"
# Every pair is probed once in an interval: in four its counters have grown more than once.
_RATE_INTERVALS: Final = 4
_RANGE_INTERVALS: Final = 12
# A counter that appears with its first event has not grown yet.
_TIMES: Final = 2


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: how long is waited until all is well, until panels show what there is, and between looks."""

    calm_s: float = 300
    patience_s: float = 90
    look_s: float = 4


@dataclass(frozen=True, slots=True)
class Run:
    """Asks panels. `say` is told how it goes."""

    prometheus: Prometheus
    breaker: Breaker
    crowd: Crowd
    ears: Ears
    pace: Pace = field(default_factory=Pace)
    stages: Sequence[Stage] = STAGES
    rightly: Mapping[str, Reason] = field(default_factory=lambda: RIGHTLY)
    say: Callable[[str], None] = lambda _: None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def play(self) -> tuple[Row, ...]:
        """Return what came of every query; faults are taken back whatever happens.

        Raises `LabError` when all is never well, or when nobody answers.
        """
        self._calm()
        values = self._values()
        self.say(f"{WELL.text}: people sign in")
        self._come(WELL)
        healthy = self._well(values)
        faults = [fault for stage in self.stages for fault in stage.faults]
        try:
            faulted = self._broken(values, healthy)
        finally:
            self.say("mending")
            self.breaker.mend_all(faults)
        return judge(healthy, faulted, self.rightly)

    def _calm(self) -> None:
        self.say("waiting until all is well")
        deadline = self.clock() + self.pace.calm_s
        while unrest := self.ears.unrest():
            if self.clock() > deadline:
                message = f"the lab is not well after {self.pace.calm_s:g} s: {', '.join(unrest)}"
                raise LabError(message)
            self.sleep(self.pace.look_s)

    def _values(self) -> dict[str, str]:
        """Return what stands for Grafana's variables: intervals as the monitor's own, however fast time goes for it."""
        (body,) = self.prometheus.instant([_INTERVAL], None)
        interval = _number(body)
        return {
            "borough": BOROUGH,
            "__rate_interval": f"{_RATE_INTERVALS * interval * 1000:.0f}ms",
            "__range": f"{_RANGE_INTERVALS * interval * 1000:.0f}ms",
        }

    def _come(self, stage: Stage) -> None:
        for _ in range(_TIMES):
            for visit in stage.visits:
                self.crowd.come(visit)
            self.sleep(self.pace.look_s)

    def _well(self, values: Mapping[str, str]) -> tuple[Answer, ...]:
        """Ask until every query has series, but for those that rightly have none."""
        answers = ask(self.prometheus, values)
        deadline = self.clock() + self.pace.patience_s
        while self.clock() < deadline:
            if all(one.series or one.query.place in self.rightly for one in answers):
                break
            self.sleep(self.pace.look_s)
            answers = fullest(answers, ask(self.prometheus, values))
        return answers

    def _broken(self, values: Mapping[str, str], healthy: tuple[Answer, ...]) -> tuple[Answer, ...]:
        """Break stage by stage, and keep of each query the answer that tells most."""
        faulted: tuple[Answer, ...] = ()
        for stage in self.stages:
            self.say(stage.text)
            self._come(stage)
            self.breaker.break_all(stage.faults)
            deadline = self.clock() + self.pace.patience_s
            while True:
                new = ask(self.prometheus, values)
                faulted = most_telling(healthy, faulted or new, new)
                silent = [row for row in judge(healthy, faulted, self.rightly) if not row.passed]
                if not silent:
                    return faulted
                if self.clock() > deadline:
                    break
                self.sleep(self.pace.look_s)
            self.say(f"too little so far from {', '.join(row.place for row in silent)}")
        return faulted


def _number(body: Mapping[str, Any]) -> float:
    found = body.get("data", {}).get("result", [])
    if not found:
        message = "Prometheus knows no roaming_probe_interval_seconds: is the lab watched?"
        raise LabError(message)
    return float(found[0]["value"][1])
