"""A lab beside another one: a part of an inventory, watched by Prometheus, and gone without a trace."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab import life
from lab.engine import LAB_LABEL, find_engine
from lab.folder import folder
from lab.topology import CONTROL, Part, Topology, container
from tests.lab.conftest import ensurer

if TYPE_CHECKING:
    from lab.engine import Engine

pytestmark = pytest.mark.lab

NAME = f"test-{os.getpid()}-beside"
ROUTES = Path("/proc/net/route")
NAMESPACES = Path("/run/netns")


def test_a_part_of_london_comes_up_with_observers_and_leaves_nothing(repository: Path) -> None:
    where = folder(NAME)
    before = _namespaces()
    engine = find_engine(where.root)
    order = life.Order(
        repository / "inventory",
        ensurer(engine, where),
        part=Part(frozenset({"islington"})),
        profiles=frozenset({"observe"}),
    )
    try:
        topology = life.up(engine, where, order, print)
        ours = _namespaces() - before
        assert {state.status for state in life.status(engine, where)} == {"running"}
        assert _ready(engine, topology, "prometheus", 9090)
        assert _ready(engine, topology, "alertmanager", 9093)
        assert not _reaches_out(engine, topology)
    finally:
        life.down(engine, where)
    label = f"{LAB_LABEL}={NAME}"
    again = find_engine(where.root)
    assert (again.containers(label), again.networks(label)) == ((), ())
    where.remove()
    assert not where.root.exists()
    assert not ours & _namespaces()
    subnets = set(map(str, topology.networks.values()))
    assert not subnets & {str(life.route(line)) for line in ROUTES.read_text().splitlines()[1:]}


def _namespaces() -> set[str]:
    return {path.name for path in NAMESPACES.iterdir()} if NAMESPACES.exists() else set()


def _ready(engine: Engine, topology: Topology, node: str, port: int) -> bool:
    """Ask a daemon of the operator's network whether it is ready, for at most half a minute."""
    url = f"http://{topology.node(node).address}:{port}/-/ready"
    script = f"import urllib.request; urllib.request.urlopen('{url}', timeout=2)"
    for _ in range(30):
        if engine.exec(container(topology, topology.node(CONTROL)), ["python3", "-c", script]).ok:
            return True
        time.sleep(1)
    return False


def _reaches_out(engine: Engine, topology: Topology) -> bool:
    """Tell whether a device has any way out of the lab's networks."""
    routes = engine.exec(container(topology, topology.node("islington-agent")), ["ip", "-4", "route"]).out
    return "default" in routes
