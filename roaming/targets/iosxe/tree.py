"""A configuration of indented lines as a tree that remembers every octet of each line."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

# What a device says about a configuration, and not in it; all of it changes by itself.
_HEADER: Final = re.compile(
    r"Building configuration\.\.\.|Current configuration ?: .*|Using \d+ out of \d+ bytes.*|ntp clock-period .*|end"
)
# How each of these begins: asked of every line first, for it costs less than the expression.
_HEADED: Final = ("Building", "Current", "Using", "ntp clock-period", "end")
# A banner is printed between two ^C; what stands there is text, whatever it looks like. Ciphertext holds ^C too.
_BANNER: Final = re.compile(r"\s*banner \S+ \^C(?!.*\^C)")
_DELIMITER: Final = "^C"


class Node(NamedTuple):
    """A line and what is indented below it. `raw` is the line as it was printed, several for a banner.

    Either may hold a secret.
    """

    text: str
    raw: str
    children: tuple[Node, ...] = ()

    def __repr__(self) -> str:
        """Show no line: it may hold a secret."""
        return f"Node({len(self.lines())} lines)"

    def lines(self) -> list[str]:
        """Return the raw lines of the node and of all below it."""
        found = [self.raw]
        for child in self.children:
            found += child.lines()
        return found


def parse(text: str) -> tuple[Node, ...]:
    """Return the top-level lines, without headers, comments and separators."""
    top: list[Node] = []
    # Lines that may still get children, each with its indent and those it has; the first stands for the whole.
    path: list[tuple[int, str, list[Node]]] = [(-1, "", top)]

    def close(indent: int) -> None:
        while path[-1][0] >= indent:
            _, raw, children = path.pop()
            path[-1][2].append(Node(raw.strip(), raw, tuple(children)))

    for raw in whole_lines(text):
        indent = len(raw) - len(raw.lstrip(" "))
        close(indent)
        path.append((indent, raw, []))
    close(0)
    return tuple(top)


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
            continue
        stripped = line.strip()
        if not stripped or stripped[0] == "!":
            continue
        if stripped.startswith("banner ") and _BANNER.match(line):
            banner.append(line)
        elif not (stripped.startswith(_HEADED) and _HEADER.fullmatch(stripped)):
            found.append(line)
    return [*found, *banner]


def spell(nodes: tuple[Node, ...]) -> str:
    """Return the text of nodes, as it was."""
    return "".join(f"{line}\n" for node in nodes for line in node.lines())
