"""A hostapd.conf read back: the radio's lines, and those of each BSS.

hostapd reads a line whose first character is `#` as a comment, knows no quotes, and takes all after the first `=` as
the value (hostapd/config_file.c). Lines before the first `bss=` are of the radio and of its first BSS alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Bss:
    """One network of a radio: what its lines set, by key; a key may stand in several lines. Values may be secret."""

    interface: str
    settings: Mapping[str, tuple[str, ...]] = field(repr=False)

    def value(self, key: str) -> str | None:
        """Return the value that holds, the last one."""
        found = self.settings.get(key)
        return found[-1] if found else None

    @property
    def ssid(self) -> str | None:
        """The name on the air, whichever way it is spelled."""
        text, octets = self.value("ssid"), self.value("ssid2")
        if octets is None:
            return text
        try:
            return bytes.fromhex(octets).decode() if not octets.startswith('"') else octets.strip('"')
        except ValueError:
            return octets


def read(text: str) -> tuple[Bss, ...]:
    """Return the networks of a file, the radio's own lines with the first."""
    found: list[tuple[str, dict[str, list[str]]]] = [("", {})]
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        if line.startswith("#") or not equals:
            continue
        if key == "bss" or (key == "interface" and not found[-1][0]):
            found += [("", {})] if key == "bss" else []
            found[-1] = (value, found[-1][1])
        else:
            found[-1][1].setdefault(key, []).append(value)
    return tuple(Bss(name, {key: tuple(values) for key, values in lines.items()}) for name, lines in found if name)
