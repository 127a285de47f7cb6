"""The tables that the lab prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from lab.edits import EDITS, ONLY_ONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.life import NodeState
    from lab.topology import Link, Topology


def mapping_table(topology: Topology) -> Table:
    """Show where each device of the inventory stands in the lab."""
    table = Table(title=f"lab {topology.name}", title_justify="left")
    for heading in ("device", "is a", "network", "inventory", "lab"):
        table.add_column(heading, overflow="fold")
    for node in topology.nodes:
        for link in node.links if node.links and node.links[0].real else ():
            table.add_row(node.name, node.kind, link.network, str(link.real), str(link.address))
    return table


def status_table(states: Sequence[NodeState]) -> Table:
    """Show whether each container runs."""
    table = Table()
    for heading in ("device", "is a", "status", "addresses"):
        table.add_column(heading, overflow="fold")
    for state in states:
        addresses = ", ".join(_spelled(link) for link in state.node.links)
        table.add_row(state.node.name, state.node.kind, state.status, addresses)
    return table


def edits() -> tuple[str, ...]:
    """Say all that the lab changes in rendered files, so that nobody takes the lab for the world."""
    head = "The lab's edits, in the copy that hostapd reads; the rendered files stay as they are:"
    return (head, *(f"  {edit}" for edit in EDITS), f"  {ONLY_ONE}")


def _spelled(link: Link) -> str:
    return f"{link.address} ({link.network})"
