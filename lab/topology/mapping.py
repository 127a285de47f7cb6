"""The mapping of a lab as a file: who stands where, for people and for the commands that come after `up`."""

from __future__ import annotations

import json
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Any

from lab.errors import LabError
from lab.topology.plan import Link, Node, NodeKind, Topology

if TYPE_CHECKING:
    from pathlib import Path


def write_mapping(topology: Topology, path: Path) -> None:
    """Write a lab's networks and nodes as JSON."""
    document = {
        "lab": topology.name,
        "networks": {name: str(subnet) for name, subnet in topology.networks.items()},
        "nodes": [_node(node) for node in topology.nodes],
    }
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def read_mapping(path: Path) -> Topology:
    """Read a lab back; logins are not part of it. Raises `LabError` when there is none."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        networks = {name: IPv4Network(subnet) for name, subnet in document["networks"].items()}
        return Topology(document["lab"], networks, tuple(_read_node(node) for node in document["nodes"]))
    except FileNotFoundError:
        message = f"there is no lab {path.parent.name}: `roam-lab up` makes one"
        raise LabError(message) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"the mapping of lab {path.parent.name} cannot be read: `roam-lab down` removes what is left of it"
        raise LabError(message) from error


def _node(node: Node) -> dict[str, object]:
    return {
        "name": node.name,
        "kind": node.kind.value,
        "owner": node.owner,
        "version": node.version,
        "site": node.site,
        "links": [
            {"network": link.network, "real": str(link.real) if link.real else None, "lab": str(link.address)}
            for link in node.links
        ],
    }


def _read_node(found: dict[str, Any]) -> Node:
    links = tuple(
        Link(link["network"], IPv4Address(link["lab"]), IPv4Address(link["real"]) if link["real"] else None)
        for link in found["links"]
    )
    return Node(found["name"], NodeKind(found["kind"]), found["owner"], links, found["version"], None, found["site"])
