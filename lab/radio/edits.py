"""What the radio lab changes in a rendered hostapd configuration before the guest's hostapd reads it: this and no more.

Everything else is as rendered, with the inventory's own addresses, interfaces, BSSIDs and drivers: each access point
has a network namespace of its own, so nothing collides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_DFS: Final = range(52, 145)
_WITHOUT_DFS: Final = 36
# Channel numbers of 80 MHz; 52 and 100 both begin such a block.
_BLOCK: Final = 16


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit: `change` is given the value of `key` and returns the new one; `done` and `why` are for the user."""

    key: str
    change: Callable[[str], str]
    done: str
    why: str

    def __str__(self) -> str:
        """Spell the edit for the user."""
        return f"{self.key}= {self.done}: {self.why}"


def without_radar(channel: str) -> str:
    """Return the channel in 36 to 48 that stands where a DFS channel of 5 GHz stands in its own block of 80 MHz."""
    number = int(channel)
    return str(_WITHOUT_DFS + (number - _DFS.start) % _BLOCK) if number in _DFS else channel


EDITS: Final = (
    Edit(
        "channel",
        without_radar,
        "of 52 to 144 becomes one of 36 to 48",
        "listening for radar takes 60 s (600 s at 116 to 128), and there is none in the air of a simulator",
    ),
    Edit(
        "vht_oper_centr_freq_seg0_idx",
        without_radar,
        "of 58 to 138 moves with the channel",
        "hostapd starts on no 80 MHz that its channel is not in",
    ),
)


def edited(text: str, changes: Mapping[str, str]) -> str:
    """Return a hostapd.conf as the guest runs it; `changes` are settings that the scenario spoils on purpose."""
    # Channels of 6 GHz, which have an operating class, bear the same numbers and know no radar.
    edits = () if setting(text, "op_class") else EDITS
    table = {edit.key: edit.change for edit in edits} | {key: _always(value) for key, value in changes.items()}
    return re.sub(r"^(\w+)=(.*)$", lambda found: _line(found, table), text, flags=re.MULTILINE)


def setting(text: str, key: str) -> str | None:
    """Return the value of a setting's first line in the radio or its first BSS, or None: the next begins at `bss=`."""
    first = re.split(r"^bss=", text, maxsplit=1, flags=re.MULTILINE)[0]
    found = re.search(rf"^{re.escape(key)}=(.*)$", first, flags=re.MULTILINE)
    return found[1] if found else None


def _always(value: str) -> Callable[[str], str]:
    return lambda _: value


def _line(found: re.Match[str], table: Mapping[str, Callable[[str], str]]) -> str:
    key, value = found.groups()
    return f"{key}={table[key](value)}" if key in table else found[0]
