"""Topology to compose file: one service a node, fixed addresses, and no way out of the lab's networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import yaml

from lab.topology.plan import ONLOOKERS, OUTSIDERS, NodeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from ipaddress import IPv4Network

    from lab.topology.plan import Node, Topology

Value: TypeAlias = "str | bool | list[Value] | dict[str, Value]"

_LABEL: Final = "seamless-wifi.lab"
# As a lab's folder sees it: `.lab/NAME`.
_CHECKOUT: Final = "../..:/checkout"
_SERVER_LOGS: Final = "/var/log/freeradius"
# What the control container tells `roam`: with it no command in there needs an option.
_CONTROL: Final[Mapping[str, str]] = {
    "ROAM_INVENTORY": "inventory",
    "ROAM_SECRETS": "secrets",
    "ROAM_KNOWN_HOSTS": "known_hosts",
    "ROAM_STATE": "state",
}


def compose_file(topology: Topology, image: Callable[[Node], str]) -> str:
    """Print the compose file: the same text for the same topology. `image` names each node's image.

    Those who only look on are not in it: they come later or never (`lab.watch`).
    """
    services: dict[str, Value] = {}
    for node in topology.nodes:
        if node.kind not in ONLOOKERS:
            services[node.name] = _service(topology, node, image(node))
    networks: dict[str, Value] = {name: _network(topology, name, net) for name, net in topology.networks.items()}
    document: dict[str, Value] = {"name": topology.name, "networks": networks, "services": services}
    return yaml.safe_dump(document, sort_keys=True, width=120)


def container(topology: Topology, node: Node) -> str:
    """Return the name of a node's container."""
    return f"{topology.name}-{node.name}"


def named(topology: Topology, node: Node, image: str) -> dict[str, Value]:
    """Return what every container of a lab has."""
    service: dict[str, Value] = {
        "container_name": container(topology, node),
        "image": image,
        "labels": {_LABEL: topology.name},
    }
    if node.links:
        networks: dict[str, Value] = {link.network: {"ipv4_address": str(link.address)} for link in node.links}
        service |= {"hostname": node.name, "networks": networks}
    return service


def workplace(topology: Topology, *volumes: str) -> dict[str, Value]:
    """Return what a container needs in which our commands run, and need no options; it gets more volumes besides."""
    environment: dict[str, Value] = {"LAB_ROLE": NodeKind.CONTROL.value}
    for variable, name in _CONTROL.items():
        environment[variable] = f"/checkout/.lab/{topology.name}/{name}"
    return {"environment": environment, "volumes": [_CHECKOUT, *volumes], "working_dir": "/checkout"}


def _service(topology: Topology, node: Node, image: str) -> dict[str, Value]:
    own = workplace(topology) if node.kind is NodeKind.CONTROL else {}
    return named(topology, node, image) | _device(node) | own


def _device(node: Node) -> dict[str, Value]:
    environment: dict[str, Value] = {"LAB_ROLE": node.kind.value}
    if node.login:
        environment["LAB_USER"] = node.login.user
    volumes: list[Value] = [f"./nodes/{node.name}:/etc/lab:ro"]
    if node.kind in OUTSIDERS:
        volumes = [f"./nodes/{node.name}:/etc/lab-outside:ro"]
    if node.kind is NodeKind.RADIUS_SERVER:
        volumes.append(f"./logs/{node.name}:{_SERVER_LOGS}")
    if node.kind is NodeKind.CONTROLLER:
        environment["LAB_ADDRESS"] = str(node.address)
        volumes.append(f"{_CHECKOUT}:ro")
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
