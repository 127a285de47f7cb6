"""Secrets in lines of IOS-XE: how they are typed, how the device shows them, how they are masked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from roaming.errors import QuoteError
from roaming.targets.target import refuse_control

if TYPE_CHECKING:
    from collections.abc import Mapping

# Type 7 is XOR with this text, which every IOS has had since the 1990s: it hides from a glance, from nobody else.
_TYPE_7_KEY: Final = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
_TYPE_7: Final = re.compile(r"[0-9]{2}([0-9A-Fa-f]{2})+")
_LONGEST_KEY: Final = 200


def ios_key(value: str) -> str:
    """Spell a secret as a whole word of a command line.

    `?` asks for help wherever it is typed, a blank ends a word or is kept by one command and dropped by another, and
    a line has at most 254 characters.
    """
    refuse_control(value, "an IOS-XE key")
    if not value or not value.isascii():
        message = "an IOS-XE key is typed in ASCII, and not empty"
        raise QuoteError(message)
    if " " in value or "?" in value:
        message = "a blank or a question mark cannot be typed in an IOS-XE key"
        raise QuoteError(message)
    if len(value) > _LONGEST_KEY:
        message = f"an IOS-XE key has at most {_LONGEST_KEY} characters, this one has {len(value)}"
        raise QuoteError(message)
    return value


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret as it stands in a line. `kind` is the type that the device prints before it: 0, 6, 7 or nothing."""

    kind: str
    text: str = field(repr=False)

    @property
    def plain(self) -> str | None:
        """The secret itself; nothing when only the device can tell."""
        if self.kind in {"", "0"}:
            return self.text
        return decode_type_7(self.text) if self.kind == "7" else None

    def same(self, wanted: Secret, renew: Mapping[str, str]) -> bool:
        """Whether nothing is to be done. Ciphertext is taken for what is wanted, unless that is to be set again."""
        here, there = self.plain, wanted.plain
        if there is None:
            return self == wanted
        return here == there if here is not None else there not in renew


def decode_type_7(text: str) -> str | None:
    """Return what a type 7 text hides; nothing when it is none."""
    if not _TYPE_7.fullmatch(text):
        return None
    start = int(text[:2])
    octets = bytes.fromhex(text[2:])
    plain = bytes(octet ^ _TYPE_7_KEY[(start + at) % len(_TYPE_7_KEY)] for at, octet in enumerate(octets))
    return plain.decode(errors="replace")


# Cisco IOS Security Command Reference: a secret is the end of its line, after the word and an optional type.
_SECRET_LINE: Final = re.compile(
    r"^(?P<head>(?:.*?\s)?(?:key|server-key|password|secret|community|set-key (?:ascii|hex)|psk|pre-shared-key"
    r"|key-string|md5|sha|sha-2|priv (?:aes|des|3des)(?: [0-9]+)?|pac key|passphrase|client-secret|config-key \S+)"
    r"\s+(?:[0-9]\s+)?)\S.*$",
    re.MULTILINE,
)


def redact(text: str) -> str:
    """Mask what a running configuration holds of secrets; rather too much than too little."""
    return _SECRET_LINE.sub(r"\g<head><masked>", text)
