"""Where a panel changes its colour: the figures of the alerts, so that what is red has fired or is about to.

The windows and multiples of the budget are those of the SRE workbook ("Alerting on SLOs"), for 30 days.
"""

from __future__ import annotations

from typing import Final, TypeAlias

Steps: TypeAlias = "tuple[tuple[float | None, str], ...]"
"""From which value on which colour; the first has no value and takes all that lies below the second."""

GREEN: Final = "green"
YELLOW: Final = "yellow"
ORANGE: Final = "orange"
RED: Final = "red"
PURPLE: Final = "purple"
GREY: Final = "#8e8e8e"

OBJECTIVE: Final = 0.999
"""The share of probes that must pass in `WINDOW`."""

WINDOW: Final = "30d"

SLOW_S: Final = 3.0
"""AuthLatencyHigh; also what `roaming_auth_slow_total` counts from."""

VERY_SLOW_S: Final = 10.0

STALE_CYCLES: Final = 3
"""ProbeStale: so many intervals without a result."""

LOST_SHARE: Final = 0.8
"""HomeBoroughUnreachable and VisitedBoroughIsolated: so many of the others fail."""

CERTIFICATE_WARNS_S: Final = 30 * 86_400.0
CERTIFICATE_PAGES_S: Final = 7 * 86_400.0

SITE_SHARE: Final = 0.5
"""SiteDown: so many of its access points are down."""

BUSY_RATIO: Final = 0.7
"""A channel that is in use longer than this leaves no room to roam into."""

PLAIN: Final[Steps] = ((None, GREEN),)
UP: Final[Steps] = ((None, RED), (1.0, GREEN))
OBJECTIVE_STEPS: Final[Steps] = ((None, RED), (0.99, ORANGE), (OBJECTIVE, GREEN))
REACH_STEPS: Final[Steps] = ((None, RED), (round(1 - LOST_SHARE, 6) + 1e-6, ORANGE), (1.0, GREEN))
BUDGET_STEPS: Final[Steps] = ((None, RED), (0.0, ORANGE), (0.25, GREEN))
BURN_STEPS: Final[Steps] = ((None, GREEN), (1.0, YELLOW), (3.0, ORANGE), (6.0, RED))
LATENCY_STEPS: Final[Steps] = ((None, GREEN), (SLOW_S, ORANGE), (VERY_SLOW_S, RED))
CERTIFICATE_STEPS: Final[Steps] = ((None, RED), (CERTIFICATE_PAGES_S, ORANGE), (CERTIFICATE_WARNS_S, GREEN))
STALE_STEPS: Final[Steps] = ((None, GREEN), (float(STALE_CYCLES), PURPLE))
FAILED_STEPS: Final[Steps] = ((None, GREEN), (1.0, ORANGE), (3.0, RED))
"""PairDown: three in a row."""
SITE_STEPS: Final[Steps] = ((None, RED), (SITE_SHARE + 1e-6, ORANGE), (1.0, GREEN))
BUSY_STEPS: Final[Steps] = ((None, GREEN), (BUSY_RATIO, ORANGE))
ANY_STEPS: Final[Steps] = ((None, GREEN), (1e-9, ORANGE))
"""Nothing of it is as it should be."""
FIRING_STEPS: Final[Steps] = ((None, ORANGE),)
