"""How the monitor reads the boroughs' devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roaming.model.borough import SnmpV2c
from roaming.model.problem import Severity
from roaming.rules import walk
from roaming.rules.rule import Finding, Given, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def snmp_encrypted(given: Given) -> Iterator[Finding]:
    """Find boroughs whose devices are read by SNMPv2c."""
    for path, borough in walk.boroughs(given.network):
        if isinstance(borough.snmp, SnmpV2c):
            text = f"the devices of {borough.slug} are read by SNMPv2c, in the clear"
            yield Finding((*path, "snmp", "community"), text)


RULES = (
    Rule(
        id="snmp-encrypted",
        scheme="any",
        text="Devices are read by SNMPv3 with authentication and privacy.",
        why="SNMPv2c sends its community and everything else in the clear: who listens on the way reads all that a "
        "device tells, asks it himself, and makes up traps.",
        source="RFC 4670 §8",
        fix="make an SNMPv3 user with authentication and privacy on the devices, and write snmp: {user, auth, privacy}",
        find=snmp_encrypted,
        severity=Severity.WARNING,
    ),
)
