"""What of a configuration file may be shown: secrets become fingerprints, so that a change of one is seen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from roaming.model.bundle import Slot
from roaming.secrets.mask import label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from roaming.model.bundle import File
    from roaming.secrets.fingerprint import FingerprintKey
    from roaming.secrets.mask import Mask

_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)


@dataclass(frozen=True)
class Redaction:
    """Shows the files of one device. `redact` is its target's, for secrets of which we know only the line.

    Where a rendered line has a slot, the same line of the running file holds the former value, which we do not
    know: it is found by what stands around the slot.
    """

    files: Mapping[str, File]
    mask: Mask
    key: FingerprintKey
    redact: Callable[[str], str]

    def __call__(self, path: str, text: str) -> str:
        """Return a file's text as it may be shown."""
        file = self.files.get(path)
        if file is not None and file.slots and not _literal(file).strip():
            return f"{self._label(file.slots, text)}\n"
        templates = () if file is None else self._templates[path]
        shown = [self._line(line, templates) for line in text.splitlines(keepends=True)]
        groups = groupby(shown, key=lambda pair: pair[1])
        return "".join(_join(group) if done else self._unknown(_join(group)) for done, group in groups)

    @cached_property
    def _templates(self) -> dict[str, tuple[_Template, ...]]:
        return {path: _templates(file) for path, file in self.files.items()}

    def _line(self, line: str, templates: tuple[_Template, ...]) -> tuple[str, bool]:
        """Return a line and whether its secrets have been found by its template."""
        for template in templates:
            match = template.pattern.fullmatch(line)
            if match:
                return self._filled(match, template.slots), True
        return line, False

    def _filled(self, match: re.Match[str], slots: tuple[Slot, ...]) -> str:
        text, end = match.string, len(match.string)
        parts: list[str] = []
        for number in range(len(slots), 0, -1):
            parts += [text[match.end(number) : end], self._label((slots[number - 1],), match.group(number))]
            end = match.start(number)
        return "".join(reversed([*parts, text[:end]]))

    def _label(self, slots: tuple[Slot, ...], value: str) -> str:
        known = self.mask.labels.get(value)
        names = "+".join(slot.name for slot in slots)
        return known or label(slots[0].kind.value, names, self.key.of(value.encode()))

    def _unknown(self, text: str) -> str:
        """Mask what is known by value, by its line, or as a private key."""
        return self.redact(_PRIVATE_KEY.sub("<masked private key>", self.mask.text(text)))


@dataclass(frozen=True, slots=True)
class _Template:
    """A line with slots, as a pattern with one group for each."""

    pattern: re.Pattern[str]
    slots: tuple[Slot, ...]


def _literal(file: File) -> str:
    return "".join(part for part in file.parts if isinstance(part, str))


def _templates(file: File) -> tuple[_Template, ...]:
    """Return the patterns of the lines that hold slots and something to know them by."""
    lines: list[list[str | Slot]] = [[]]
    for part in file.parts:
        pieces = [part] if isinstance(part, Slot) else part.splitlines(keepends=True)
        for piece in pieces:
            lines[-1].append(piece)
            if isinstance(piece, str) and piece.endswith("\n"):
                lines.append([])
    return tuple(_template(line) for line in lines if _telling(line))


def _telling(line: list[str | Slot]) -> bool:
    return any(isinstance(part, Slot) for part in line) and bool(
        "".join(part for part in line if isinstance(part, str)).strip()
    )


def _template(line: list[str | Slot]) -> _Template:
    pattern = "".join("(.*)" if isinstance(part, Slot) else re.escape(part) for part in line)
    return _Template(re.compile(pattern), tuple(part for part in line if isinstance(part, Slot)))


def _join(pairs: Iterable[tuple[str, bool]]) -> str:
    return "".join(text for text, _ in pairs)
