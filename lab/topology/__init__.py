"""Inventory to lab: addresses, networks, the compose file. Pure, but for the writing of files."""

from lab.topology.compose import compose_file, container
from lab.topology.mapping import read_mapping, write_mapping
from lab.topology.plan import (
    CONTROL,
    FEDERATION,
    OPERATOR,
    POOL,
    WHOLE,
    Layout,
    Link,
    Node,
    NodeKind,
    Part,
    Place,
    Topology,
    lay_out,
)
from lab.topology.rewrite import rewrite, rewrite_text

__all__ = [
    "CONTROL",
    "FEDERATION",
    "OPERATOR",
    "POOL",
    "WHOLE",
    "Layout",
    "Link",
    "Node",
    "NodeKind",
    "Part",
    "Place",
    "Topology",
    "compose_file",
    "container",
    "lay_out",
    "read_mapping",
    "rewrite",
    "rewrite_text",
    "write_mapping",
]
