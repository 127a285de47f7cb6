"""A fault as people name it: `kind:place`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.errors import LabError
from lab.faults.kind import AT_A_BOROUGH, AT_A_NODE, FaultKind, spelled
from lab.topology import NodeKind

if TYPE_CHECKING:
    from lab.topology import Node, Topology


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault and the nodes of its place; `place` is a node, `borough/site`, a borough or nothing."""

    kind: FaultKind
    place: str
    nodes: tuple[Node, ...]

    def __str__(self) -> str:
        """Spell it as the command line does."""
        return f"{self.kind}:{self.place}" if self.place else self.kind.value


def parse(topology: Topology, text: str) -> Fault:
    """Read `hub-stopped:hub-east`. Raises `LabError` saying what there is."""
    word, _, place = text.partition(":")
    if word not in set(FaultKind):
        message = f"there is no fault {word!r}; there are {', '.join(map(spelled, FaultKind))}, and clear"
        raise LabError(message)
    kind = FaultKind(word)
    if kind in AT_A_NODE:
        return Fault(kind, place, (_node(topology, kind, place),))
    if kind in AT_A_BOROUGH:
        return Fault(kind, place, _servers(topology, place))
    if kind is FaultKind.SITE_STOPPED:
        return Fault(kind, place, _access_points(topology, place))
    return Fault(kind, "", topology.of_kind(NodeKind.MONITOR))


def _node(topology: Topology, kind: FaultKind, name: str) -> Node:
    node = topology.node(name)
    if node.kind is not AT_A_NODE[kind]:
        message = f"{kind} is for {AT_A_NODE[kind].one}, and {name} is {node.kind.one}"
        raise LabError(message)
    return node


def _servers(topology: Topology, borough: str) -> tuple[Node, ...]:
    servers = topology.of_kind(NodeKind.RADIUS_SERVER)
    found = tuple(node for node in servers if node.owner == borough)
    if not found:
        known = ", ".join(dict.fromkeys(node.owner for node in servers))
        message = f"the lab has no RADIUS server of {borough!r}; it has those of {known}"
        raise LabError(message)
    return found


def _access_points(topology: Topology, site: str) -> tuple[Node, ...]:
    points = topology.of_kind(NodeKind.ACCESS_POINT)
    found = tuple(node for node in points if f"{node.owner}/{node.site}" == site)
    if not found:
        known = ", ".join(dict.fromkeys(f"{node.owner}/{node.site}" for node in points))
        message = f"the lab has no access point at {site!r}; it has some at {known}"
        raise LabError(message)
    return found
