"""A plan for eyes and for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roaming.model.bundle import DeviceKind
from roaming.plan.change import Change
from roaming.targets import Action

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roaming.plan.change import DevicePlan, FileChange, Plan

_HINTS = {
    (DeviceKind.RADIUS_SERVER, Action.RELOAD): "authentications go on",
    (DeviceKind.RADIUS_SERVER, Action.RESTART): "away for some seconds; the hubs find it again within 78 s",
    (DeviceKind.HUB, Action.RELOAD): "authentications go on",
    (DeviceKind.HUB, Action.RESTART): "away for some seconds; the other hub carries on",
    (DeviceKind.ACCESS_POINT, Action.RELOAD): "clients are sent away once and come back",
    (DeviceKind.ACCESS_POINT, Action.RESTART): "clients are sent away once and come back",
}


def hint(plan: DevicePlan) -> str:
    """Say what the change of a device costs its users."""
    if plan.outage:
        return "; ".join(plan.outage)
    actions = {action.action for action in plan.actions}
    if not actions:
        return "nothing is interrupted"
    return _HINTS[plan.device.kind, Action.RESTART if Action.RESTART in actions else Action.RELOAD]


def as_text(plan: Plan, *, created: bool) -> str:
    """Return the diffs of all devices; those of created files only when asked for, they are long and all news."""
    return "".join(_device_text(device, created=created) for device in plan.pending)


def _device_text(plan: DevicePlan, *, created: bool) -> str:
    if plan.commands:
        lines = [f"{plan.device.path}: {_counted(plan.commands)}\n"]
        lines += [f"  {sentence}\n" for sentence in plan.outage or (hint(plan),)]
        lines += [f"  not verified, the device shows ciphertext only: {name}\n" for name in plan.unverifiable]
    else:
        lines = [f"{plan.device.path}: {', '.join(_actions(plan)) or 'no service is touched'} ({hint(plan)})\n"]
    lines += [_file_text(file, created=created) for file in plan.changes]
    return "".join(lines) + "\n"


def _counted(commands: tuple[str, ...]) -> str:
    return f"{len(commands)} command{'s' * (len(commands) != 1)}"


def _actions(plan: DevicePlan) -> Iterator[str]:
    return (f"{action.action} {action.service}" for action in plan.actions)


def _file_text(file: FileChange, *, created: bool) -> str:
    shown = file.change is Change.CHANGED or (created and file.change is Change.CREATED)
    return f"  {file.change} {file.path}\n{file.diff if shown else ''}"


def as_json(plan: Plan) -> dict[str, object]:
    """Return the plan as JSON knows it; no content, only redacted diffs."""
    return {
        "devices": [_device_json(device) for device in plan.devices],
        "unreachable": [{"device": one.device.path, "reason": one.reason} for one in plan.unreachable],
        "files": plan.file_count,
    }


def _device_json(plan: DevicePlan) -> dict[str, object]:
    return {
        "device": plan.device.path,
        "kind": plan.device.kind.value,
        "actions": [{"service": action.service, "action": action.action.value} for action in plan.actions],
        "hint": hint(plan) if not plan.empty else None,
        "commands": len(plan.commands),
        "outage": list(plan.outage),
        "unverifiable": list(plan.unverifiable),
        "files": [{"path": file.path, "change": file.change.value, "diff": file.diff or None} for file in plan.files],
    }
