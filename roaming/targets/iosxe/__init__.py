"""Cisco Catalyst 9800 with IOS-XE 17.12: driven by commands, taken back by its own timer.

Never run on a real device: docs/engineer.md says what each command was taken from.
"""

from __future__ import annotations

import re
from typing import Final

from roaming.errors import QuoteError
from roaming.targets.iosxe.dialect import JOINED, IosXe
from roaming.targets.iosxe.kinds import SERVER, WLAN, Setting, default
from roaming.targets.iosxe.left import SLASH, Left, is_thing, needs, thing_of, without
from roaming.targets.iosxe.ownership import Name
from roaming.targets.iosxe.remedy import differences
from roaming.targets.iosxe.secret import Secret, ios_key, redact
from roaming.targets.iosxe.terminal import TERMINAL
from roaming.targets.iosxe.thing import Thing, things
from roaming.targets.iosxe.tree import Node, parse
from roaming.targets.revert import DEVICE_TIMER
from roaming.targets.target import Target, refuse_control

CONFIG: Final = "config.txt"

LONGEST_NAME: Final = 32
"""Of a WLAN profile, a policy profile and a tag (Catalyst 9800 Configuration Guide: up to 32 characters)."""

_NAME: Final = re.compile(rf"[A-Za-z][A-Za-z0-9._-]{{0,{LONGEST_NAME - 1}}}")
_WORDS: Final = re.compile(r"[a-z0-9][a-z0-9.-]*( [a-z0-9][a-z0-9.-]*)*")
_PLAIN_SSID: Final = re.compile(r"[A-Za-z0-9._-]+")
_QUOTED_SSID: Final = re.compile(r"[!#-> @-\[\]-~]+")
_LONGEST_SSID: Final = 32


def ios_name(value: str) -> str:
    """Return a name that is one word of a command and fits every kind of thing that we make."""
    if not _NAME.fullmatch(value):
        message = (
            f"{value!r} is no name for IOS-XE: a letter, then letters, digits, dots, - and _, {LONGEST_NAME} in all"
        )
        raise QuoteError(message)
    return value


def ios_ssid(value: str) -> str:
    """Spell an SSID: as a word where it is one, else in quotes, in which neither quotes nor `?` can be typed."""
    refuse_control(value, "an SSID of IOS-XE")
    if not 1 <= len(value.encode()) <= _LONGEST_SSID:
        message = f"an SSID has 1 to {_LONGEST_SSID} octets, this one has {len(value.encode())}"
        raise QuoteError(message)
    if _PLAIN_SSID.fullmatch(value):
        return value
    if not _QUOTED_SSID.fullmatch(value) or value != value.strip():
        message = (
            f"the SSID {value!r} cannot be typed on IOS-XE: ASCII without quotes, backslash, ? and blanks at its ends"
        )
        raise QuoteError(message)
    return f'"{value}"'


def ios_mac(value: str) -> str:
    """Spell a MAC address as IOS does: 0200.0a07.0001."""
    digits = value.replace(":", "").lower()
    if not re.fullmatch(r"[0-9a-f]{12}", digits):
        message = f"{value!r} is not a MAC address"
        raise QuoteError(message)
    return ".".join(digits[at : at + 4] for at in (0, 4, 8))


def ios_words(value: str) -> str:
    """Return a command of plain words."""
    if not _WORDS.fullmatch(value):
        message = f"{value!r} is no command of plain words"
        raise QuoteError(message)
    return value


IOSXE: Final = Target(
    name="iosxe",
    capabilities={"17.12": frozenset()},
    quotings={
        "ios_name": ios_name,
        "ios_words": ios_words,
        "ios_ssid": ios_ssid,
        "ios_mac": ios_mac,
        "ios_key": ios_key,
    },
    redact=redact,
    check_command=(),
    services=(),
    log_path="",
    revert=DEVICE_TIMER,
    dialect=IosXe(),
    terminal=TERMINAL,
)

__all__ = [
    "CONFIG",
    "IOSXE",
    "JOINED",
    "LONGEST_NAME",
    "SERVER",
    "SLASH",
    "WLAN",
    "IosXe",
    "Left",
    "Name",
    "Node",
    "Secret",
    "Setting",
    "Thing",
    "default",
    "differences",
    "ios_key",
    "ios_mac",
    "ios_name",
    "ios_ssid",
    "ios_words",
    "is_thing",
    "needs",
    "parse",
    "redact",
    "thing_of",
    "things",
    "without",
]
