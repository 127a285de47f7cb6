"""The compose file of the observers. It stands beside that of the lab, so that they join a lab that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import yaml

from lab.topology import CONTROL, ONLOOKERS, NodeKind, container, named, workplace
from lab.watch.configuration import ALERTMANAGER, LOGS, PAGER_PORT, PROMETHEUS, START_MONITOR

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lab.topology import Node, Topology, Value

_GRAFANA: Final = "grafana"
_IMAGE: Final = "grafana/grafana"
_DASHBOARDS: Final = "../../monitor/dashboards/grafana"
# Whoever reaches it reads: nobody has an account, and it asks nothing of the world, which it cannot reach.
_SETTINGS: Final[Mapping[str, Value]] = {
    "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
    "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
    "GF_ANALYTICS_REPORTING_ENABLED": "false",
    "GF_AUTH_ANONYMOUS_ENABLED": "true",
    "GF_AUTH_ANONYMOUS_ORG_ROLE": "Viewer",
    "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH": "/var/lib/grafana/dashboards/roaming-overview.json",
    "GF_NEWS_NEWS_FEED_ENABLED": "false",
    "GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION": "true",
}
_FILES: Final = "/etc/lab-observers"
_COMMANDS: Final[Mapping[str, list[str]]] = {
    "prometheus": [
        "prometheus",
        f"--config.file={_FILES}/{PROMETHEUS}",
        "--storage.tsdb.path=/tmp/prometheus",
        # What fires before Alertmanager is found is told again after this time, which is else a minute.
        "--rules.alert.resend-delay=5s",
    ],
    "alertmanager": [
        "prometheus-alertmanager",
        f"--config.file={_FILES}/{ALERTMANAGER}",
        "--storage.path=/tmp/alertmanager",
        "--cluster.listen-address=",
    ],
    "pager": ["python3", "/checkout/lab/watch/pager.py", str(PAGER_PORT)],
}


def observers(topology: Topology, *, grafana: bool) -> tuple[Node, ...]:
    """Return those who look on, Grafana only where it is wanted."""
    return tuple(node for node in topology.of_kind(*ONLOOKERS) if grafana or node.name != _GRAFANA)


def observers_file(topology: Topology, image: Callable[[Node], str], *, grafana: bool) -> str:
    """Print the compose file; `image` names the image of each but Grafana, which is nobody's but its makers'."""
    nodes = observers(topology, grafana=grafana)
    services: dict[str, Value] = {node.name: _service(topology, node, image) for node in nodes}
    used = dict.fromkeys(link.network for node in nodes for link in node.links)
    networks: dict[str, Value] = {name: {"name": f"{topology.name}-{name}", "external": True} for name in used}
    document: dict[str, Value] = {"name": topology.name, "networks": networks, "services": services}
    return yaml.safe_dump(document, sort_keys=True, width=120)


def _service(topology: Topology, node: Node, image: Callable[[Node], str]) -> dict[str, Value]:
    if node.name == _GRAFANA:
        return named(topology, node, _IMAGE) | _grafana(topology)
    volumes = [f"./observers:{_FILES}:ro"]
    if node.kind is NodeKind.MONITOR:
        # Hubs and proxies know the monitor by the control container's address, and it reaches what that one reaches.
        network = f"container:{container(topology, topology.node(CONTROL))}"
        volumes.append(f"./logs:{LOGS}:ro")
        own: dict[str, Value] = {"entrypoint": ["sh", f"{_FILES}/{START_MONITOR}"], "network_mode": network}
    else:
        own = {"entrypoint": list(_COMMANDS[node.name])}
    return named(topology, node, image(node)) | workplace(topology, *volumes) | {"init": True} | own


def _grafana(topology: Topology) -> dict[str, Value]:
    """Give Grafana its data sources and dashboards, so that it comes up complete; they stand in the checkout."""
    address = {node.name: node.links[0].address for node in topology.of_kind(NodeKind.OBSERVER)}
    urls: dict[str, Value] = {
        "ROAMING_ALERTMANAGER_URL": f"http://{address['alertmanager']}:9093",
        "ROAMING_PROMETHEUS_URL": f"http://{address['prometheus']}:9090",
    }
    volumes: list[Value] = [
        f"{_DASHBOARDS}/provisioning/dashboards:/etc/grafana/provisioning/dashboards:ro",
        f"{_DASHBOARDS}/provisioning/datasources:/etc/grafana/provisioning/datasources:ro",
        f"{_DASHBOARDS}/dashboards:/var/lib/grafana/dashboards:ro",
    ]
    return {"environment": {**_SETTINGS, **urls}, "volumes": volumes}
