"""The lines of a Catalyst 9800 as the plan and the push see them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from roaming.targets.dialect import Remedy
from roaming.targets.iosxe.comparison import compared
from roaming.targets.iosxe.ownership import parts, scope_of
from roaming.targets.iosxe.remedy import Work
from roaming.targets.iosxe.thing import things
from roaming.targets.iosxe.tree import parse, spell, whole_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roaming.targets.dialect import Scope
    from roaming.targets.iosxe.tree import Node


_MAC: Final = r"[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}"
# Name, slots, model, Ethernet MAC, radio MAC, … (genieparser, ShowApSummary of IOS-XE).
JOINED: Final = re.compile(rf"^(?P<name>\S+)\s+\d+\s.*?\s(?P<ethernet>{_MAC})\s+(?P<radio>{_MAC})\s", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class IosXe:
    """IOS-XE 17.12. Pure: text in, text out."""

    def normal(self, running: str) -> str:
        """Return the lines that configure something; headers, comments and separators change by themselves."""
        return "".join(f"{line}\n" for line in whole_lines(running))

    def scope(self, prefix: str, wanted: str) -> Scope:
        """Return what is ours where `wanted` was rendered with a prefix."""
        return scope_of(prefix, wanted)

    def ours(self, running: str, scope: Scope) -> str:
        """Return our lines, those in shared sections below the section's head."""
        return spell(tuple(part.node._replace(children=part.ours) for part in parts(running, scope) if part.owned))

    def foreign(self, running: str, scope: Scope) -> str:
        """Return all other lines; a shared section's head stands above those of others in it."""
        return spell(_foreign(running, scope))

    def remedy(self, running: str, wanted: str, scope: Scope, renew: Mapping[str, str]) -> Remedy:
        """Return the commands that make our lines those of `wanted`, and what they cost."""
        have, want = things(running, scope), things(wanted, scope)
        before, after = compared(have, want, renew)
        work = Work(dict(have), want, renew)
        work.run()
        gone = [thing for name, thing in have.items() if name not in want and not thing.kind.shared]
        if gone:
            work.note_strangers(gone, _foreign(running, scope))
        return Remedy(tuple(work.commands), tuple(work.outage), tuple(work.unverifiable), before, after)

    def joined(self, shown: str) -> frozenset[str]:
        """Return the Ethernet MACs of `show ap summary` (genieparser, ShowApSummary of IOS-XE)."""
        return frozenset(match["ethernet"] for match in JOINED.finditer(shown))

    def leaving(self, commands: tuple[str, ...]) -> frozenset[str]:
        """Return the access points whose tags go."""
        return frozenset(line.removeprefix("no ap ") for line in commands if line.startswith("no ap "))

    def exposed(self, running: str) -> str | None:
        """Refuse a log of typed lines that does not hide keys: sources disagree on whether it does by itself.

        Source: Configuration Change Notification and Logging, IOS XE 17.x: `hidekeys`.
        """
        settings = [
            child.text
            for node in parse(running)
            if node.text == "archive"
            for log in node.children
            if log.text == "log config"
            for child in log.children
        ]
        if "logging enable" in settings and "hidekeys" not in settings:
            return "its own log keeps what is typed, keys too: set `hidekeys` in `archive`, `log config` first"
        return None


def _foreign(running: str, scope: Scope) -> tuple[Node, ...]:
    cut = (part for part in parts(running, scope) if not part.whole)
    return tuple(part.node._replace(children=part.foreign) if part.owned else part.node for part in cut)
