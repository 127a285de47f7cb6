"""Every rule, in one table: the order is that of `docs/rules.md`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from roaming.rules import (
    certificates,
    changes,
    controllers,
    govwifi,
    hubs,
    identity,
    monitoring,
    servers,
    sites,
    unique,
    wlans,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roaming.rules.rule import Rule

SUBJECTS: Final[Mapping[str, tuple[Rule, ...]]] = {
    "Only once": unique.RULES,
    "Hubs and ways out": hubs.RULES,
    "RADIUS servers": servers.RULES,
    "GovWifi": govwifi.RULES,
    "On the air": wlans.RULES,
    "In a building": sites.RULES,
    "Controllers": controllers.RULES,
    "Certificates": certificates.RULES,
    "Staff and probes": identity.RULES,
    "Monitoring": monitoring.RULES,
    "Changes": changes.RULES,
}

RULES: Final[tuple[Rule, ...]] = tuple(rule for rules in SUBJECTS.values() for rule in rules)

RULES_BY_ID: Final[Mapping[str, Rule]] = {rule.id: rule for rule in RULES}
