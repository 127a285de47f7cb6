"""Prometheus' rule file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.alerts.evidence import records
from monitor.alerts.settings import EVALUATION_S, Settings
from monitor.alerts.table import alerts
from monitor.alerts.text import as_yaml

if TYPE_CHECKING:
    from monitor.alerts.rule import Alert, Record
    from monitor.alerts.settings import Links


def rules(settings: Settings) -> str:
    """Return the rule file; one group, because the rules of a group are evaluated in their order.

    Source: https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/.
    """
    group = {
        "name": "roaming",
        "interval": settings.scaled(EVALUATION_S),
        "rules": [
            *(_recorded(one) for one in records(settings)),
            *(_told(one, settings.links) for one in alerts(settings)),
        ],
    }
    return as_yaml({"groups": [group]}, "Written by `roam-monitor alerts`.")


def _recorded(one: Record) -> dict[str, Any]:
    return {"record": one.name, "expr": f"# {one.text}\n{one.expression}\n"}


def _told(one: Alert, links: Links) -> dict[str, Any]:
    rule: dict[str, Any] = {"alert": one.name, "expr": f"{one.expression}\n"}
    if one.wait:
        rule["for"] = one.wait
    rule["labels"] = {"severity": str(one.severity), "owner": one.owner, **one.labels}
    rule["annotations"] = {
        "summary": one.summary,
        "description": one.description,
        "runbook_url": f"{links.runbooks}/{one.name}.md",
        "dashboard": f"{links.dashboards}/{one.dashboard}",
    }
    return rule
