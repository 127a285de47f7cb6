"""What of an IOS-XE configuration is ours: by name, by scope, and line by line in sections that are shared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from roaming.targets.dialect import Scope
from roaming.targets.iosxe.kinds import ACCESS_POINT, BY_WORD, DYNAMIC_AUTHOR, SERVER, settings
from roaming.targets.iosxe.left import Left, thing_of
from roaming.targets.iosxe.tree import Node, parse

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from roaming.targets.iosxe.kinds import Kind

TAGS = ("policy-tag", "site-tag")
"""What we set on an access point. Its RF tag stays the borough's."""


class Name(NamedTuple):
    """A thing of the configuration: the place of its kind in the table, and its name."""

    kind: int
    name: str


@dataclass(frozen=True, slots=True)
class Part:
    """A top-level line or section, cut into what is ours and what is not. `head` says that its head is ours."""

    node: Node
    name: Name | None = None
    ours: tuple[Node, ...] = ()
    foreign: tuple[Node, ...] = ()
    head: bool = False

    @property
    def owned(self) -> bool:
        """Whether anything in it is ours."""
        return self.head or bool(self.ours)

    @property
    def whole(self) -> bool:
        """Whether all of it is ours."""
        return self.owned and not self.foreign


def headed(node: Node) -> tuple[Name, Kind, re.Match[str]] | None:
    """Return which thing of the table a top-level line is."""
    for number, kind in BY_WORD.get(node.text.partition(" ")[0], ()):
        match = kind.head.fullmatch(node.text)
        if match:
            return Name(number, match["name"]), kind, match
    return None


def parts(text: str, scope: Scope) -> Iterator[Part]:
    """Yield the top-level lines and sections of a configuration in its order."""
    nodes = parse(text)
    border = _Border.of(nodes, scope)
    for node in nodes:
        found = headed(node)
        if found is None:
            yield Part(node)
        elif found[1].shared:
            yield border.cut(node, found[0], found[1])
        elif border.owns(found[0], node):
            ours = tuple(child for child in node.children if not border.leaves(child, node))
            foreign = tuple(child for child in node.children if border.leaves(child, node))
            yield Part(node, found[0], ours, foreign, head=True)
        else:
            yield Part(node, found[0], foreign=node.children)


def scope_of(prefix: str, wanted: str) -> Scope:
    """Return the scope of a rendered configuration: its prefix, and the lines of it that no prefix can mark.

    A line in a shared section is spelled below its head, without a secret: `aaa server radius dynamic-author` and
    ` client 10.7.0.11`.
    """
    lines: list[str] = []
    for node in parse(wanted):
        found = headed(node)
        if found is None or found[0].name.startswith(prefix):
            continue
        lines.append(node.text)
        if found[1] is DYNAMIC_AUTHOR:
            lines += [f"{node.text}\n {key}" for key in settings(DYNAMIC_AUTHOR, node.children)]
    return Scope(prefix, tuple(lines))


@dataclass(frozen=True, slots=True)
class _Border:
    """Where ours ends: named things, and clients that may send CoA."""

    prefix: str
    named: frozenset[Name]
    clients: frozenset[str]
    left: Left

    @classmethod
    def of(cls, nodes: tuple[Node, ...], scope: Scope) -> _Border:
        """A client is ours when the scope says so, or when its address is that of a server of ours and no other."""
        heads: set[Name] = set()
        listed: set[str] = set()
        for line in scope.lines:
            head, _, inner = line.partition("\n ")
            found = headed(Node(head, head))
            if found:
                heads.add(found[0])
                listed |= {inner} - {""}
        border = cls(scope.prefix, frozenset(heads), frozenset(), Left.of(scope.left))
        ours: set[str] = set()
        others: set[str] = set()
        for node in nodes:
            found = headed(node)
            if found and found[1] is SERVER:
                (ours if border.owns(found[0], node) else others).add(_address(node))
        clients = listed | {f"client {address}" for address in ours - others}
        return replace(border, clients=frozenset(clients))

    def owns(self, name: Name, node: Node) -> bool:
        """Whether a thing that is not shared is ours."""
        found = thing_of(node)
        left = found is not None and found[0] in self.left.things
        return not left and (self._bears(name.name) or name in self.named)

    def leaves(self, child: Node, node: Node) -> bool:
        """Whether a line in a thing is left to the borough."""
        found = thing_of(node) if self.left else None
        return found is not None and (found[0] in self.left.things or self.left.line(*found, child))

    def _bears(self, word: str) -> bool:
        return bool(self.prefix) and word.startswith(self.prefix)

    def cut(self, node: Node, name: Name, kind: Kind) -> Part:
        """Cut a shared section. It is ours as a whole when the scope names it and nobody else has a line in it."""
        mine = tuple(child for child in node.children if self._line(child, name, kind) and not self.leaves(child, node))
        rest = tuple(child for child in node.children if child not in mine)
        return Part(node, name, mine, rest, head=not rest and (bool(mine) or name in self.named))

    def _line(self, child: Node, name: Name, kind: Kind) -> bool:
        (setting,) = settings(kind, (child,)).values()
        if kind is DYNAMIC_AUTHOR:
            return setting.key in self.clients
        if kind is ACCESS_POINT and setting.key in TAGS:
            return name in self.named or self._bears(str(setting.value))
        return False


def _address(node: Node) -> str:
    value = settings(SERVER, node.children).get("address ipv4")
    return str(value.value).split(" ", 1)[0] if value else ""
