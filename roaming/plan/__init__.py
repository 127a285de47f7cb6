"""What a push would change, in which order, and what it costs: values only, nothing is touched."""

from roaming.plan.change import (
    Change,
    DevicePlan,
    FileChange,
    Plan,
    ServiceAction,
    Unreachable,
    again,
    plan_device,
    plan_lines,
)
from roaming.plan.order import Wave, partners, waves
from roaming.plan.report import as_json, as_text, hint

__all__ = [
    "Change",
    "DevicePlan",
    "FileChange",
    "Plan",
    "ServiceAction",
    "Unreachable",
    "Wave",
    "again",
    "as_json",
    "as_text",
    "hint",
    "partners",
    "plan_device",
    "plan_lines",
    "waves",
]
