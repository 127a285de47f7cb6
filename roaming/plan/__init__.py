"""What a push would change, in which order, and what it costs: values only, nothing is touched."""

from roaming.plan.change import (
    Change,
    DevicePlan,
    FileChange,
    Plan,
    ServiceAction,
    Unreachable,
    plan_device,
    plan_lines,
)
from roaming.plan.control import ChangeRequest, Policy, allowed_until, objections, policy_of
from roaming.plan.digest import digest, document, document_text, read_document
from roaming.plan.effects import Effect, EffectKind, effects, effects_json, effects_text
from roaming.plan.failover import failover_groups, partners
from roaming.plan.order import Wave, waves
from roaming.plan.rehearsal import Rehearsal, rehearsals
from roaming.plan.report import as_json, as_text, hint
from roaming.plan.rollback import Former, earliest, former, plan_rollback

__all__ = [
    "Change",
    "ChangeRequest",
    "DevicePlan",
    "Effect",
    "EffectKind",
    "FileChange",
    "Former",
    "Plan",
    "Policy",
    "Rehearsal",
    "ServiceAction",
    "Unreachable",
    "Wave",
    "allowed_until",
    "as_json",
    "as_text",
    "digest",
    "document",
    "document_text",
    "earliest",
    "effects",
    "effects_json",
    "effects_text",
    "failover_groups",
    "former",
    "hint",
    "objections",
    "partners",
    "plan_device",
    "plan_lines",
    "plan_rollback",
    "policy_of",
    "read_document",
    "rehearsals",
    "waves",
]
