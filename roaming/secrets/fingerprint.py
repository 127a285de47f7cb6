"""Keyed fingerprints: they show that a secret changed and tell nothing about it."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from roaming.errors import SecretError

if TYPE_CHECKING:
    from pathlib import Path

_KEY_OCTETS = 32
_DIGITS = 8


@dataclass(frozen=True, slots=True)
class FingerprintKey:
    """The key of the fingerprints: without it nobody can try guesses against them."""

    key: bytes = field(repr=False)

    def of(self, value: bytes) -> str:
        """Return the first 8 hexadecimal digits of HMAC-SHA256."""
        return hmac.new(self.key, value, hashlib.sha256).hexdigest()[:_DIGITS]


def local_key(state: Path) -> FingerprintKey:
    """Return this installation's key, made on first use, so that fingerprints of two runs can be compared.

    Raises SecretError when the state directory cannot hold it.
    """
    path = state / "fingerprint.key"
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _create(path, secrets.token_bytes(_KEY_OCTETS))
        key = path.read_bytes()
    except OSError as error:
        message = f"the fingerprint key cannot be kept in the state directory: {error.strerror}"
        raise SecretError(message) from None
    if len(key) != _KEY_OCTETS:
        message = "the fingerprint key in the state directory is damaged: remove fingerprint.key to have a new one"
        raise SecretError(message)
    return FingerprintKey(key)


def _create(path: Path, key: bytes) -> None:
    """Write the key under a name of its own first: two runs that start at once end up with one key."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
