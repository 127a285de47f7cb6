"""A configuration of indented lines as a tree that remembers every octet of each line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

# What a device says about a configuration, and not in it; all of it changes by itself.
_HEADER: Final = re.compile(
    r"Building configuration\.\.\.|Current configuration ?: .*|Using \d+ out of \d+ bytes.*|ntp clock-period .*|end"
)
# A banner is printed between two ^C; what stands there is text, whatever it looks like. Ciphertext holds ^C too.
_BANNER: Final = re.compile(r"\s*banner \S+ \^C(?!.*\^C)")
_DELIMITER: Final = "^C"


@dataclass(frozen=True, slots=True)
class Node:
    """A line and what is indented below it. `raw` is the line as it was printed, several for a banner.

    Either may hold a secret.
    """

    text: str = field(repr=False)
    raw: str = field(repr=False)
    children: tuple[Node, ...] = ()

    def lines(self) -> list[str]:
        """Return the raw lines of the node and of all below it."""
        return [self.raw, *(line for child in self.children for line in child.lines())]


@dataclass(slots=True)
class _Open:
    """A node that may still get children."""

    indent: int
    text: str
    raw: str
    children: list[_Open] = field(default_factory=list)

    def closed(self) -> Node:
        return Node(self.text, self.raw, tuple(child.closed() for child in self.children))


def parse(text: str) -> tuple[Node, ...]:
    """Return the top-level lines, without headers, comments and separators."""
    root = _Open(-1, "", "")
    path = [root]
    for raw in whole_lines(text):
        stripped = raw.strip()
        indent = len(raw) - len(raw.lstrip(" "))
        while path[-1].indent >= indent:
            path.pop()
        path[-1].children.append(_Open(indent, stripped, raw))
        path.append(path[-1].children[-1])
    return root.closed().children


def whole_lines(text: str) -> list[str]:
    """Return the lines that configure something; the lines of a banner are one."""
    found: list[str] = []
    banner: list[str] = []
    for line in text.splitlines():
        if banner:
            banner.append(line)
            if _DELIMITER in line:
                found.append("\n".join(banner))
                banner = []
        elif _BANNER.match(line):
            banner.append(line)
        elif line.strip() and not line.lstrip().startswith("!") and not _HEADER.fullmatch(line.strip()):
            found.append(line)
    return [*found, *banner]


def spell(nodes: tuple[Node, ...]) -> str:
    """Return the text of nodes, as it was."""
    return "".join(f"{line}\n" for node in nodes for line in node.lines())
