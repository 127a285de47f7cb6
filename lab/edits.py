#!/usr/bin/env python3
"""What the lab changes in a rendered hostapd configuration, because a container has a wire and no radio.

The rendered files stay as they are on the device; what hostapd reads is a copy in /run. The image carries this file as
/usr/lib/lab/edits.py, where Debian's init script runs it before it starts or reloads hostapd; so it imports nothing of
ours.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DEFAULTS: Final = Path("/etc/default/hostapd")
COPY: Final = Path("/run/lab/hostapd.conf")
CLIENT: Final = "client0"
EMULATED: Final = "ssid=govroam"


@dataclass(frozen=True)
class Edit:
    """One edit: lines that begin with `key=` become `line`, or go when that is empty; and why."""

    key: str
    line: str
    why: str

    def __str__(self) -> str:
        """Spell the edit for the user."""
        done = f"becomes {self.line}" if self.line else "is dropped"
        return f"{self.key}= {done}: {self.why}"


EDITS: Final = (
    Edit("driver", "driver=wired", "a container has no radio; 802.1X runs over a veth pair that has the radio's name"),
    Edit("wpa", "wpa=0", "the four-way handshake needs an association, which a wire does not have"),
    Edit("country_code", "", "a wire has no regulatory domain, and hostapd would wait 5 s for one"),
    Edit("country3", "", "likewise"),
    Edit("ieee80211d", "", "likewise"),
    Edit("ieee80211h", "", "likewise"),
    Edit("op_class", "", "a wire has no 6 GHz, which demands WPA"),
    Edit("bridge", "", "it carries the key messages of 802.11r, which a wire does not have"),
    Edit("vlan_tagged_interface", "", "a container's network is no trunk"),
)
ONLY_ONE: Final = "of several WLANs and radios only the first govroam is emulated: a wire has one BSS"


@dataclass(frozen=True)
class RunningCopy:
    """What hostapd reads in the lab, and the interfaces that it needs."""

    text: str
    interface: str
    bssid: str
    vlan_file: str | None


def running_copy(texts: list[str]) -> RunningCopy:
    """Return the lab's copy of the files of an access point's radios; ValueError when there is no BSS in them."""
    sections = [section for text in texts for section in _sections(text)]
    if not sections:
        message = "no BSS is configured"
        raise ValueError(message)
    chosen = next((lines for lines in sections if EMULATED in lines), sections[0])
    edits = {edit.key: edit.line for edit in EDITS}
    lines = [edits.get(line.partition("=")[0], line) for line in chosen]
    values = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    text = "".join(f"{line}\n" for line in lines if line)
    return RunningCopy(text, values["interface"], values["bssid"], values.get("vlan_file"))


def _sections(text: str) -> list[list[str]]:
    """Cut a file before each `bss=`; each part then begins with an interface and a driver of its own."""
    parts = re.split(r"^bss=", text, flags=re.MULTILINE)
    head, *others = [part.splitlines() for part in parts]
    rest = [[f"interface={lines[0]}", "driver=nl80211", *lines[1:]] for lines in others]
    return [lines for lines in (head, *rest) if any(line.startswith("interface=") for line in lines)]


def rendered_files(defaults: str) -> list[Path]:
    """Name the configuration files that /etc/default/hostapd hands to hostapd, the first radio's first."""
    words = dict(line.split("=", 1) for line in defaults.splitlines() if re.match(r"DAEMON_\w+=", line))
    named = [word for key in ("DAEMON_CONF", "DAEMON_OPTS") for word in shlex.split(words.get(key, '""').strip('"'))]
    return [Path(word) for word in named if word.startswith("/")]


def vlan_interfaces(vlan_file: str) -> list[str]:
    """Name the interfaces of a VLAN file: hostapd makes them on a radio, and wants to find them on a wire."""
    return [line.split()[1] for line in vlan_file.splitlines() if line[:1].isdigit()]


def main() -> int:
    """Write the copy that hostapd is to read and make its interfaces; 1 when nothing has been rendered yet."""
    files = [path for path in rendered_files(DEFAULTS.read_text(encoding="utf-8")) if path.exists()]
    if not files:
        return 1
    copy = running_copy([path.read_text(encoding="utf-8") for path in files])
    _write(copy.text)
    _wire(copy)
    for note in (*EDITS, ONLY_ONE):
        sys.stdout.write(f"lab: {note}\n")
    return 0


def _write(text: str) -> None:
    COPY.parent.mkdir(parents=True, exist_ok=True)
    COPY.touch(mode=0o600)
    COPY.write_text(text, encoding="utf-8")


def _wire(copy: RunningCopy) -> None:
    """Lay a wire whose one end is the radio and the other the client's, and an interface for each VLAN."""
    if not _exists(copy.interface):
        if _exists(CLIENT):
            _ip("link", "del", CLIENT)
        _ip("link", "add", copy.interface, "type", "veth", "peer", "name", CLIENT)
    _ip("link", "set", copy.interface, "address", copy.bssid, "up")
    _ip("link", "set", CLIENT, "address", f"06{copy.bssid[2:]}", "up")
    vlans = Path(copy.vlan_file).read_text(encoding="utf-8") if copy.vlan_file else ""
    for name in vlan_interfaces(vlans):
        if not _exists(name):
            _ip("link", "add", name, "type", "veth")


def _exists(interface: str) -> bool:
    return Path("/sys/class/net", interface).exists()


def _ip(*words: str) -> None:
    subprocess.run(["/usr/sbin/ip", *words], check=True)  # noqa: S603  words of ours and of a validated inventory


if __name__ == "__main__":
    sys.exit(main())
