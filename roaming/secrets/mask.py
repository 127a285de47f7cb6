"""A mask over everything that is shown or logged: known secrets in all the forms that programs spell them in."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from roaming.secrets.fingerprint import FingerprintKey

_SHORTEST = 4
_ALIGNMENTS = 3


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
    yield octets.hex()
    yield octets.hex().upper()
    yield octets.hex(":")
    yield octets.hex(" ")
    yield from _base64_spellings(octets)
    for ascii_only in (True, False):
        once = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        yield once
        yield json.dumps(once, ensure_ascii=ascii_only)[1:-1]
    yield repr(value)[1:-1]
    yield repr(octets)[2:-1]
    yield quote(value)
    yield quote(value, safe="")
    yield value.replace("\\", "\\\\").replace("'", "\\'")
    yield value.replace("'", "'\"'\"'")
    yield value.replace("\\", "\\\\").replace('"', '\\"')


def _base64_spellings(octets: bytes) -> Iterable[str]:
    """Yield the value's base64 alone, and the middle of it at each of the three offsets inside a longer text."""
    for encode in (base64.standard_b64encode, base64.urlsafe_b64encode):
        yield encode(octets).decode()
        for offset in range(_ALIGNMENTS):
            core = octets[-offset % _ALIGNMENTS :]
            core = core[: len(core) // _ALIGNMENTS * _ALIGNMENTS]
            if len(core) >= 2 * _ALIGNMENTS:
                yield encode(core).decode()
