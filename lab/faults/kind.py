"""Every fault that there is, and where it can be."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from lab.topology import NodeKind

if TYPE_CHECKING:
    from collections.abc import Mapping


class FaultKind(StrEnum):
    """What can be done, and what it is done to follows a colon: a node, a site (`borough/site`) or a borough."""

    HUB_STOPPED = "hub-stopped"
    HUB_BLACKHOLED = "hub-blackholed"
    SERVER_STOPPED = "server-stopped"
    SERVER_BLACKHOLED = "server-blackholed"
    ACCESS_POINT_STOPPED = "access-point-stopped"
    ACCESS_POINT_LOST = "access-point-lost"
    SITE_STOPPED = "site-stopped"
    SNMP_STOPPED = "snmp-stopped"
    SNMP_RESTARTED = "snmp-restarted"
    GOVWIFI_STOPPED = "govwifi-stopped"
    AGENT_UNREACHABLE = "agent-unreachable"
    LINK_DELAYED = "link-delayed"
    CERTIFICATE_EXPIRING = "certificate-expiring"
    CERTIFICATE_EXPIRED = "certificate-expired"
    RADSEC_KEY_WRONG = "radsec-key-wrong"
    PROBER_PAUSED = "prober-paused"


AT_A_NODE: Final[Mapping[FaultKind, NodeKind]] = {
    FaultKind.HUB_STOPPED: NodeKind.HUB,
    FaultKind.HUB_BLACKHOLED: NodeKind.HUB,
    FaultKind.SERVER_STOPPED: NodeKind.RADIUS_SERVER,
    FaultKind.SERVER_BLACKHOLED: NodeKind.RADIUS_SERVER,
    FaultKind.ACCESS_POINT_STOPPED: NodeKind.ACCESS_POINT,
    FaultKind.ACCESS_POINT_LOST: NodeKind.CONTROLLER,
    FaultKind.SNMP_STOPPED: NodeKind.ACCESS_POINT,
    FaultKind.SNMP_RESTARTED: NodeKind.ACCESS_POINT,
    FaultKind.GOVWIFI_STOPPED: NodeKind.GOVWIFI,
    FaultKind.AGENT_UNREACHABLE: NodeKind.AGENT,
    FaultKind.LINK_DELAYED: NodeKind.RADIUS_SERVER,
}
AT_A_BOROUGH: Final = frozenset(
    {FaultKind.CERTIFICATE_EXPIRING, FaultKind.CERTIFICATE_EXPIRED, FaultKind.RADSEC_KEY_WRONG}
)
STOPPED: Final = frozenset(
    {
        FaultKind.HUB_STOPPED,
        FaultKind.SERVER_STOPPED,
        FaultKind.ACCESS_POINT_STOPPED,
        FaultKind.SITE_STOPPED,
        FaultKind.GOVWIFI_STOPPED,
    }
)
BLACKHOLED: Final = frozenset({FaultKind.HUB_BLACKHOLED, FaultKind.SERVER_BLACKHOLED})


def spelled(kind: FaultKind) -> str:
    """Spell a kind with what it is done to, as the command line wants it."""
    if kind is FaultKind.PROBER_PAUSED:
        return kind
    where = "BOROUGH/SITE" if kind is FaultKind.SITE_STOPPED else "BOROUGH" if kind in AT_A_BOROUGH else "NODE"
    return f"{kind}:{where}"
