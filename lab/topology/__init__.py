"""Inventory to lab: addresses, networks, the compose file. Pure, but for the writing of files."""

from lab.topology.plan import FEDERATION, OPERATOR, POOL, Link, Node, NodeKind, Place, Topology, lay_out
from lab.topology.rewrite import rewrite, rewrite_text

__all__ = [
    "FEDERATION",
    "OPERATOR",
    "POOL",
    "Link",
    "Node",
    "NodeKind",
    "Place",
    "Topology",
    "lay_out",
    "rewrite",
    "rewrite_text",
]
