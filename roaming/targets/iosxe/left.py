"""What the inventory leaves to the borough on a controller, though it would be ours: things, and lines in things.

A thing is spelled as its head begins, up to its name: `wlan LON-govroam`. A line in one is spelled behind a slash, by
what it sets: `wlan LON-govroam / security pmf`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from roaming.targets.iosxe.kinds import KINDS, settings
from roaming.targets.iosxe.tree import parse, spell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from roaming.targets.iosxe.kinds import Kind
    from roaming.targets.iosxe.tree import Node

SLASH: Final = " / "

_NAMED: Final = tuple(
    re.compile(match.group()) for kind in KINDS if (match := re.match(r".*\(\?P<name>[^)]*\)", kind.head.pattern))
)
"""How the head of each kind begins, up to the name."""

# A line, and what it cannot do without.
_REFERENCES: Final = (
    (re.compile(r"server name (\S+)"), "radius server {}"),
    (re.compile(r"aaa \S+ \S+ \S+ .*group (\S+)"), "aaa group server radius {}"),
    (re.compile(r"security dot1x authentication-list (\S+)"), "aaa authentication dot1x {}"),
    (re.compile(r"accounting-list (\S+)"), "aaa accounting identity {}"),
    (re.compile(r"aaa-policy (\S+)"), "wireless aaa policy {}"),
    (re.compile(r"flex-profile (\S+)"), "wireless profile flex {}"),
    (re.compile(r"wlan (\S+) policy \S+"), "wlan {}"),
    (re.compile(r"wlan \S+ policy (\S+)"), "wireless profile policy {}"),
    (re.compile(r"policy-tag (\S+)"), "wireless tag policy {}"),
    (re.compile(r"site-tag (\S+)"), "wireless tag site {}"),
)


@dataclass(frozen=True, slots=True)
class Left:
    """What is left: whole things, and lines in things of ours."""

    things: frozenset[str] = frozenset()
    lines: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, spelled: Iterable[str]) -> Left:
        """Read what the inventory names."""
        cut = [one.partition(SLASH) for one in spelled]
        things = frozenset(thing for thing, slash, _ in cut if not slash)
        return cls(things, frozenset((thing, key) for thing, slash, key in cut if slash))

    def __bool__(self) -> bool:
        """Whether anything is left."""
        return bool(self.things or self.lines)

    def line(self, thing: str, kind: Kind, node: Node) -> bool:
        """Whether a line in a thing is left."""
        return bool(self.lines) and (thing, key(kind, node)) in self.lines


def key(kind: Kind, node: Node) -> str:
    """Return what a line in a section sets."""
    (setting,) = settings(kind, (node,)).values()
    return setting.key


def thing_of(node: Node) -> tuple[str, Kind] | None:
    """Return how a top-level line's thing is spelled, and its kind."""
    for kind in KINDS:
        if match := kind.head.fullmatch(node.text):
            return node.text[: match.end("name")], kind
    return None


def is_thing(spelled: str) -> bool:
    """Whether this may name a thing of the table, or a line in one."""
    thing = spelled.partition(SLASH)[0]
    return any(pattern.fullmatch(thing) for pattern in _NAMED)


def without(text: str, left: Left) -> str:
    """Return a rendered configuration without what is left."""
    return spell(tuple(_without(parse(text), left))) if left else text


def _without(nodes: Iterable[Node], left: Left) -> Iterator[Node]:
    for node in nodes:
        found = thing_of(node)
        if found is None:
            yield node
            continue
        thing, kind = found
        children = tuple(child for child in node.children if not left.line(thing, kind, child))
        emptied = kind.shared and not children
        if thing not in left.things and not emptied:
            yield node._replace(children=children)


def needs(text: str) -> Iterator[tuple[str, str]]:
    """Yield every thing that a rendered configuration refers to, behind the thing that does."""
    for node in parse(text):
        found = thing_of(node)
        for line in (node, *node.children) if found else ():
            for pattern, thing in _REFERENCES:
                if found and (match := pattern.fullmatch(line.text)):
                    yield found[0], thing.format(match[1])
