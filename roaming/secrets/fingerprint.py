"""Keyed fingerprints: they show that a secret changed and tell nothing about it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from roaming.errors import SecretError
from roaming.secrets import private_file

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
            with suppress(FileExistsError):
                private_file.create(path, secrets.token_bytes(_KEY_OCTETS))
        key = path.read_bytes()
    except OSError as error:
        message = f"the fingerprint key cannot be kept in the state directory: {error.strerror}"
        raise SecretError(message) from None
    if len(key) != _KEY_OCTETS:
        message = "the fingerprint key in the state directory is damaged: remove fingerprint.key to have a new one"
        raise SecretError(message)
    return FingerprintKey(key)
