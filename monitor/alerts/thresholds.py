"""The figures of the alerts. None of them is a duration that `scale` shortens: those stand beside their rules.

Those that the page and `roam-monitor matrix` go by as well are theirs.
"""

from __future__ import annotations

from typing import Final

from monitor import attribution, metrics

LOST_SHARE: Final = attribution.LOST_SHARE

FAILURES: Final = 2
"""Probes in a row that fail before a pair counts as failing: the first and its retry."""

FEW_CHANGES: Final = 4
"""So often may a server stop or come back within `Settings.flapping`: two restarts. What changes more often flaps."""

STALE_CYCLES: Final = metrics.STALE_AFTER
"""Intervals of the prober after which a result is no evidence any more."""

SLOW_S: Final = metrics.SLOW_S
VERY_SLOW_S: Final = 10.0
"""Seconds that 95 of 100 authentications must take less than; both are edges of the histograms."""

LEAST_TIMED: Final = 3
"""Accepted authentications in the window before a percentile is believed."""

REJECT_SHARE: Final = 0.3
LEAST_REJECTS: Final = 20
REJECT_GROWTH: Final = 3
"""RejectSpike: so many of all, so many at least, so many times as many as a week before."""

FT_SLOW_S: Final = 0.15
FULL_SLOW_S: Final = 2.0
SLOW_ROAMS: Final = 0.05
LEAST_ROAMS: Final = 20
"""RoamSlow: what D2 may be with 802.11r and with a full authentication (both are edges of the histogram), for what
share of the roams of half an hour it may be more, and of how many roams that is believed."""

FALLBACKS: Final = 0.2
LEAST_FT_ROAMS: Final = 10
"""FtFallback: the share of an access point's roams of an hour that fell back, and of how many that is believed."""

OBJECTIVE: Final = 0.99
"""The share of the pairs' time, over 30 days, in which they must work."""

LEAST_PROBES: Final = 20
"""Probes in an hour, scaled, before the budget is judged."""

CERTIFICATE_TICKET_DAYS: Final = attribution.NOTICE_DAYS
CERTIFICATE_PAGE_DAYS: Final = 7
