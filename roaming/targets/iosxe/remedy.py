"""From what runs to what is wanted, in an order that a device takes.

What is referred to is made before it is referred to, and goes after nothing refers to it any more. What stands in the
way of something new (a WLAN whose number or SSID changes, a server whose address another one gets) goes first of all.
A section is left with `exit`: in a policy tag `wlan …` means something else than outside of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from roaming.errors import RenderError
from roaming.targets.iosxe import cost
from roaming.targets.iosxe.kinds import ACCESS_POINT, GROUP, POLICY_TAG, SERVER, WLAN, default, without
from roaming.targets.iosxe.secret import Secret, redact
from roaming.targets.iosxe.thing import SHUT, same

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from roaming.targets.iosxe.kinds import Value
    from roaming.targets.iosxe.ownership import Name
    from roaming.targets.iosxe.thing import Thing
    from roaming.targets.iosxe.tree import Node

_REFERENCES: Final = {SERVER.title: "server name", WLAN.title: "wlan"}
"""How a group names a server, and a policy tag a WLAN."""


@dataclass(slots=True)
class Work:
    """The commands so far, and what they cost."""

    have: dict[Name, Thing]
    want: dict[Name, Thing]
    renew: Mapping[str, str] = field(repr=False)
    commands: list[str] = field(repr=False, default_factory=list)
    outage: list[str] = field(default_factory=list)
    unverifiable: list[str] = field(default_factory=list)
    joining: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Clear the way, make and change in the order of the table, take away in the reverse order."""
        self._clear()
        self._note_ciphertext()
        for name in sorted(self.want, key=lambda name: name.kind):
            self._settle(self.have.get(name), self.want[name])
        gone = [name for name in self.have if name not in self.want]
        for name in sorted(gone, key=lambda name: -name.kind):
            self._remove(self.have[name])
        self._say(cost.of_joining(self.joining))

    def _clear(self) -> None:
        doomed = [*self._moved_servers(), *self._changed_wlans()]
        lost = {f"{_REFERENCES[self.have[name].kind.title]} {name.name}" for name in doomed}
        for name, thing in self.have.items():
            hits = [key for key in thing.settings if key in lost and thing.kind in (GROUP, POLICY_TAG)]
            self.commands += thing.entered(line for key in hits for line in without(thing.kind, thing.settings[key]))
            self.have[name] = thing.lacking(hits)
            self._say(cost.of_refilling(thing) if hits and thing.kind is GROUP and name in self.want else "")
        for name in doomed:
            thing = self.have.pop(name)
            _refuse_left(thing)
            self.commands.append(f"no {thing.head}")
            self._say(cost.of_removal(thing, again=name in self.want))

    def _moved_servers(self) -> Iterator[Name]:
        """Yield servers of ours that hold an address which another one shall have: no two may have the same."""
        taken = {thing.address: name for name, thing in self.want.items() if thing.kind is SERVER}
        for name, thing in self.have.items():
            if thing.kind is SERVER and taken.get(thing.address, name) != name:
                yield name

    def _changed_wlans(self) -> Iterator[Name]:
        """Yield WLANs that go, or whose number or SSID changes, which is only set when a WLAN is made."""
        for name, thing in self.have.items():
            if thing.kind is WLAN and (name not in self.want or self.want[name].value != thing.value):
                yield name

    def _note_ciphertext(self) -> None:
        for name in sorted(self.want.keys() & self.have.keys()):
            for key, setting in self.want[name].settings.items():
                here = self.have[name].settings.get(key)
                shown = here.value if here else None
                if isinstance(shown, Secret) and isinstance(setting.value, Secret):
                    known = shown.plain is not None or setting.value.plain is None
                    if not known and shown.same(setting.value, self.renew):
                        self.unverifiable.append(f"{self.want[name].head}: {key}")

    def _settle(self, have: Thing | None, want: Thing) -> None:
        if not want.section:
            self.commands += [want.head] if have is None or have.value != want.value else []
        elif have is not None:
            self._change(have, want)
        else:
            self.commands += _made(want)
            self._note_joining(want)

    def _change(self, have: Thing, want: Thing) -> None:
        gone, set_again = differences(have, want, self.renew)
        if not gone and not set_again:
            return
        lines = [line for key in gone for line in without(have.kind, have.settings[key])]
        anew = [key for key in set_again if have.kind.anew and key.startswith(f"{have.kind.anew} ")]
        lines += [line for key in anew if key in have.settings for line in without(have.kind, have.settings[key])]
        lines += [line for key in set_again for line in want.settings[key].typed]
        if have.kind.shut:
            lines = _between(have, want, lines)
        self.commands += want.entered(lines)
        self._say(cost.of_change(want, [*gone, *set_again]))
        self._say(cost.of_refilling(want) if set(gone) & set(set_again) else "")
        self._note_joining(want)

    def _remove(self, have: Thing) -> None:
        _refuse_left(have)
        if have.alone:
            self.commands.append(f"no {have.head}")
        else:
            lines = (line for setting in have.settings.values() for line in without(have.kind, setting))
            self.commands += have.entered(lines)
        self._say(cost.of_removal(have, again=False))
        self._note_joining(have)

    def _note_joining(self, thing: Thing) -> None:
        self.joining += [thing.name] if thing.kind is ACCESS_POINT else []

    def note_strangers(self, gone: Iterable[Thing], foreign: Iterable[Node]) -> None:
        """Say which lines of others name what is taken away: they are not ours to change."""
        named = {thing.name: thing for thing in gone}
        for node in foreign:
            words = {word for line in node.lines() for word in line.split()}
            for name in sorted(named.keys() & words):
                head = redact(node.text.partition("\n")[0])
                self._say(f"{named[name].kind.title} {name} is taken away, but `{head}` of others names it")

    def _say(self, sentence: str) -> None:
        if sentence and sentence not in self.outage:
            self.outage.append(sentence)


def differences(have: Thing, want: Thing, renew: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Return what makes one thing another: the keys that go back to their default, and those that are set."""

    def usual(key: str) -> Value | None:
        return default(have.kind, key)

    kept = _kept(have.ordered, want.ordered)
    moved = {*have.ordered, *want.ordered} - kept
    gone = [
        key
        for key, setting in have.settings.items()
        if (key in moved) or (key not in want.settings and setting.value != usual(key))
    ]
    shown = {key: setting.value for key, setting in have.settings.items()}
    set_again = [
        key
        for key, setting in want.settings.items()
        if key in moved or not same(shown.get(key, usual(key)), setting.value, renew)
    ]
    return gone, set_again


def _refuse_left(thing: Thing) -> None:
    """Refuse to take a section away in which lines are left to the borough: they would go with it."""
    if not thing.alone and not thing.kind.shared:
        message = (
            f"`{thing.head}` has to go or to be made anew, but some of its lines are left to the borough by `except`"
        )
        raise RenderError(message)


def _kept(have: tuple[str, ...], want: tuple[str, ...]) -> set[str]:
    """Return the ordered keys that may stay: a device puts a new line behind the others."""
    staying = tuple(key for key in have if key in want)
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(staying, want, strict=False))
    return {key for key, _ in pairs}


def _made(want: Thing) -> tuple[str, ...]:
    """Return the commands of a new section, every line of it typed, switched on at last."""
    lines = [line for key, setting in want.settings.items() if key != SHUT for line in setting.typed]
    if SHUT in want.settings:
        lines += want.settings[SHUT].typed
    return want.entered(lines) or (want.head, " exit")


def _between(have: Thing, want: Thing, lines: list[str]) -> list[str]:
    """Put the changes of a running section between `shutdown` and `no shutdown`."""
    changes = [line for line in lines if line not in (SHUT, f"no {SHUT}")]
    if not changes:
        return lines
    before = [SHUT] if have.open else []
    return [*before, *changes, *([f"no {SHUT}"] if want.open else [])]
