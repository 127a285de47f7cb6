"""SNMP agents of the lab's access points and controllers: net-snmp, with the user of their borough."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from lab.topology import NodeKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.topology import Node, Topology
    from roaming.model.borough import Snmp
    from roaming.model.network import Network

LOST: Final = "/run/lab/access-point-lost"
"""While a controller has this file, its last access point has left it."""

_USER: Final = """\
agentaddress udp:161
createUser {user} {hash} "{auth}" AES "{privacy}"
rouser {user} priv
"""
# The branches are those of lab/images/files/hostapd_mib.py.
_ACCESS_POINT: Final = """\
proc hostapd
pass_persist .1.3.6.1.2.1.67.1.2.1.1.4.1 /usr/bin/sudo -n /usr/lib/lab/hostapd_mib.py .1.3.6.1.2.1.67.1.2.1.1.4.1
pass_persist .1.2.840.10036 /usr/bin/sudo -n /usr/lib/lab/hostapd_mib.py .1.2.840.10036
"""
# A Catalyst 9800-40, and the tables of lab/devices/snmp/tables.py.
_CONTROLLER: Final = f"""\
sysobjectid .1.3.6.1.4.1.9.1.2530
pass_persist .1.3.6.1.4.1.14179.2 /usr/bin/sudo -n /usr/local/bin/controller-mib /etc/lab/controller.json {LOST}
"""


def access_point_conf(snmp: Snmp, secrets: Mapping[str, str]) -> str:
    """Return the snmpd.conf of an access point (snmpd.conf(5)); nobody is let in but the monitor's user, encrypted."""
    return _user(snmp, secrets, "SHA-256") + _ACCESS_POINT


def controller_conf(snmp: Snmp, secrets: Mapping[str, str]) -> str:
    """Return the snmpd.conf of a simulated controller, which like a Catalyst 9800 has SHA-1 for its users."""
    return _user(snmp, secrets, "SHA") + _CONTROLLER


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


def _user(snmp: Snmp, secrets: Mapping[str, str], digest: str) -> str:
    """Return who is let in. SHA-256 with AES-128 is what the monitor uses for net-snmp, SHA-1 for controllers."""
    auth, privacy = secrets[snmp.auth.secret], secrets[snmp.privacy.secret]
    return _USER.format(user=snmp.user, hash=digest, auth=auth, privacy=privacy)
