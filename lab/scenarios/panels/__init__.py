"""The panels of the dashboards, asked of a lab that is well and of the same lab with faults."""

from lab.scenarios.panels.crowd import Crowd, FakeCrowd, LabCrowd
from lab.scenarios.panels.judgement import Row, judge
from lab.scenarios.panels.run import Pace, Run
from lab.scenarios.panels.table import RIGHTLY, STAGES, Reason, Stage, Visit

__all__ = [
    "RIGHTLY",
    "STAGES",
    "Crowd",
    "FakeCrowd",
    "LabCrowd",
    "Pace",
    "Reason",
    "Row",
    "Run",
    "Stage",
    "Visit",
    "judge",
]
