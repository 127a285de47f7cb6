"""Compare what a device that is driven by commands runs with what it shall, within what is ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from roaming.errors import RenderError
from roaming.model.bundle import RemoteFile
from roaming.plan.change import Change, DevicePlan, file_change

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from roaming.model.bundle import DeviceBundle
    from roaming.targets import Scope, Target

CONFIG: Final = "config.txt"
"""The one file of a platform that is driven by commands."""


@dataclass(frozen=True, slots=True)
class Secrecy:
    """How secrets are dealt with: `redact` shows a text, `renew` (value to name) are to be set again."""

    redact: Callable[[str, str], str] = field(repr=False)
    renew: Mapping[str, str] = field(repr=False, default_factory=dict)


def plan_lines(
    device: DeviceBundle, target: Target, texts: tuple[str, str], scope: Scope, secrecy: Secrecy
) -> DevicePlan:
    """Return what makes our lines of what a device runs into those that are wanted; `texts` are (wanted, running)."""
    if target.dialect is None:
        message = f"{target.name} is not driven by commands"
        raise RenderError(message)
    wanted, running = texts
    remedy = target.dialect.remedy(running, wanted, scope, secrecy.renew)
    before, after = (RemoteFile(text.encode(), 0o600, "", "") for text in (remedy.before, remedy.after))
    # Where no command is needed the texts may still differ in spelling, which is no difference.
    shown = file_change(CONFIG, before, after if remedy.commands else before, secrecy.redact)
    if shown.change is Change.UNCHANGED:
        return DevicePlan(device, (shown,), (), running=running)
    return DevicePlan(device, (shown,), (), remedy.commands, remedy.outage, running)
