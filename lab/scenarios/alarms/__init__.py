"""The fault table: what must fire for which fault, and that nothing else does."""

from lab.scenarios.alarms.alarm import Alarm, Call, Expected
from lab.scenarios.alarms.ears import Ears, FakeEars, LabEars
from lab.scenarios.alarms.judgement import Outcome, judge
from lab.scenarios.alarms.run import Breaker, Pace, Run
from lab.scenarios.alarms.table import ROWS, Row, chosen

__all__ = [
    "ROWS",
    "Alarm",
    "Breaker",
    "Call",
    "Ears",
    "Expected",
    "FakeEars",
    "LabEars",
    "Outcome",
    "Pace",
    "Row",
    "Run",
    "chosen",
    "judge",
]
