"""SNMP agents of the lab's access points: net-snmp, with the user or the community of their borough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from roaming.model.borough import SnmpV2c

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ipaddress import IPv4Address

    from roaming.model.borough import AnySnmp

# SHA-256 and AES-128 are what the monitor uses for net-snmp. The branches are those of lab/images/files/hostapd_mib.py.
_TEXT: Final = """\
agentaddress udp:161
{who}
proc hostapd
pass_persist .1.3.6.1.2.1.67.1.2.1.1.4.1 /usr/bin/sudo -n /usr/lib/lab/hostapd_mib.py .1.3.6.1.2.1.67.1.2.1.1.4.1
pass_persist .1.3.6.1.2.1.67.2.2.1.1.4.1 /usr/bin/sudo -n /usr/lib/lab/hostapd_mib.py .1.3.6.1.2.1.67.2.2.1.1.4.1
pass_persist .1.2.840.10036 /usr/bin/sudo -n /usr/lib/lab/hostapd_mib.py .1.2.840.10036
"""


def snmpd_conf(snmp: AnySnmp, secrets: Mapping[str, str], receiver: IPv4Address | None) -> str:
    """Return the snmpd.conf of an access point (snmpd.conf(5)); nobody is let in but the monitor.

    Traps go to the receiver as the same user or with the same community; where there is none they are not sent.
    """
    who, traps = _who(snmp, secrets, receiver)
    return _TEXT.format(who=who) + (f"{traps}\n" if receiver else "")


def _who(snmp: AnySnmp, secrets: Mapping[str, str], receiver: IPv4Address | None) -> tuple[str, str]:
    """Return who may read, the monitor's user, encrypted, or whoever knows the community; and how traps are sent."""
    if isinstance(snmp, SnmpV2c):
        community = secrets[snmp.community.secret]
        return f'rocommunity "{community}"', f'trap2sink {receiver}:162 "{community}"'
    auth, privacy = secrets[snmp.auth.secret], secrets[snmp.privacy.secret]
    keys = f'-a SHA-256 -A "{auth}" -x AES -X "{privacy}"'
    return (
        f'createUser {snmp.user} SHA-256 "{auth}" AES "{privacy}"\nrouser {snmp.user} priv',
        f"trapsess -v3 -l authPriv -u {snmp.user} {keys} {receiver}:162",
    )
