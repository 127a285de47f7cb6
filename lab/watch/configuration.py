"""What the observers read: Prometheus' and Alertmanager's files, and how the monitor is started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml

from lab.faults import MONITOR_PID
from lab.topology import CONTROL, OPERATOR, NodeKind
from monitor.alerts import MONITOR_JOB, Owner, Settings, Webhook, alertmanager, rules
from roaming.model.base import seconds

if TYPE_CHECKING:
    from lab.topology import Topology
    from roaming.model.network import Network

DEFAULT_SCALE: Final = 0.05
"""Intervals and durations of the monitor and its alerts in the lab: 5 minutes are 15 seconds."""

MONITOR_PORT: Final = 9469
PAGER_PORT: Final = 9099
START_MONITOR: Final = "start-monitor"
LOGS: Final = "/var/log/lab"
"""Where the monitor finds a folder of logs for each RADIUS server."""
PROMETHEUS: Final = "prometheus.yml"
_RULES: Final = "roaming.rules.yml"
ALERTMANAGER: Final = "alertmanager.yml"
_SCRAPE_S: Final = 15
_QUICKEST_S: Final = 1


def files(topology: Topology, network: Network, scale: float) -> dict[str, str]:
    """Return the observers' files by name; raises `SettingError` for a scale that is none."""
    federation = network.federation
    settings = Settings(scale, seconds(federation.failover_target))
    owners = [Owner(borough.slug, borough.borough.contact) for borough in network.boroughs]
    delivery = Webhook(f"http://{topology.node('pager').address}:{PAGER_PORT}/")
    return {
        START_MONITOR: _start_monitor(topology, scale),
        PROMETHEUS: _prometheus(topology, scale),
        _RULES: rules(settings),
        ALERTMANAGER: alertmanager(owners, federation.operator.contact, delivery, settings),
    }


def _start_monitor(topology: Topology, scale: float) -> str:
    """Print a script that keeps its own number, which is then the monitor's.

    Of people's sign-ins the RADIUS servers' logs tell, and so neither those of hubs nor those of access points.
    """
    serve = f"roam-monitor serve --listen 0.0.0.0:{MONITOR_PORT} --scale {scale:g} --traps 0.0.0.0:162"
    for server in topology.of_kind(NodeKind.RADIUS_SERVER):
        for kind, file in (("visits", "visits.log"), ("home", "roaming.log")):
            serve += f" \\\n  --log {kind}@{server.owner}={LOGS}/{server.name}/{file}"
    return f"echo $$ > {MONITOR_PID}\nexec {serve}\n"


def _prometheus(topology: Topology, scale: float) -> str:
    every = f"{max(_SCRAPE_S * scale, _QUICKEST_S) * 1000:.0f}ms"
    control = topology.node(CONTROL).link(OPERATOR)
    document: dict[str, Any] = {
        "global": {"scrape_interval": every, "scrape_timeout": every, "evaluation_interval": every},
        "rule_files": [_RULES],
        "alerting": {"alertmanagers": [_targets(f"{topology.node('alertmanager').address}:9093")]},
        "scrape_configs": [
            {
                "job_name": MONITOR_JOB,
                "static_configs": [{"targets": [f"{control.address if control else ''}:{MONITOR_PORT}"]}],
            }
        ],
    }
    return yaml.safe_dump(document, sort_keys=False)


def _targets(address: str) -> dict[str, Any]:
    return {"static_configs": [{"targets": [address]}]}
