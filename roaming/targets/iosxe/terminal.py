"""The words of IOS-XE: Cisco IOS XE 17.x, "Configuration Replace and Configuration Rollback", "… Confirmed Change"."""

from __future__ import annotations

import re
from typing import Final

from roaming.targets.terminal import Terminal

TERMINAL: Final = Terminal(
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
    joined="show ap summary",
    configuring=re.compile(r"\(config[^)\n]*\)#\s*$"),
    refusal=re.compile(r"^ ?(%.*|.*(?:[Rr]ollback aborted|not enabled).*)$", re.MULTILINE),
    harmless=re.compile(r"^(%[A-Z0-9_]+-[0-7]-[A-Z0-9_]+:|% ?[Ww]arning)"),
    pending=re.compile(r"^Timer value", re.MULTILINE),
    idle=re.compile(r"No Rollback Confirmed Change pending"),
    whole=re.compile(r"^end\s*$", re.MULTILINE),
    saved=re.compile(r"\[OK\]"),
)
