"""Fill the slots of a rendered file: the only place where a secret meets a configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roaming.errors import QuoteError, SecretError
from roaming.model.bundle import SlotKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from roaming.model.bundle import File, Slot
    from roaming.secrets.store import SecretStore


_TELLING = 8
"""Shorter secrets are refused: they could be guessed, and masking them would mask ordinary words."""


def fill(slot: Slot, quotings: Mapping[str, Callable[[str], str]], store: SecretStore) -> str:
    """Return a slot's value in the spelling of its target.

    Raises SecretError when it cannot be resolved or is too short, QuoteError when it has no safe spelling.
    """
    value = resolve(slot, store)
    if slot.quoting not in quotings:
        message = f"the target has no quoting '{slot.quoting}' for {slot.name}"
        raise SecretError(message)
    try:
        return quotings[slot.quoting](value)
    except QuoteError as error:
        message = f"{slot.kind} {slot.name}: {_reason(error, value)}"
        raise QuoteError(message) from None


def _reason(error: QuoteError, value: str) -> str:
    """Return why a value was refused, unless the words repeat it."""
    words = str(error)
    telling = value in words or repr(value)[1:-1] in words
    return "its value has no safe spelling there" if telling else words


def resolve(slot: Slot, store: SecretStore) -> str:
    """Return a slot's bare value."""
    if slot.kind is SlotKind.CERTIFICATE:
        return store.certificate(slot.name)
    value = store.secret(slot.name)
    if len(value.encode()) < _TELLING:
        message = f"secret {slot.name} is shorter than {_TELLING} octets"
        raise SecretError(message)
    return value


def materialise(file: File, quotings: Mapping[str, Callable[[str], str]], store: SecretStore) -> bytes:
    """Return the file's octets with every slot filled through its target's quoting."""
    return file.text(lambda slot: fill(slot, quotings, store)).encode()
