"""SNMP agents of the lab's access points: net-snmp, with the user of their borough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ipaddress import IPv4Address

    from roaming.model.borough import Snmp

# SHA-256 and AES-128 are what the monitor uses for net-snmp. The branches are those of lab/images/files/hostapd_mib.py.
_TEXT: Final = """\
agentaddress udp:161
createUser {user} SHA-256 "{auth}" AES "{privacy}"
rouser {user} priv
proc hostapd
pass_persist .1.3.6.1.2.1.67.1.2.1.1.4.1 /usr/bin/sudo -n /usr/lib/lab/hostapd_mib.py .1.3.6.1.2.1.67.1.2.1.1.4.1
pass_persist .1.2.840.10036 /usr/bin/sudo -n /usr/lib/lab/hostapd_mib.py .1.2.840.10036
"""


_TRAPS: Final = 'trapsess -v3 -l authPriv -u {user} -a SHA-256 -A "{auth}" -x AES -X "{privacy}" {receiver}:162\n'


def snmpd_conf(snmp: Snmp, secrets: Mapping[str, str], receiver: IPv4Address | None) -> str:
    """Return the snmpd.conf of an access point (snmpd.conf(5)); nobody is let in but the monitor's user, encrypted.

    Traps go to the receiver as the same user; where there is none they are not sent.
    """
    text = _TEXT + (_TRAPS if receiver else "")
    keys = {"auth": secrets[snmp.auth.secret], "privacy": secrets[snmp.privacy.secret]}
    return text.format(user=snmp.user, receiver=receiver, **keys)
