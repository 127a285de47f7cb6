"""Where a panel changes its colour: the figures of the alerts, so that what is red has fired or is about to.

The windows and multiples of the budget are those of the SRE workbook ("Alerting on SLOs"), for 30 days.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from monitor.alerts import thresholds as alerts
from monitor.alerts.settings import DAY

Steps: TypeAlias = "tuple[tuple[float | None, str], ...]"
"""From which value on which colour; the first has no value and takes all that lies below the second."""

GREEN: Final = "green"
YELLOW: Final = "yellow"
ORANGE: Final = "orange"
RED: Final = "red"
PURPLE: Final = "purple"
GREY: Final = "#8e8e8e"

WINDOW: Final = "30d"
"""Over which the objective is meant."""

LOST: Final = f"{alerts.LOST_SHARE * 100:g} %"
"""How many must fail before one end of the pairs is to blame, as panels say it."""

BUSY_RATIO: Final = 0.7
"""A channel that is in use longer than this leaves no room to roam into."""

PLAIN: Final[Steps] = ((None, GREEN),)
UP: Final[Steps] = ((None, RED), (1.0, GREEN))
OBJECTIVE_STEPS: Final[Steps] = ((None, RED), (alerts.OBJECTIVE, GREEN))
REACH_STEPS: Final[Steps] = ((None, RED), (round(1 - alerts.LOST_SHARE, 6) + 1e-6, ORANGE), (1.0, GREEN))
BUDGET_STEPS: Final[Steps] = ((None, RED), (0.0, ORANGE), (0.25, GREEN))
BURN_STEPS: Final[Steps] = ((None, GREEN), (1.0, YELLOW), (3.0, ORANGE), (6.0, RED))
LATENCY_STEPS: Final[Steps] = ((None, GREEN), (alerts.SLOW_S, ORANGE), (alerts.VERY_SLOW_S, RED))
CERTIFICATE_STEPS: Final[Steps] = (
    (None, RED),
    (alerts.CERTIFICATE_PAGE_DAYS * DAY, ORANGE),
    (alerts.CERTIFICATE_TICKET_DAYS * DAY, GREEN),
)
STALE_STEPS: Final[Steps] = ((None, GREEN), (float(alerts.STALE_CYCLES), PURPLE))
FAILED_STEPS: Final[Steps] = ((None, GREEN), (1.0, ORANGE), (float(alerts.FAILURES), RED))
SITE_STEPS: Final[Steps] = ((None, RED), (1e-9, ORANGE), (1.0, GREEN))
"""SiteDown: all of a site's access points are down."""
REJECT_STEPS: Final[Steps] = ((None, GREEN), (alerts.REJECT_SHARE, ORANGE))
SLOW_ROAM_STEPS: Final[Steps] = ((None, GREEN), (alerts.SLOW_ROAMS, ORANGE))
FALLBACK_STEPS: Final[Steps] = ((None, GREEN), (1e-9, YELLOW), (alerts.FALLBACKS, ORANGE))
BUSY_STEPS: Final[Steps] = ((None, GREEN), (BUSY_RATIO, ORANGE))
ANY_STEPS: Final[Steps] = ((None, GREEN), (1e-9, ORANGE))
"""Nothing of it is as it should be."""
FIRING_STEPS: Final[Steps] = ((None, ORANGE),)
