"""Both sides of a diff: what counts as the same is spelled the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roaming.targets.iosxe.kinds import default
from roaming.targets.iosxe.thing import same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roaming.targets.iosxe.ownership import Name
    from roaming.targets.iosxe.thing import Thing


def compared(have: Mapping[Name, Thing], want: Mapping[Name, Thing], renew: Mapping[str, str]) -> tuple[str, str]:
    """Return both sides as lines for a diff: what counts as the same is spelled the same, in the wanted order."""
    before: list[str] = []
    after: list[str] = []
    for name in sorted(dict.fromkeys((*want, *have)), key=lambda name: name.kind):
        here, there = have.get(name), want.get(name)
        after += _shown(there, there, renew)
        before += _shown(here, there, renew)
    return "".join(f"{line}\n" for line in before), "".join(f"{line}\n" for line in after)


def _shown(thing: Thing | None, wanted: Thing | None, renew: Mapping[str, str]) -> list[str]:
    if thing is None:
        return []
    if wanted is None:
        return [thing.head, *(f" {line}" for setting in thing.settings.values() for line in setting.typed)]
    lines = [wanted.head if thing.value == wanted.value else thing.head]
    first, second = (wanted, thing) if thing.ordered == wanted.ordered else (thing, wanted)
    for key in dict.fromkeys((*first.settings, *second.settings)):
        here, there = thing.settings.get(key), wanted.settings.get(key)
        shown = here.value if here else default(thing.kind, key)
        if there is not None and same(shown, there.value, renew):
            lines += [f" {line}" for line in there.typed]
        elif here is not None and (there is not None or shown != default(thing.kind, key)):
            lines += [f" {line}" for line in here.typed]
    return lines
