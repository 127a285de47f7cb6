"""What clients are called in what is printed: pseudonyms of a day, unless addresses were asked for."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final, Protocol

_DAY_NS: Final = 86_400 * 1_000_000_000
_DIGITS: Final = 16


class ClientNames(Protocol):
    """Gives clients their names."""

    def of(self, client: bytes, ns: int) -> str:
        """Return the name of an address at a time, in nanoseconds of the epoch."""
        ...


@dataclass(slots=True, eq=False)
class DailyPseudonyms:
    """HMAC-SHA-256 of the address with a random key for each day (UTC), that is kept nowhere.

    An unkeyed digest of an address can be reversed by trying all of them. A client has one name during a day of one
    reading; over days, and in another reading, it cannot be found again.
    """

    _keys: dict[int, bytes] = field(default_factory=dict, init=False, repr=False)

    def of(self, client: bytes, ns: int) -> str:
        """Return the pseudonym: 16 hexadecimal digits."""
        day = ns // _DAY_NS
        key = self._keys.get(day) or self._new(day)
        return hmac.new(key, client, hashlib.sha256).hexdigest()[:_DIGITS]

    def _new(self, day: int) -> bytes:
        self._keys[day] = secrets.token_bytes(32)
        return self._keys[day]


class Addresses:
    """The addresses themselves."""

    def of(self, client: bytes, ns: int) -> str:  # noqa: ARG002  a name for all times
        """Return the address as it is written."""
        return client.hex(":")
