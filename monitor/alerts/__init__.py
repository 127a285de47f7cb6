"""What is told to whom: Prometheus' rules and Alertmanager's configuration, written from one table.

Both are text that is made of plain values; nothing here knows the inventory. Why the rules say who is to blame as they
do stands in docs/adr/0018-attribution-in-promql.md.
"""

from monitor.alerts.alertmanager import Mail, Owner, Webhook, alertmanager
from monitor.alerts.prometheus import rules
from monitor.alerts.rule import Alert, Severity
from monitor.alerts.settings import MONITOR_JOB, Links, Settings
from monitor.alerts.table import alerts

__all__ = [
    "MONITOR_JOB",
    "Alert",
    "Links",
    "Mail",
    "Owner",
    "Settings",
    "Severity",
    "Webhook",
    "alertmanager",
    "alerts",
    "rules",
]
