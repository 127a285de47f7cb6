"""A lab beside another one: a part of an inventory, watched by Prometheus, and gone without a trace."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from lab import life
from lab.engine import LAB_LABEL, find_engine
from lab.folder import folder
from lab.topology import Part, Topology, container
from lab.watch import Wanted, get, watch
from tests.lab.conftest import ensurer

if TYPE_CHECKING:
    from lab.engine import Engine

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("beside")]

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
    )
    try:
        topology = life.up(engine, where, order, print)
        watch(engine, where, topology, Wanted(order.ensure, scale=0.1), print)
        ours = _namespaces() - before
        assert {state.status for state in life.status(engine, where)} == {"running"}
        assert _sees(engine, topology, 'up{job="roam-monitor"} == 1')
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


def _sees(engine: Engine, topology: Topology, expression: str) -> bool:
    """Ask Prometheus until something is found, for at most half a minute."""
    url = f"http://127.0.0.1:9090/api/v1/query?query={quote(expression)}"
    for _ in range(30):
        answer = get(engine, container(topology, topology.node("prometheus")), url)
        if answer and json.loads(answer)["data"]["result"]:
            return True
        time.sleep(1)
    return False


def _reaches_out(engine: Engine, topology: Topology) -> bool:
    """Tell whether a device has any way out of the lab's networks."""
    routes = engine.exec(container(topology, topology.node("islington-agent")), ["ip", "-4", "route"]).out
    return "default" in routes
