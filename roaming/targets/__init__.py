"""The platforms that can be rendered, one module each, in one readable table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from roaming.targets.dialect import Dialect, Remedy, Scope
from roaming.targets.freeradius import FREERADIUS
from roaming.targets.hostapd import HOSTAPD
from roaming.targets.iosxe import IOSXE
from roaming.targets.radsecproxy import RADSECPROXY
from roaming.targets.revert import RevertKind, RevertMethod
from roaming.targets.target import Action, Service, Target

if TYPE_CHECKING:
    from collections.abc import Mapping

TARGETS: Final[Mapping[str, Target]] = {
    "freeradius": FREERADIUS,
    "radsecproxy": RADSECPROXY,
    "hostapd": HOSTAPD,
    "iosxe": IOSXE,
}

__all__ = [
    "TARGETS",
    "Action",
    "Dialect",
    "Remedy",
    "RevertKind",
    "RevertMethod",
    "Scope",
    "Service",
    "Target",
]
