"""Inventory to lab: addresses, networks, the compose file. Pure, but for the writing of files."""

from lab.topology.compose import Value, compose_file, container, named, workplace
from lab.topology.mapping import read_mapping, write_mapping
from lab.topology.plan import (
    CONTROL,
    FEDERATION,
    MONITOR,
    ONLOOKERS,
    OPERATOR,
    OUTSIDERS,
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
    "MONITOR",
    "ONLOOKERS",
    "OPERATOR",
    "OUTSIDERS",
    "POOL",
    "WHOLE",
    "Layout",
    "Link",
    "Node",
    "NodeKind",
    "Part",
    "Place",
    "Topology",
    "Value",
    "compose_file",
    "container",
    "lay_out",
    "named",
    "read_mapping",
    "rewrite",
    "rewrite_text",
    "workplace",
    "write_mapping",
]
