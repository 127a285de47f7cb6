"""SNMP agents of the lab's access points and controllers: net-snmp, with the user or the community of their borough."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from lab.topology import NodeKind
from roaming.model.borough import SnmpV2c

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ipaddress import IPv4Address

    from lab.topology import Node, Topology
    from roaming.model.borough import AnySnmp
    from roaming.model.network import Network

LOST: Final = "/run/lab/access-point-lost"
"""While a controller has this file, its last access point has left it."""

_LISTEN: Final = "agentaddress udp:161\n"
# The branches are those of lab/images/files/hostapd_mib.py.
_ACCESS_POINT: Final = """\
proc hostapd
pass_persist .1.3.6.1.2.1.67.1.2.1.1.4.1 /usr/bin/sudo -n /usr/lib/lab/hostapd_mib.py .1.3.6.1.2.1.67.1.2.1.1.4.1
pass_persist .1.3.6.1.2.1.67.2.2.1.1.4.1 /usr/bin/sudo -n /usr/lib/lab/hostapd_mib.py .1.3.6.1.2.1.67.2.2.1.1.4.1
pass_persist .1.2.840.10036 /usr/bin/sudo -n /usr/lib/lab/hostapd_mib.py .1.2.840.10036
"""
# A Catalyst 9800-40, and the tables of lab/devices/snmp/tables.py.
_CONTROLLER: Final = f"""\
sysobjectid .1.3.6.1.4.1.9.1.2530
pass_persist .1.3.6.1.4.1.14179.2 /usr/bin/sudo -n /usr/local/bin/controller-mib /etc/lab/controller.json {LOST}
"""
# SHA-256 with AES-128 is what the monitor uses for net-snmp, SHA-1 for controllers: a Catalyst 9800 has no more.
_OF_KIND: Final[Mapping[NodeKind, tuple[str, str]]] = {
    NodeKind.ACCESS_POINT: ("SHA-256", _ACCESS_POINT),
    NodeKind.CONTROLLER: ("SHA", _CONTROLLER),
}
WITH_SNMP: Final = tuple(_OF_KIND)
"""What has an SNMP agent."""


def snmpd_conf(kind: NodeKind, snmp: AnySnmp, secrets: Mapping[str, str], receiver: IPv4Address | None) -> str:
    """Return the snmpd.conf of a device (snmpd.conf(5)); nobody is let in but the monitor.

    Traps go to the receiver as the same user or with the same community; where there is none they are not sent.
    """
    digest, tables = _OF_KIND[kind]
    who, session = _monitor(snmp, secrets, digest)
    traps = f"trapsess {session} {receiver}:162\n" if receiver else ""
    return _LISTEN + who + traps + tables


def controller_tables(network: Network, topology: Topology, node: Node) -> str:
    """Return what `lab.devices.snmp.persist` makes a controller's tables of: only its own access points are there."""
    borough = network.boroughs_by_slug[node.owner]
    (controller,) = (one for one in borough.controllers if one.name == node.name)
    known = network.controlled(borough, controller)
    present = {server.name: str(server.address) for server in topology.of_kind(NodeKind.RADIUS_SERVER)}
    found = {
        "access_points": {ap.name: ap.radio_mac for _, ap in known if ap.controller == node.name},
        "ssids": [wlan.ssid for wlan in network.wlans],
        "servers": [present[proxy.name] for proxy in network.proxies(borough) if proxy.name in present],
    }
    return json.dumps(found, indent=2) + "\n"


def _monitor(snmp: AnySnmp, secrets: Mapping[str, str], digest: str) -> tuple[str, str]:
    """Return who may read (the monitor's user, encrypted, or who knows the community), and as whom traps are sent."""
    if isinstance(snmp, SnmpV2c):
        community = secrets[snmp.community.secret]
        return f'rocommunity "{community}"\n', f'-v2c -c "{community}"'
    auth, privacy = secrets[snmp.auth.secret], secrets[snmp.privacy.secret]
    keys = f'-a {digest} -A "{auth}" -x AES -X "{privacy}"'
    who = f'createUser {snmp.user} {digest} "{auth}" AES "{privacy}"\nrouser {snmp.user} priv\n'
    return who, f"-v3 -l authPriv -u {snmp.user} {keys}"
