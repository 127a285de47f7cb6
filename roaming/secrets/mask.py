"""A mask over everything that is shown or logged: known secrets in all the forms that programs spell them in."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from roaming.secrets.type_7 import type_7

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from roaming.secrets.fingerprint import FingerprintKey

_SHORTEST = 4
_ALIGNMENTS = 3
_LONGEST_TYPE_7 = 64
_PERCENT = re.compile("%[0-9A-F]{2}")
_UNSAFE = re.compile(r"[^\w@%+=:,./-]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Mask:
    """Replaces known values by labels. Make one with `Mask.of`."""

    labels: Mapping[str, str]
    pattern: re.Pattern[str] | None

    def __repr__(self) -> str:
        """Say how much is masked, and nothing of it."""
        return f"Mask({len(set(self.labels.values()))} values)"

    @classmethod
    def of(cls, values: Mapping[str, str], key: FingerprintKey, spellings: Iterable[tuple[str, str]] = ()) -> Mask:
        """Mask each named value in every form, and the given (name, spelling) pairs as they are."""
        labels: dict[str, str] = {}
        for name, value in values.items():
            labels |= dict.fromkeys(_forms(value), label("secret", name, key.of(value.encode())))
        for name, spelling in spellings:
            if name in values and len(spelling) >= _SHORTEST:
                labels.setdefault(spelling, label("secret", name, key.of(values[name].encode())))
        longest_first = sorted(labels, key=len, reverse=True)
        pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None
        return cls(labels, pattern)

    def text(self, text: str) -> str:
        """Return the text with every known value replaced by `<secret NAME fingerprint XXXXXXXX>`."""
        if self.pattern is None:
            return text
        return self.pattern.sub(lambda match: self.labels[match.group()], text)


def label(kind: str, name: str, fingerprint: str) -> str:
    """Spell a hidden value for eyes."""
    return f"<{kind} {name} fingerprint {fingerprint}>"


def _forms(value: str) -> set[str]:
    """Return the spellings of a value; a value of several lines (a PEM) is known by each of its lines too."""
    parts = [value] + [line for line in value.splitlines() if len(line) >= 16 and not line.startswith("-----")]  # noqa: PLR2004  shorter lines are not telling
    forms = {form for part in parts for form in _spellings(part)}
    return {form for form in forms if len(form) >= _SHORTEST}


def _spellings(value: str) -> Iterable[str]:
    octets = value.encode()
    yield value
    yield from _hexadecimal(octets)
    yield from _base64_spellings(octets)
    yield from _escaped(value)
    yield from _quoted(value)
    if len(octets) <= _LONGEST_TYPE_7:
        yield from type_7(octets)


def _hexadecimal(octets: bytes) -> Iterable[str]:
    for separator in ("", ":", " ", "-"):
        spelt = octets.hex(separator) if separator else octets.hex()
        yield from (spelt, spelt.upper())
    yield "".join(f"\\x{octet:02x}" for octet in octets)


def _escaped(value: str) -> Iterable[str]:
    """Yield what JSON (once and twice), Python, URLs, HTML and hostapd's own printf_encode make of a value."""
    for ascii_only in (True, False):
        once = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        yield once
        yield json.dumps(once, ensure_ascii=ascii_only)[1:-1]
    yield repr(value)[1:-1]
    yield ascii(value)[1:-1]
    yield repr(value.encode())[2:-1]
    yield "".join(_printf_encoded(octet) for octet in value.encode())
    for encoded in (quote(value), quote(value, safe=""), quote_plus(value)):
        yield encoded
        yield _PERCENT.sub(lambda match: match.group().lower(), encoded)
    for encoded in (escape(value), escape(value, quote=False)):
        yield encoded
        decimal = encoded.replace("&#x27;", "&#39;")
        yield from (decimal, decimal.replace("&quot;", "&#34;"))


def _printf_encoded(octet: int) -> str:
    character = chr(octet)
    if character in '"\\':
        return f"\\{character}"
    return character if character.isascii() and character.isprintable() else f"\\x{octet:02x}"


def _quoted(value: str) -> Iterable[str]:
    """Yield what shells and the quotes of configuration files, YAML and CSV make of a value."""
    yield value.replace("\\", "\\\\").replace("'", "\\'")
    yield value.replace("\\", "\\\\").replace('"', '\\"')
    yield value.replace("'", "'\"'\"'")
    yield value.replace("'", "'\\''")
    yield value.replace("'", "''")
    yield value.replace('"', '""')
    yield _UNSAFE.sub(r"\\\g<0>", value)


def _base64_spellings(octets: bytes) -> Iterable[str]:
    """Yield the value's base64 alone, and the middle of it at each of the three offsets inside a longer text."""
    for encode in (base64.standard_b64encode, base64.urlsafe_b64encode):
        yield encode(octets).decode()
        yield encode(octets).decode().rstrip("=")
        for offset in range(_ALIGNMENTS):
            core = octets[-offset % _ALIGNMENTS :]
            core = core[: len(core) // _ALIGNMENTS * _ALIGNMENTS]
            if len(core) >= 2 * _ALIGNMENTS:
                yield encode(core).decode()
