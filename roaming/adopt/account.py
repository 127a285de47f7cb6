"""Hold what is ours on a controller against what would be rendered for it, and account for every difference."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from roaming.adopt.adoption import Fill, Left
from roaming.targets.iosxe.kinds import SERVER, default
from roaming.targets.iosxe.left import SLASH, thing_of
from roaming.targets.iosxe.remedy import differences
from roaming.targets.iosxe.secret import Secret, redact
from roaming.targets.iosxe.thing import things
from roaming.targets.iosxe.tree import Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from roaming.targets import Scope
    from roaming.targets.iosxe.kinds import Setting
    from roaming.targets.iosxe.ownership import Name
    from roaming.targets.iosxe.thing import Thing

_HERE_ONLY: Final = "it is not there"
_THERE_ONLY: Final = "the inventory asks for no such thing"


@dataclass(frozen=True, slots=True)
class Account:
    """Things that are as we would render them, all that is not, and the secrets in the former."""

    same: tuple[str, ...]
    left: tuple[Left, ...]
    secrets: tuple[Fill, ...]


def account(running: str, wanted: str, scope: Scope, told: Mapping[str, str]) -> Account:
    """Compare a running configuration with a rendered one, in which a secret is spelled by its name.

    `told` holds better reasons for some things that only the device has, by how they are spelled.
    """
    have, want = things(running, scope), things(wanted, scope)
    want = {name: _with_secrets(thing, have.get(name)) for name, thing in want.items()}
    unlike = _unlike_secrets(have, things(wanted, scope))
    same: list[str] = []
    left: list[Left] = []
    for name in sorted({**want, **have}, key=lambda name: name.kind):
        mine = tuple(_differences(name, have, want, unlike)) if name in have and name in want else None
        if mine is None:
            left.append(_alone(name, have, want, told))
        elif any(SLASH not in one.what for one in mine):
            left += mine
        else:
            left += mine
            same.append(f"{spelled(want[name])}{_without(len(mine))}")
    gone = {one.what for one in left}
    fills = _fills(have, things(wanted, scope), gone)
    return Account(tuple(same), tuple(left), fills)


def _without(lines: int) -> str:
    return f", but {lines} line{'s' * (lines != 1)}" if lines else ""


def spelled(thing: Thing) -> str:
    """Spell a thing as the inventory names it."""
    found = thing_of(Node(thing.head, thing.head))
    return found[0] if found else thing.head


def _alone(name: Name, have: Mapping[Name, Thing], want: Mapping[Name, Thing], told: Mapping[str, str]) -> Left:
    """Say of a thing that only one side has it, and what may be in its place on the other."""
    there = name in have
    thing, others, own = (have[name], want, have) if there else (want[name], have, want)
    others = {other: one for other, one in others.items() if other.kind == name.kind and other not in own}
    alike = [one for other, one in own.items() if other.kind == name.kind and other not in (want if there else have)]
    text = spelled(thing)
    why = told.get(text, _THERE_ONLY) if there else _HERE_ONLY
    if len(others) == len(alike) == 1 and text not in told:
        (other,) = others.values()
        why += f"; it would make `{spelled(other)}`" if there else f"; `{spelled(other)}` may be in its place"
    return Left(text, why, not_yet=not there)


def _differences(
    name: Name, have: Mapping[Name, Thing], want: Mapping[Name, Thing], unlike: frozenset[tuple[Name, str]]
) -> Iterator[Left]:
    """Yield what differs in a thing that both sides have: lines, or the thing where a line cannot be told apart."""
    here, there = want[name], have[name]
    text = spelled(here)
    if here.value != there.value:
        yield Left(text, f"`{redact(there.head)}` there, `{redact(here.head)}` here")
        return
    gone, set_again = differences(there, here, {})
    keys = dict.fromkeys((*gone, *set_again, *(key for other, key in unlike if other == name)))
    if any(redact(f" {key} x") != f" {key} x" and key != "key" for key in keys):
        yield Left(text, "it holds a secret in a line that we do not write")
        return
    if set(gone) & set(set_again):
        yield Left(text, f"its order is {_listed(there)} there, {_listed(here)} here")
        return
    for key in keys:
        yield Left(f"{text}{SLASH}{key}", _reason(there, here, key))


def _listed(thing: Thing) -> str:
    return ", ".join(key.removeprefix(f"{thing.kind.ordered} ") for key in thing.ordered)


def _reason(there: Thing, here: Thing, key: str) -> str:
    first, second = there.settings.get(key), here.settings.get(key)
    if first and isinstance(first.value, Secret):
        return "several things have this secret here, and the device has different ones for them"
    usual = default(there.kind, key)
    return f"{_shown(first, usual)} there, {_shown(second, usual)} here"


def _shown(setting: Setting | None, usual: object) -> str:
    if setting is not None:
        return f"`{redact(setting.typed[-1]).strip() if len(setting.typed) == 1 else setting.typed[0]}`"
    return "not set" if usual is None else "the default"


def _with_secrets(here: Thing, there: Thing | None) -> Thing:
    """Return a rendered thing with the device's secrets in the place of names: what they are is not compared."""
    if there is None:
        return here
    given = {
        key: there.settings[key]
        for key, setting in here.settings.items()
        if isinstance(setting.value, Secret) and key in there.settings and isinstance(there.settings[key].value, Secret)
    }
    return replace(here, settings={**here.settings, **given})


def _secrets(have: Mapping[Name, Thing], want: Mapping[Name, Thing]) -> Iterator[tuple[str, Name, str, Secret]]:
    """Yield each secret that both sides have: its name, where it stands, and what the device shows."""
    for name, thing in want.items():
        for key, setting in thing.settings.items():
            there = have[name].settings.get(key) if name in have else None
            if isinstance(setting.value, Secret) and there is not None and isinstance(there.value, Secret):
                yield setting.value.text, name, key, there.value


def _unlike_secrets(have: Mapping[Name, Thing], want: Mapping[Name, Thing]) -> frozenset[tuple[Name, str]]:
    """Return where the device shows different values for what is one secret here."""
    found = list(_secrets(have, want))
    values: dict[str, set[str]] = {}
    for secret, _, _, shown in found:
        values.setdefault(secret, set()).update([] if shown.plain is None else [shown.plain])
    return frozenset((name, key) for secret, name, key, _ in found if len(values[secret]) > 1)


def _fills(have: Mapping[Name, Thing], want: Mapping[Name, Thing], gone: Iterable[str]) -> tuple[Fill, ...]:
    places: dict[str, list[tuple[str, bool]]] = {}
    for secret, name, key, shown in _secrets(have, want):
        thing = spelled(want[name])
        if not {thing, f"{thing}{SLASH}{key}"} & set(gone):
            where = thing if want[name].kind is SERVER else f"{thing}{SLASH}{key}"
            places.setdefault(secret, []).append((where, shown.plain is not None))
    return tuple(
        Fill(secret, tuple(where for where, _ in found), all(known for _, known in found))
        for secret, found in sorted(places.items())
    )
