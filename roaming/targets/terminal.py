"""The words of a platform that is driven by commands: what is typed, and how its answers are read. Data only."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terminal:
    """What a transaction types. `driver` is Netmiko's name of the platform; `{units}` is the timer in its units.

    `configuring` matches the prompt inside the configuration, `refusal` a line that says no, `harmless` such a line
    that does not, `pending` the answer to `timer` while a way back is armed, `saved` the answer to `save`.
    """

    driver: str
    show: str
    show_saved: str
    show_inside: str
    arm: str
    leave: str
    confirm: str
    revert: str
    timer: str
    save: str
    configuring: re.Pattern[str]
    refusal: re.Pattern[str]
    harmless: re.Pattern[str]
    pending: re.Pattern[str]
    saved: re.Pattern[str]


# Cisco IOS XE 17.x, "Configuration Replace and Configuration Rollback" and "Configuration Rollback Confirmed Change".
IOSXE_TERMINAL = Terminal(
    driver="cisco_xe",
    show="show running-config",
    show_saved="show startup-config",
    show_inside="do show running-config",
    arm="configure terminal revert timer {units}",
    leave="end",
    confirm="configure confirm",
    revert="configure revert now",
    timer="show archive config rollback timer",
    save="write memory",
    configuring=re.compile(r"\(config[^)\n]*\)#\s*$"),
    refusal=re.compile(r"^ ?(%.*|.*(?:[Rr]ollback aborted|not enabled).*)$", re.MULTILINE),
    harmless=re.compile(r"^(%[A-Z0-9_]+-[0-7]-[A-Z0-9_]+:|% ?[Ww]arning)"),
    pending=re.compile(r"^Timer value", re.MULTILINE),
    saved=re.compile(r"\[OK\]"),
)
