"""Faults in the running federation, and back: each is named `kind:node`.

`hub-stopped` ends the daemon, so that the kernel answers with TCP resets; `hub-blackholed` drops every packet on the
federation's side, both ways, as a dead router would. Management stays reachable, so that a fault can be taken back.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from lab.errors import LabError
from lab.topology import FEDERATION, NodeKind, container

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.engine import Engine
    from lab.topology import Node, Topology


class FaultKind(StrEnum):
    """What can be done to a node."""

    HUB_STOPPED = "hub-stopped"
    HUB_BLACKHOLED = "hub-blackholed"
    SERVER_STOPPED = "server-stopped"
    SERVER_BLACKHOLED = "server-blackholed"


_NODES: Final = {
    FaultKind.HUB_STOPPED: NodeKind.HUB,
    FaultKind.HUB_BLACKHOLED: NodeKind.HUB,
    FaultKind.SERVER_STOPPED: NodeKind.RADIUS_SERVER,
    FaultKind.SERVER_BLACKHOLED: NodeKind.RADIUS_SERVER,
}
_SERVICES: Final = {NodeKind.HUB: "radsecproxy", NodeKind.RADIUS_SERVER: "freeradius"}
_STOPPED: Final = frozenset({FaultKind.HUB_STOPPED, FaultKind.SERVER_STOPPED})

# A chain of its own, so that taking a fault back cannot touch a rule of somebody else.
_CHAIN: Final = "lab-blackhole"
_MARK: Final = "/run/lab-stopped"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault at a node."""

    kind: FaultKind
    node: Node

    def __str__(self) -> str:
        """Spell it as the command line does."""
        return f"{self.kind}:{self.node.name}"


def parse(topology: Topology, text: str) -> Fault:
    """Read `hub-stopped:hub-east`. Raises `LabError` saying what there is."""
    word, _, name = text.partition(":")
    if word not in set(FaultKind):
        message = f"there is no fault {word!r}; there are {', '.join(f'{kind}:NODE' for kind in FaultKind)}, and clear"
        raise LabError(message)
    kind, node = FaultKind(word), topology.node(name)
    if node.kind is not _NODES[kind]:
        message = f"{kind} is for a {_NODES[kind]}, and {name} is a {node.kind}"
        raise LabError(message)
    return Fault(kind, node)


def set_fault(engine: Engine, topology: Topology, fault: Fault) -> None:
    """Bring a fault about. Raises `LabError` with the node's own words when it does not obey."""
    if fault.kind in _STOPPED:
        _run(engine, topology, fault.node, _stop(fault.node))
    else:
        _run(engine, topology, fault.node, _blackhole(topology))


def clear_fault(engine: Engine, topology: Topology, fault: Fault) -> None:
    """Take a fault back."""
    _clear(engine, topology, fault.node)


def clear_all(engine: Engine, topology: Topology) -> None:
    """Take every fault back, whatever was set."""
    for node in topology.of_kind(*_SERVICES):
        _clear(engine, topology, node)


@contextmanager
def faulty(engine: Engine, topology: Topology, fault: Fault) -> Iterator[Fault]:
    """Hold a fault for the length of a `with` block."""
    set_fault(engine, topology, fault)
    try:
        yield fault
    finally:
        clear_fault(engine, topology, fault)


def _clear(engine: Engine, topology: Topology, node: Node) -> None:
    _run(engine, topology, node, _open_again())
    _run(engine, topology, node, _start_again(node))


def _stop(node: Node) -> str:
    return f"service {_SERVICES[node.kind]} stop && touch {_MARK}"


def _start_again(node: Node) -> str:
    """Start what was stopped here; a service that nobody has configured yet is left alone."""
    return f"if test -e {_MARK}; then service {_SERVICES[node.kind]} start && rm {_MARK}; fi"


def _blackhole(topology: Topology) -> str:
    subnet = topology.networks[FEDERATION]
    rules = (
        f"-N {_CHAIN}",
        f"-A {_CHAIN} -s {subnet} -j DROP",
        f"-A {_CHAIN} -d {subnet} -j DROP",
        f"-I INPUT -j {_CHAIN}",
        f"-I OUTPUT -j {_CHAIN}",
    )
    return " && ".join(f"iptables -w {rule}" for rule in rules)


def _open_again() -> str:
    """Undo the black hole; without one nothing is done."""
    rules = (f"-D INPUT -j {_CHAIN}", f"-D OUTPUT -j {_CHAIN}", f"-F {_CHAIN}", f"-X {_CHAIN}")
    undo = " && ".join(f"iptables -w {rule}" for rule in rules)
    return f"if iptables -w -n -L {_CHAIN} >/dev/null 2>&1; then {undo}; fi"


def _run(engine: Engine, topology: Topology, node: Node, script: str) -> None:
    result = engine.exec(container(topology, node), ["sh", "-c", script], timeout_s=60)
    if not result.ok:
        words = (result.err or result.out).strip().splitlines()[-1:] or [f"exit status {result.rc}"]
        message = f"{node.name}: {script.split(' && ', maxsplit=1)[0]} failed: {words[0]}"
        raise LabError(message)
