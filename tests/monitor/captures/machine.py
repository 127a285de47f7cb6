"""A machine with interfaces of every kind, and a script in the place of the program that takes packets up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.passive.captures import Machine

if TYPE_CHECKING:
    from pathlib import Path

_KINDS = {"lo": "772", "tun0": "65534", "wlan0": "1", "wlan0mon": "803"}


def machine(folder: Path, name: str = "dumpcap") -> Machine:
    """Return the machine that was set up in a folder."""
    return Machine(folder / "net", lambda asked: str(folder / name) if asked == name else None)


def set_up(folder: Path, script: str = "exit 0", name: str = "dumpcap") -> Machine:
    """Make the kernel's list of interfaces, `wlan0mon` alone in monitor mode, and the program; return the machine."""
    for interface, kind in _KINDS.items():
        (folder / "net" / interface).mkdir(parents=True)
        (folder / "net" / interface / "type").write_text(f"{kind}\n")
    (folder / "net" / "wlan0" / "phy80211").mkdir()
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    return machine(folder, name)
