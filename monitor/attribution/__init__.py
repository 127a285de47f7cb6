"""From a picture to what is wrong and whose it is: the fewest parts that explain everything that fails.

It reads values and nothing else. The alerts say the same in PromQL (docs/adr), so that they work where no single
process sees the whole matrix; the words here are for `roam-monitor matrix` and for the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.attribution.boroughs import between, hubs
from monitor.attribution.evidence import Evidence
from monitor.attribution.finding import OPERATOR, Finding, FindingKind
from monitor.attribution.places import NOTICE_DAYS, blindness, buildings, certificates, servers
from monitor.attribution.suspects import LOST_SHARE, Suspects, suspects

if TYPE_CHECKING:
    from monitor.metrics import Picture
    from monitor.target import Estate

__all__ = ["LOST_SHARE", "NOTICE_DAYS", "OPERATOR", "Finding", "FindingKind", "Suspects", "findings", "suspects"]


def findings(picture: Picture, estate: Estate) -> tuple[Finding, ...]:
    """Return what is wrong, the widest first; nothing between boroughs when no hub is left to carry it."""
    evidence = Evidence(picture, estate)
    wide = tuple(hubs(evidence))
    lost = any(finding.kind is FindingKind.FEDERATION_DOWN for finding in wide)
    found = (
        *wide,
        *(() if lost else between(evidence)),
        *servers(evidence),
        *certificates(evidence),
        *buildings(evidence),
        *blindness(evidence),
    )
    order = list(FindingKind)
    return tuple(sorted(found, key=lambda finding: order.index(finding.kind)))
