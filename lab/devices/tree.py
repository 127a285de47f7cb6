"""A configuration as an ordered tree of lines. Trees never change: each edit returns a new one that shares the rest.

So a backup, the startup configuration and a rollback are references, and a thousand devices share one brownfield.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from lab.devices.grammar import Match, grammar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GLOBAL: Final = "global"
# A running configuration shows the character that ends a banner as these two.
DELIMITER: Final = "^C"
_QUIT: Final = "\tquit"


@dataclass(frozen=True, slots=True)
class Node:
    """A line and the lines below it. `key` names the setting, `rank` is its place in the order of IOS."""

    line: str
    key: str
    rank: int
    mode: str | None = None
    children: Tree = ()


Tree = tuple[Node, ...]


def node(mode: str, line: str) -> tuple[Node, bool]:
    """Make the node of a line as a file has it, and say whether the mode knows the line."""
    found = grammar().match(mode, line)
    if not isinstance(found, Match):
        return Node(line, line, 1 << 20), False
    return Node(line, found.key, found.row.rank, found.row.mode), True


def print_tree(tree: Tree) -> str:
    """Print a configuration as `show running-config` does: one space a level, a `!` around each section."""
    lines: list[str] = []
    for each in tree:
        apart = bool(each.children) or "\n" in each.line or each.mode is not None
        if apart and lines and lines[-1] != "!":
            lines.append("!")
        lines.append(each.line)
        lines += _below(each, 1)
        if apart:
            lines.append("!")
    if lines and lines[-1] != "!":
        lines.append("!")
    return "".join(f"{line}\n" for line in lines)


def _below(parent: Node, depth: int) -> Iterator[str]:
    for child in parent.children:
        yield " " * depth + child.line
        yield from _below(child, depth + 1)


@dataclass(slots=True)
class _Lines:
    """The lines of a file, and what no mode knows of them."""

    lines: list[str]
    place: int = 0
    unknown: tuple[str, ...] = ()

    def peek(self) -> str | None:
        """Return the next line that is no comment, None at the end of the file."""
        while self.place < len(self.lines):
            line = self.lines[self.place]
            if line.strip() == "end" and not line.startswith(" "):
                return None
            if line.strip() and not line.lstrip(" ").startswith("!"):
                return line
            self.place += 1
        return None


def parse_tree(text: str) -> tuple[Tree, tuple[str, ...]]:
    """Read a configuration as files have it. Returns the tree and the lines that no mode knows."""
    lines = _Lines(text.split("\n"))
    return _level(lines, GLOBAL, 0), lines.unknown


def _level(lines: _Lines, mode: str, depth: int) -> Tree:
    """Read the lines of one level."""
    nodes: list[Node] = []
    while (line := lines.peek()) is not None:
        indent = len(line) - len(line.lstrip(" "))
        if indent < depth:
            break
        lines.place += 1
        nodes.append(_one(lines, mode, line[indent:], indent))
    return tuple(nodes)


def _one(lines: _Lines, mode: str, text: str, indent: int) -> Node:
    """Read a line and all that belongs to it."""
    if mode == GLOBAL and text.startswith("banner "):
        return _banner(lines, text)
    if mode == "certificate":
        return Node(text, text, 0)
    made, known = node(mode, text)
    if not known:
        lines.unknown += (text,)
    if made.mode is None:
        return made
    return replace(made, children=_level(lines, made.mode, indent + 1))


def _banner(lines: _Lines, text: str) -> Node:
    """Read a banner: everything up to its second delimiter, as it stands."""
    _, kind, rest = text.split(" ", 2)
    delimiter = DELIMITER if rest.startswith(DELIMITER) else rest[:1]
    taken = [text]
    while delimiter not in "\n".join(taken).removeprefix(f"banner {kind} ")[len(delimiter) :]:
        if lines.place >= len(lines.lines):
            break
        taken.append(lines.lines[lines.place])
        lines.place += 1
    made, _ = node(GLOBAL, f"banner {kind} x")
    return replace(made, line="\n".join(taken))


def find(tree: Tree, path: tuple[str, ...]) -> Node | None:
    """Return the node at a path of keys."""
    found = None
    for key in path:
        found = next((each for each in tree if each.key == key), None)
        if found is None:
            return None
        tree = found.children
    return found


def edit(tree: Tree, path: tuple[str, ...], change: Callable[[Tree], Tree]) -> Tree:
    """Return the tree with the level at a path changed."""
    if not path:
        return change(tree)
    return tuple(
        replace(each, children=edit(each.children, path[1:], change)) if each.key == path[0] else each for each in tree
    )


def put(level: Tree, new: Node) -> Tree:
    """Return a level with a line set: in place of the same setting, else where IOS prints it."""
    for place, each in enumerate(level):
        if each.key == new.key:
            kept = replace(new, children=each.children) if each.children and not new.children else new
            return (*level[:place], kept, *level[place + 1 :])
    place = next((place for place, each in enumerate(level) if each.rank > new.rank), len(level))
    return (*level[:place], new, *level[place:])


def drop(level: Tree, key: str, *, prefix: bool = False) -> Tree:
    """Return a level without a setting; with `prefix`, without all whose line begins with these words."""
    if not prefix:
        return tuple(each for each in level if each.key != key)
    return tuple(each for each in level if each.key != key and not f"{each.key} ".startswith(f"{key} "))


def quit_line() -> Node:
    """Return the line that ends a certificate."""
    return Node(_QUIT, _QUIT, 0)
