"""A YAML file that is edited at single places, so that its comments and its order stay.

All places are those of the text as it was read: edits do not see each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

import yaml

from roaming.errors import AdoptionError
from roaming.load.document import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roaming.load import ModelPath


@dataclass(slots=True)
class Sheet:
    """A text and the edits of it. Every method raises `AdoptionError` when the file has no such place."""

    text: str = field(repr=False)
    file: str
    _root: yaml.Node | None = field(init=False, repr=False)
    _starts: list[int] = field(init=False, repr=False)
    _edits: list[tuple[int, int, str]] = field(init=False, repr=False, default_factory=list)

    def __post_init__(self) -> None:
        self._root = parse(self.text, self.file)[0].root
        self._starts = [0, *accumulate(len(line) for line in self.text.splitlines(keepends=True))]

    def edited(self) -> str:
        """Return the text with all edits."""
        text = self.text
        for start, end, new in sorted(self._edits, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def set(self, path: ModelPath, key: str, value: str) -> None:
        """Set a value of one line in a mapping: where it stands, or behind the mapping's first member."""
        mapping = self._mapping(path)
        found = _member(mapping, key)
        if found is not None:
            self._edits.append((self._start(found[1]), self._end(found[1]), value))
        elif mapping.flow_style:
            at = self._end(mapping.value[0][1])
            self._edits.append((at, at, f", {key}: {value}"))
        else:
            self._insert(self._end(mapping.value[0][1]), f"{self._indent(mapping)}{key}: {value}")

    def set_block(self, path: ModelPath, key: str, lines: Sequence[str], flow: str) -> None:
        """Replace a member of a mapping by indented lines, or by one in flow style where the mapping has that."""
        mapping = self._mapping(path)
        found = _member(mapping, key)
        if found is None:
            raise self._missing((*path, key))
        if mapping.flow_style:
            self._edits.append((self._start(found[1]), self._end(found[1]), flow))
            return
        indent = self._indent(mapping)
        self._replace(found, "\n".join(f"{indent}  {line}" for line in lines))

    def append(self, path: ModelPath, key: str, items: Sequence[str]) -> None:
        """Add items of one line to a list in a mapping, which may have no such list yet."""
        mapping = self._mapping(path)
        found = _member(mapping, key)
        if found is None:
            self._add_list(mapping, key, items)
            return
        sequence = found[1]
        if isinstance(sequence, yaml.SequenceNode) and not sequence.flow_style:
            indent = " " * sequence.start_mark.column
            self._insert(self._end(sequence), "\n".join(f"{indent}- {item}" for item in items))
        elif sequence.value or mapping.flow_style:
            at = self._end(sequence) - 1
            before = ", " if sequence.value else ""
            self._edits.append((at, at, before + ", ".join(items)))
        else:
            indent = self._indent(mapping)
            self._replace(found, "\n".join(f"{indent}  - {item}" for item in items))

    def _add_list(self, mapping: yaml.MappingNode, key: str, items: Sequence[str]) -> None:
        at = self._end(mapping)
        if mapping.flow_style:
            self._edits.append((at - 1, at - 1, f", {key}: [{', '.join(items)}]"))
            return
        indent = self._indent(mapping)
        lines = (f"{indent}{key}:", *(f"{indent}  - {item}" for item in items))
        self._insert(at, "\n".join(lines))

    def _replace(self, member: tuple[yaml.Node, yaml.Node], lines: str) -> None:
        """Replace a value by lines below its key, behind a comment that stands beside it."""
        key, value = member
        start, end = self._end(key), self._end(value)
        self._edits.append((start, end, ":"))
        self._insert(end, lines)

    def _insert(self, after: int, lines: str) -> None:
        """Insert lines below the one in which a place is, behind its comment."""
        end = self.text.find("\n", after)
        at = len(self.text) if end < 0 else end
        self._edits.append((at, at, f"\n{lines}"))

    def _mapping(self, path: ModelPath) -> yaml.MappingNode:
        node = self._root
        for part in path:
            if isinstance(node, yaml.MappingNode):
                found = _member(node, str(part))
                node = found[1] if found else None
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
            else:
                node = None
        if not isinstance(node, yaml.MappingNode) or not node.value:
            raise self._missing(path)
        return node

    def _missing(self, path: ModelPath) -> AdoptionError:
        return AdoptionError(f"{self.file} has no {'.'.join(map(str, path))} that could be edited")

    def _indent(self, mapping: yaml.MappingNode) -> str:
        return " " * int(mapping.start_mark.column)

    def _start(self, node: yaml.Node) -> int:
        return self._starts[node.start_mark.line] + int(node.start_mark.column)

    def _end(self, node: yaml.Node) -> int:
        """Return where a node ends: a block, which libyaml lets reach to what comes next, ends with its last leaf."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self._end(last[1] if isinstance(node, yaml.MappingNode) else last)
        return self._starts[node.end_mark.line] + int(node.end_mark.column)


def _member(mapping: yaml.MappingNode, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    return next(((name, value) for name, value in mapping.value if name.value == key), None)
