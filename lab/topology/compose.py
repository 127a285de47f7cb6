"""Topology to compose file: one service a node, fixed addresses, and no way out of the lab's networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import yaml

from lab.topology.plan import NodeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from ipaddress import IPv4Network

    from lab.topology.plan import Node, Topology

Value: TypeAlias = "str | bool | list[Value] | dict[str, Value]"

_LABEL: Final = "seamless-wifi.lab"
_GRAFANA: Final = "grafana/grafana"
_GRAFANA_FILES: Final = "../../monitor/dashboards/grafana"
# Whoever reaches it reads: nobody has an account, and it asks nothing of the world, which it cannot reach.
_GRAFANA_SETTINGS: Final[Mapping[str, Value]] = {
    "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
    "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
    "GF_ANALYTICS_REPORTING_ENABLED": "false",
    "GF_AUTH_ANONYMOUS_ENABLED": "true",
    "GF_AUTH_ANONYMOUS_ORG_ROLE": "Viewer",
    "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH": "/var/lib/grafana/dashboards/roaming-overview.json",
    "GF_NEWS_NEWS_FEED_ENABLED": "false",
    "GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION": "true",
}
_OBSERVERS: Final[Mapping[str, list[str]]] = {
    "prometheus": ["prometheus", "--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/tmp/prometheus"],
    "alertmanager": ["prometheus-alertmanager", "--config.file=/etc/prometheus/alertmanager.yml"],
}
# What the control container tells `roam`: with it no command in there needs an option.
_CONTROL: Final[Mapping[str, str]] = {
    "ROAM_INVENTORY": "inventory",
    "ROAM_SECRETS": "secrets",
    "ROAM_KNOWN_HOSTS": "known_hosts",
    "ROAM_STATE": "state",
}


def compose_file(topology: Topology, image: Callable[[Node], str], *, profiles: frozenset[str] = frozenset()) -> str:
    """Print the compose file: the same text for the same topology.

    `image` names each node's image. Services of a profile that is not among `profiles` are written but not started.
    """
    services: dict[str, Value] = {}
    for node in topology.nodes:
        services[node.name] = _service(topology, node, image(node), profiles)
    networks: dict[str, Value] = {name: _network(topology, name, net) for name, net in topology.networks.items()}
    document: dict[str, Value] = {"name": topology.name, "networks": networks, "services": services}
    return yaml.safe_dump(document, sort_keys=True, width=120)


def container(topology: Topology, node: Node) -> str:
    """Return the name of a node's container."""
    return f"{topology.name}-{node.name}"


def _service(topology: Topology, node: Node, image: str, profiles: frozenset[str]) -> dict[str, Value]:
    service: dict[str, Value] = {
        "container_name": container(topology, node),
        "hostname": node.name,
        "image": image,
        "labels": {_LABEL: topology.name},
        "networks": {link.network: {"ipv4_address": str(link.address)} for link in node.links},
    }
    match node.kind:
        case NodeKind.OBSERVER:
            profile = "grafana" if node.name == "grafana" else "observe"
            service |= {"profiles": [profile]} if profile not in profiles else {}
            service |= _grafana(topology) if profile == "grafana" else {"entrypoint": list(_OBSERVERS[node.name])}
        case NodeKind.CONTROL:
            service |= _device(node) | {"environment": _control(topology), "volumes": ["../..:/checkout"]}
            service |= {"working_dir": "/checkout"}
        case _:
            service |= _device(node)
    return service


def _grafana(topology: Topology) -> dict[str, Value]:
    """Give Grafana its data sources and dashboards, so that it comes up complete; they stand in the checkout."""
    address = {node.name: node.links[0].address for node in topology.of_kind(NodeKind.OBSERVER)}
    urls: dict[str, Value] = {
        "ROAMING_ALERTMANAGER_URL": f"http://{address['alertmanager']}:9093",
        "ROAMING_PROMETHEUS_URL": f"http://{address['prometheus']}:9090",
    }
    volumes: list[Value] = [
        f"{_GRAFANA_FILES}/provisioning/dashboards:/etc/grafana/provisioning/dashboards:ro",
        f"{_GRAFANA_FILES}/provisioning/datasources:/etc/grafana/provisioning/datasources:ro",
        f"{_GRAFANA_FILES}/dashboards:/var/lib/grafana/dashboards:ro",
    ]
    return {"image": _GRAFANA, "environment": {**_GRAFANA_SETTINGS, **urls}, "volumes": volumes}


def _control(topology: Topology) -> dict[str, Value]:
    environment: dict[str, Value] = {"LAB_ROLE": NodeKind.CONTROL.value}
    for variable, name in _CONTROL.items():
        environment[variable] = f"/checkout/.lab/{topology.name}/{name}"
    return environment


def _device(node: Node) -> dict[str, Value]:
    environment: dict[str, Value] = {"LAB_ROLE": node.kind.value}
    if node.login:
        environment["LAB_USER"] = node.login.user
    volumes: list[Value] = [f"./nodes/{node.name}:/etc/lab:ro"]
    if node.kind is NodeKind.UPSTREAM:
        volumes = [f"./nodes/{node.name}:/etc/lab-outside:ro"]
    # start-stop-daemon knows another user's daemon by /proc/PID/exe: without SYS_PTRACE `service X stop` does nothing.
    capabilities: list[Value] = ["NET_ADMIN", "NET_RAW", "SYS_PTRACE"]
    return {"cap_add": capabilities, "environment": environment, "init": True, "volumes": volumes}


def _network(topology: Topology, name: str, subnet: IPv4Network) -> dict[str, Value]:
    """Describe a bridge that leads nowhere else: what the lab sends stays in the lab."""
    return {
        "name": f"{topology.name}-{name}",
        "driver": "bridge",
        "internal": True,
        "ipam": {"config": [{"subnet": str(subnet), "gateway": str(subnet.network_address + 1)}]},
        "labels": {_LABEL: topology.name},
        "x-podman.disable_dns": True,
    }
