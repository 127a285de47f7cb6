"""What is ours on a Catalyst, one thing after the other: each with what it sets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from roaming.targets.iosxe.kinds import WLAN, settings
from roaming.targets.iosxe.ownership import headed, parts
from roaming.targets.iosxe.secret import Secret

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Mapping

    from roaming.targets.dialect import Scope
    from roaming.targets.iosxe.kinds import Kind, Setting, Value
    from roaming.targets.iosxe.ownership import Name

SHUT: Final = "shutdown"


@dataclass(frozen=True, slots=True)
class Thing:
    """A line or section of ours. `alone` says that nobody else has a line in it."""

    kind: Kind
    name: str
    head: str
    value: str
    settings: Mapping[str, Setting] = field(repr=False, default_factory=dict)
    alone: bool = True

    @property
    def section(self) -> bool:
        """Whether it is entered, and left with `exit`."""
        return "value" not in self.kind.head.groupindex or self.kind is WLAN

    @property
    def ordered(self) -> tuple[str, ...]:
        """The keys whose order counts, in their order."""
        beginning = self.kind.ordered
        return tuple(key for key in self.settings if beginning and key.startswith(f"{beginning} "))

    @property
    def open(self) -> bool:
        """Whether it is not shut."""
        setting = self.settings.get(SHUT)
        return setting is not None and setting.value is False

    @property
    def address(self) -> str:
        """The address and ports of a RADIUS server."""
        setting = self.settings.get("address ipv4")
        return str(setting.value) if setting else self.name

    def lacking(self, keys: Iterable[str]) -> Thing:
        """Return it without some settings."""
        gone = set(keys)
        return replace(self, settings={key: value for key, value in self.settings.items() if key not in gone})

    def entered(self, lines: Iterable[str]) -> tuple[str, ...]:
        """Return the commands that type lines in this section; none for no lines."""
        typed = [f" {line}" for line in lines]
        return (self.head, *typed, " exit") if typed else ()


def things(text: str, scope: Scope) -> dict[Name, Thing]:
    """Return what is ours in a configuration, in its order."""
    found: dict[Name, Thing] = {}
    for part in parts(text, scope):
        known = headed(part.node) if part.owned else None
        if known is not None:
            name, kind, match = known
            inner = settings(kind, part.ours)
            found[name] = Thing(kind, name.name, part.node.text, _value(match), inner, alone=not part.foreign)
    return found


def _value(match: re.Match[str]) -> str:
    """Return what a head says beside its name; an SSID may be quoted or not."""
    words = {key: text for key, text in match.groupdict().items() if key != "name"}
    if "id" in words:
        words["value"] = words["value"].strip('"')
    return " ".join(words.values())


def same(have: Value | None, want: Value, renew: Mapping[str, str]) -> bool:
    """Whether two values are one, as far as the device tells."""
    if isinstance(have, Secret) and isinstance(want, Secret):
        return have.same(want, renew)
    return have == want
