"""The rows: data only, of the lab's own inventory.

Neighbours break different boroughs where that can be, and hubs stand last: after each change of ways some alerts are
held back for a while.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lab.errors import LabError
from lab.scenarios.alarms.alarm import Expected
from monitor.attribution import OPERATOR

if TYPE_CHECKING:
    from collections.abc import Sequence

_HELD: Final = frozenset({"HomeBoroughUnreachable", "VisitedBoroughIsolated", "AuthLatencyHigh"})


@dataclass(frozen=True, slots=True)
class Row:
    """Faults that come at once, and every alert that somebody must be called for; `text` is for people."""

    name: str
    text: str
    faults: tuple[str, ...]
    expected: tuple[Expected, ...]

    @property
    def held(self) -> frozenset[str]:
        """The boroughs whose alerts here are held back while their ways change."""
        return frozenset(one.owner for one in self.expected if one.name in _HELD)


ROWS: Final = (
    Row(
        "two-boroughs",
        "a home server of one borough and one of two of another are stopped at once",
        ("server-stopped:hackney-home-1", "server-stopped:camden-rad-2"),
        (Expected("HomeBoroughUnreachable", "hackney"), Expected("HomeServerDown", "camden", "camden-rad-2")),
    ),
    Row(
        "single-server-stopped",
        "the single server of a borough, home and proxy in one, is stopped",
        ("server-stopped:islington-rad-1",),
        (Expected("HomeBoroughUnreachable", "islington"), Expected("VisitedBoroughIsolated", "islington")),
    ),
    Row(
        "access-point-stopped",
        "one of two access points of a site is stopped",
        ("access-point-stopped:hackney-sc-ap1",),
        (Expected("AccessPointDown", "hackney", "hackney-sc-ap1"),),
    ),
    Row(
        "access-point-lost",
        "one of two access points leaves its controller",
        ("access-point-lost:hackney-wlc",),
        (Expected("AccessPointDown", "hackney", "hackney-cl-ap2"),),
    ),
    Row(
        "site-stopped",
        "all access points of a site are stopped",
        ("site-stopped:hackney/service-centre",),
        (Expected("SiteDown", "hackney", "service-centre"),),
    ),
    Row(
        "certificate-expiring",
        "the server certificate of one home has 5 days left",
        ("certificate-expiring:hackney",),
        (Expected("CertificateExpiring", "hackney"),),
    ),
    Row(
        "certificate-expired",
        "the server certificate of one home has expired",
        ("certificate-expired:hackney",),
        (Expected("CertificateExpiring", "hackney"), Expected("HomeBoroughUnreachable", "hackney")),
    ),
    Row(
        "one-home-stopped",
        "one of two home servers is stopped",
        ("server-stopped:camden-rad-2",),
        (Expected("HomeServerDown", "camden", "camden-rad-2"),),
    ),
    Row(
        "link-delayed",
        "2 s of delay on the link of one home",
        ("link-delayed:hackney-home-1",),
        (Expected("AuthLatencyHigh", "hackney"),),
    ),
    Row(
        "prober-paused",
        "the monitor's process is paused",
        ("prober-paused",),
        (Expected("ProbeStale", OPERATOR),),
    ),
    Row(
        "home-stopped",
        "the only home server of a borough with its proxy apart is stopped",
        ("server-stopped:hackney-home-1",),
        (Expected("HomeBoroughUnreachable", "hackney"),),
    ),
    Row(
        "radsec-key-wrong",
        "the proxies of one borough have RadSec keys of a stranger",
        ("radsec-key-wrong:camden",),
        (Expected("HomeBoroughUnreachable", "camden"), Expected("VisitedBoroughIsolated", "camden")),
    ),
    Row(
        "proxy-blackholed",
        "the proxy of a borough with its home server apart is blackholed",
        ("server-blackholed:hackney-proxy-1",),
        (Expected("VisitedBoroughIsolated", "hackney"),),
    ),
    Row(
        "hub-stopped",
        "one hub is stopped",
        ("hub-stopped:hub-east",),
        (Expected("HubDown", OPERATOR, "hub-east"),),
    ),
    Row(
        "both-hubs-stopped",
        "both hubs are stopped",
        ("hub-stopped:hub-east", "hub-stopped:hub-west"),
        (Expected("HubDown", OPERATOR, "hub-east"), Expected("HubDown", OPERATOR, "hub-west")),
    ),
)


def chosen(names: Sequence[str]) -> tuple[Row, ...]:
    """Return the rows of some names in the order of the table, all of them without names.

    Raises `LabError` for a name that is none.
    """
    known = {row.name for row in ROWS}
    unknown = [name for name in names if name not in known]
    if unknown:
        message = f"there is no row {unknown[0]!r}; there are {', '.join(row.name for row in ROWS)}"
        raise LabError(message)
    return tuple(row for row in ROWS if not names or row.name in names)
