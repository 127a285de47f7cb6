"""How often everything is done, from one number."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Intervals:
    """Seconds between two runs of each kind of task. `scale` makes all of them longer or shorter, as the lab does."""

    scale: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.scale < math.inf:
            message = f"a scale is more than 0, not {self.scale}"
            raise ValueError(message)

    @property
    def probes_s(self) -> float:
        """Every pair is probed."""
        return 300 * self.scale

    @property
    def access_points_s(self) -> float:
        """A standalone access point is read by SNMP."""
        return 30 * self.scale

    @property
    def controllers_s(self) -> float:
        """A controller's tables are walked."""
        return 300 * self.scale

    @property
    def status_s(self) -> float:
        """A RADIUS server is asked by Status-Server."""
        return 30 * self.scale

    @property
    def radsec_s(self) -> float:
        """A RadSec endpoint's certificate is looked at."""
        return 60 * self.scale

    @property
    def logs_s(self) -> float:
        """What was written to the logs is read."""
        return 10 * self.scale

    @property
    def keep_s(self) -> float:
        """What is known of the pairs is written to the state directory."""
        return 60 * self.scale
