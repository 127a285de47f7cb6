"""What is not rendered for a controller: what the inventory leaves to the borough there, and what is not made yet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from roaming.errors import RenderError
from roaming.model.bundle import Slot
from roaming.targets.iosxe.left import Left, is_thing, needs, without

if TYPE_CHECKING:
    from roaming.model.borough import Controller

# No value of the inventory can hold these two characters.
_OPEN: Final = "\ue000"
_CLOSE: Final = "\ue001"
_MARK: Final = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")
_SPELLED: Final = "spell it as `wlan LON-govroam`, a line in it as `wlan LON-govroam / security pmf`"


def kept(controller: Controller, whole: tuple[str | Slot, ...]) -> tuple[str | Slot, ...]:
    """Return what of a whole configuration is rendered.

    Raises `RenderError` when what is left is nothing of IOS-XE, or when something rendered cannot do without it.
    """
    left = (*controller.owns.exceptions, *controller.owns.not_yet)
    if not left:
        return whole
    _refuse_unknown(controller.name, left)
    slots = [part for part in whole if isinstance(part, Slot)]
    numbers = iter(range(len(slots)))
    marked = "".join(f"{_OPEN}{next(numbers)}{_CLOSE}" if isinstance(part, Slot) else part for part in whole)
    text = without(marked, Left.of(left))
    _refuse_missing(controller, text)
    pieces = enumerate(_MARK.split(text))
    return tuple(slots[int(piece)] if place % 2 else piece for place, piece in pieces if piece)


def _refuse_unknown(name: str, left: tuple[str, ...]) -> None:
    for one in left:
        if not is_thing(one):
            message = f"{name}: `{one}` in owns is nothing that we write on a controller: {_SPELLED}"
            raise RenderError(message)


def _refuse_missing(controller: Controller, text: str) -> None:
    """Refuse what refers to a thing that is not made yet."""
    for thing, needed in needs(text):
        if needed in controller.owns.not_yet:
            message = (
                f"{controller.name}: `{thing}` needs `{needed}`, which owns.not_yet says is not there:"
                f" take it out of not_yet first, or leave the line that needs it to the borough by except"
            )
            raise RenderError(message)
