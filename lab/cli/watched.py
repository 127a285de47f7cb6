"""A watched lab for as long as a command needs it: the one that is up, or one of its own."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from lab import life
from lab.cli.workshop import ensurer
from lab.scenarios.verification import push
from lab.topology import read_mapping
from lab.watch import Wanted, watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lab.engine import Engine
    from lab.folder import Folder
    from lab.topology import Topology

_PUSH_S: Final = 900


@contextmanager
def watched(
    engine: Engine, where: Folder, inventory: Path, scale: float, say: Callable[[str], None]
) -> Iterator[Topology]:
    """Give the lab that is up, watched if nobody does; without one make a lab of the inventory, and take it down again.

    A monitor that looks on already keeps its own scale.
    """
    with _lab(engine, where, inventory, say) as topology:
        states = {state.node.name: state.status for state in life.status(engine, where)}
        if states.get("pager") != "running" or states.get("monitor") != "running":
            watch(engine, where, topology, Wanted(ensurer(engine, where, say), scale), say)
        yield topology


@contextmanager
def _lab(engine: Engine, where: Folder, inventory: Path, say: Callable[[str], None]) -> Iterator[Topology]:
    if where.mapping.exists():
        yield read_mapping(where.mapping)
        return
    topology = life.up(engine, where, life.Order(inventory, ensurer(engine, where, say)), say)
    try:
        say("pushing")
        push(engine, topology, timeout_s=_PUSH_S)
        yield topology
    finally:
        life.down(engine, where)
