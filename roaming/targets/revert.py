"""How a platform takes a change back when nobody confirms it: data, one row a way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class RevertKind(StrEnum):
    """Who brings the former configuration back, and when."""

    DEVICE_TIMER = "device-timer"
    DETACHED_TIMER = "detached-timer"
    STAGED_COMMIT = "staged-commit"
    MANAGEMENT_LOSS = "management-loss"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class RevertMethod:
    """A way back. `unit_s` is the grain of its timer in seconds, `most_s` the longest, `usual_s` what is set.

    `through_reboot` says whether a device that restarts before the confirmation ends with the former configuration.
    """

    kind: RevertKind
    source: str
    unit_s: int = 1
    most_s: int = 7200
    usual_s: int = 120
    through_reboot: bool = True

    @property
    def alone(self) -> bool:
        """Whether the device comes back without anybody's help."""
        return self.kind is not RevertKind.NONE

    def timer(self, seconds: float) -> int:
        """Return the shortest timer of at least so many seconds, as a number of the method's units."""
        units = -int(-min(seconds, self.most_s) // self.unit_s)
        return max(1, units)


DETACHED_TIMER: Final = RevertMethod(
    RevertKind.DETACHED_TIMER,
    source="a process and a boot script of ours on the device: roaming/push/guard.sh",
)
DEVICE_TIMER: Final = RevertMethod(
    RevertKind.DEVICE_TIMER,
    source="Cisco IOS XE, Configuration Rollback Confirmed Change: configure terminal revert timer, in minutes",
    unit_s=60,
    usual_s=300,
)
STAGED_COMMIT: Final = RevertMethod(
    RevertKind.STAGED_COMMIT,
    source="Aruba Instant: nothing runs before `commit apply`; OpenWrt rpcd: uci apply with rollback, then confirm",
)
MANAGEMENT_LOSS: Final = RevertMethod(
    RevertKind.MANAGEMENT_LOSS,
    source="ArubaOS 8.6 Serviceability: a managed device that loses its conductor goes back by itself",
)
NONE: Final = RevertMethod(RevertKind.NONE, source="nothing on the device takes a change back", through_reboot=False)
