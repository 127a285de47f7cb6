"""What is done to the lab so that panels change, and which rightly do not: data only, of the lab's inventory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from monitor.dashboards import dashboards, queries

if TYPE_CHECKING:
    from collections.abc import Mapping

BOROUGH: Final = "hackney"
"""Whose dashboard of one borough is asked: its proxy and its home server are apart, and it has two sites."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody of a borough signs in at an access point: known to the home or not; the last one may stay there."""

    point: str
    home: str
    known: bool = True
    stays: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """Who comes, then what breaks: on top of what is broken already."""

    text: str
    visits: tuple[Visit, ...]
    faults: tuple[str, ...] = ()


WELL: Final = Stage(
    "all is well",
    (
        Visit("camden-th-ap1", "hackney"),
        Visit("camden-th-ap1", "hackney", known=False),
        Visit("hackney-th-ap1", "camden"),
        Visit("hackney-th-ap1", "hackney", known=False),
        Visit("hackney-th-ap1", "hackney", stays=True),
    ),
)
STAGES: Final = (
    Stage(
        "a hub, a server, access points, an agent and GovWifi are lost, a home is slow and its certificate ends soon",
        (
            Visit("camden-th-ap1", "hackney", known=False),
            Visit("hackney-th-ap1", "hackney", known=False),
        ),
        (
            "certificate-expiring:hackney",
            "link-delayed:hackney-home-1",
            "access-point-stopped:hackney-sc-ap1",
            "snmp-stopped:hackney-sc-ap2",
            "snmp-restarted:hackney-th-ap1",
            "govwifi-stopped:govwifi-london-1",
            "govwifi-stopped:govwifi-dublin-1",
            "access-point-lost:hackney-wlc",
            "agent-unreachable:camden-agent",
            "server-stopped:islington-rad-1",
            "hub-stopped:hub-east",
        ),
    ),
    Stage(
        "the proxy of the borough has a stranger's RadSec key",
        (),
        # The trap that comes first makes its counter, the second is seen to come.
        ("radsec-key-wrong:hackney", "snmp-restarted:hackney-th-ap1"),
    ),
    Stage(
        "the proxy of the borough is stopped",
        (Visit("hackney-th-ap1", "camden"),),
        ("server-stopped:hackney-proxy-1",),
    ),
)


@dataclass(frozen=True, slots=True)
class Reason:
    """What a query may lack here, in the words of `monitor.dashboards.compare`, and why."""

    lacks: frozenset[str]
    why: str


_UNHEARD: Final = Reason(
    frozenset({"no series while healthy", "no series while faulted", "all nought", "no difference"}),
    "the containers have no radio, so no sensor hears a roam",
)

RIGHTLY: Final[Mapping[str, Reason]] = {
    **{query.place: _UNHEARD for query in queries(dashboards()["roaming-roams.json"])},
    "roaming-borough / Its alerts / A": Reason(
        frozenset({"no series while healthy"}), "nothing fires in a healthy borough"
    ),
}
"""Queries that say less in this lab, and why; whatever else says less is a defect."""
