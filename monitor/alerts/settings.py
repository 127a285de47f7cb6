"""How long things take, and where links lead: all that the rules are made from besides their table."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

from monitor.errors import SettingError
from monitor.runner import Intervals

SECOND: Final = 1.0
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

EVALUATION_S: Final = 30 * SECOND
"""How often Prometheus evaluates the rules, before scaling."""

MONITOR_JOB: Final = "roam-monitor"
"""The name of Prometheus' scrape job for the monitor."""

_UNITS: Final = (("w", 7 * DAY), ("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND), ("ms", 0.001))
_SHORTEST: Final = SECOND
"""No scrape is quicker, so nothing shorter can be told apart."""


@dataclass(frozen=True, slots=True)
class Links:
    """Where the runbooks and Grafana's dashboards are published, without a slash at the end."""

    runbooks: str = "https://roaming.example/runbooks"
    dashboards: str = "https://grafana.roaming.example"


@dataclass(frozen=True, slots=True)
class Settings:
    """What all rules share.

    `scale` multiplies every duration of ours, as it does the prober's: 1 where people work, less in the lab.
    `failover_s` is how long the federation may take to go another way; the daemons' timers decide it, so it is
    the same everywhere.
    Raises `SettingError` for a scale or a time that is not a positive number.
    """

    scale: float = 1.0
    failover_s: float = 45.0
    links: Links = field(default_factory=Links)

    def __post_init__(self) -> None:
        for name, value in (("scale", self.scale), ("failover", self.failover_s)):
            if not (math.isfinite(value) and value > 0):
                message = f"{name} must be a positive number, not {value:g}"
                raise SettingError(message)

    def seconds(self, seconds: float) -> float:
        """Scale a duration of ours, never to less than a second."""
        return max(seconds * self.scale, _SHORTEST)

    def scaled(self, seconds: float) -> str:
        """Spell a scaled duration as Prometheus and Alertmanager do."""
        return spelled(self.seconds(seconds))

    @property
    def settling(self) -> str:
        """Spell how long after a change of the ways nothing is held against their ends.

        It is the failover, as much again for who must notice it, and an interval until each pair is probed once more.
        """
        return spelled(self._settling_s)

    @property
    def flapping(self) -> str:
        """Spell the window in which the changes of a server are counted: an hour, or what two changes of ways take."""
        return spelled(max(self.seconds(HOUR), 2 * self._settling_s))

    @property
    def _settling_s(self) -> float:
        return 2 * self.failover_s + Intervals(self.scale).probes_s


def spelled(seconds: float) -> str:
    """Spell a duration in the largest unit that holds it exactly, to the millisecond."""
    milliseconds = round(seconds * 1000)
    for unit, size in _UNITS:
        count, rest = divmod(milliseconds, round(size * 1000))
        if count and not rest:
            return f"{count}{unit}"
    return f"{milliseconds}ms"
