"""What somebody was called for, and what was expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

WATCHDOG: Final = "Watchdog"

# What an alert is about, the narrowest first.
_SUBJECTS: Final = ("access_point", "site", "server", "home", "visited", "instance")


@dataclass(frozen=True, slots=True, order=True)
class Alarm:
    """An alert that fires. `owner` is who was called, `of` is the device, site or borough that it is about."""

    name: str
    owner: str
    of: str = ""

    def __str__(self) -> str:
        """Spell it for people."""
        return f"{self.name} {self.of}" if self.of not in {"", self.owner} else self.name


@dataclass(frozen=True, slots=True)
class Call:
    """A notification: when it came, in seconds of the epoch, and what fires."""

    at: float
    alarms: tuple[Alarm, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """An alert that must fire; with `of` it must be about that."""

    name: str
    owner: str
    of: str = ""

    def __str__(self) -> str:
        """Spell it for people."""
        return f"{self.name} {self.of}" if self.of else self.name

    def is_met_by(self, alarm: Alarm) -> bool:
        """Tell whether an alarm is this one."""
        return (self.name, self.owner) == (alarm.name, alarm.owner) and self.of in {"", alarm.of}


def alarm(labels: Mapping[str, str], owner: str) -> Alarm:
    """Read the labels of an alert; `owner` is who was called for it."""
    return Alarm(labels["alertname"], owner, next((labels[name] for name in _SUBJECTS if name in labels), ""))
