"""An oracle that looks at a device itself and says which configuration it runs, or what is broken.

It knows nothing of how a push works: it reads files, processes and the daemon's own words over OpenSSH, or asks the
simulator. It never reads our journal, and nothing of `roaming.push` may be imported here.
"""

from __future__ import annotations

import re
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from lab.devices import RemoteCatalyst


@dataclass(frozen=True, slots=True)
class Finding:
    """What a device shows. `side` is the name of the configuration that it runs whole, None when it runs neither.

    `busy` is a device that will change by itself; `held` is what a push has left on it, `leased` says that all of it
    falls to the next push when its time is over; `faults` are what is wrong.
    """

    side: str | None
    busy: bool = False
    held: tuple[str, ...] = ()
    leased: bool = False
    faults: tuple[str, ...] = ()

    @property
    def broken(self) -> bool:
        """Whether it is neither the one nor the other, or not well."""
        return self.side is None or bool(self.faults)


@dataclass(frozen=True, slots=True)
class AccessPointSide:
    """A whole configuration of an access point: each file's access and sha256, and what its daemon then says."""

    files: Mapping[str, str] = field(repr=False)
    status: Mapping[str, str] = field(default_factory=dict)


# The daemon's own word is asked twice: one that starts and dies is not up.
_LOOK: Final = r"""
for file in /etc/default/hostapd /etc/hostapd/hostapd*.conf /etc/hostapd/*.vlan; do
    [ -f "$file" ] && echo "file $file $(stat -c '%04a %U:%G' "$file") $(sha256sum < "$file" | cut -d' ' -f1)"
done
find /etc -name '.roam.*' -printf 'held %p\n'
find /etc/init.d /etc/rc2.d -name '*seamless*' -printf 'held %p\n'
find /var/lib/seamless-wifi -mindepth 1 -maxdepth 1 -printf 'held %p\n' 2> /dev/null
find /var/lib/seamless-wifi/transaction -name 'phase-*' -printf 'phase %f\n' 2> /dev/null
grep -las 'seamless-wif[i]' /proc/[0-9]*/cmdline | sed 's/^/busy /'
pgrep -x hostapd | sed 's/^/daemon /'
hostapd_cli status 2> /dev/null | grep -E '^(state|ssid|bss)' | sed 's/^/status /'
echo whole
"""


@dataclass(frozen=True, slots=True)
class AccessPointOracle:
    """Looks at a Linux access point over OpenSSH. `sides` are the configurations that it may run, by name."""

    port: int
    user: str
    key: Path
    known_hosts: Path
    sides: Mapping[str, AccessPointSide]

    def look(self) -> Finding:
        """Return what the device shows."""
        ssh = ["ssh", "-F", "none", "-i", str(self.key), "-p", str(self.port), "-o", "BatchMode=yes"]
        ssh += ["-o", f"UserKnownHostsFile={self.known_hosts}", "-o", "ConnectTimeout=10", f"{self.user}@127.0.0.1"]
        try:
            said = subprocess.run(
                [*ssh, "sudo sh -s"], input=_LOOK, capture_output=True, text=True, check=False, timeout=30
            )
        except subprocess.TimeoutExpired:
            return Finding(None, faults=("it cannot be reached: no answer",))
        lines = said.stdout.splitlines()
        if "whole" not in lines:
            return Finding(None, faults=(f"it cannot be reached: {said.stderr.strip() or 'no answer'}",))
        return self._judge(lines)

    def _judge(self, lines: list[str]) -> Finding:
        files = dict(words.split(" ", 1) for words in _of("file", lines))
        status = dict(words.split("=", 1) for words in _of("status", lines))
        side = next((name for name, one in self.sides.items() if one.files == files), None)
        busy = bool(list(_of("busy", lines)))
        faults = () if busy else tuple(self._faults(side, files, status, lines))
        leased = set(_of("phase", lines)) in ({"phase-locked"}, {"phase-staged"})
        return Finding(side, busy, tuple(_of("held", lines)), leased, faults)

    def _faults(
        self, side: str | None, files: Mapping[str, str], status: Mapping[str, str], lines: list[str]
    ) -> Iterator[str]:
        if side is None:
            yield f"its files are of neither side: {', '.join(sorted(map(self._from, files.items())))}"
        elif self.sides[side].status.items() - status.items():
            yield f"its files are of side {side} and its daemon runs something else: {dict(status)}"
        if len(list(_of("daemon", lines))) != 1:
            yield f"{len(list(_of('daemon', lines)))} hostapd run"
        phases = list(_of("phase", lines))
        if set(phases) & {"phase-armed", "phase-reverting", "phase-stuck"}:
            yield f"{phases[0]}, and nothing is left that would end it"

    def _from(self, file: tuple[str, str]) -> str:
        path, digest = file
        of = [name for name, side in self.sides.items() if side.files.get(path) == digest]
        return f"{PurePosixPath(path).name} of {'/'.join(of) or 'neither'}"


def _of(kind: str, lines: list[str]) -> Iterator[str]:
    return (line.removeprefix(f"{kind} ") for line in lines if line.startswith(f"{kind} "))


@dataclass(frozen=True, slots=True)
class ControllerOracle:
    """Asks the simulator what a controller has. `prefix` is ours; all other lines are foreign and stay as they are.

    `sides` are our sections by name of the side; `foreign` are all other lines, octet by octet and in their order.
    """

    device: RemoteCatalyst
    port: int
    prefix: str
    foreign: str
    sides: Mapping[str, str]

    def look(self) -> Finding:
        """Return what the device shows."""
        running, saved = self.device.running_text(), self.device.startup_text()
        busy = self.device.pending_revert() is not None
        foreign, ours = apart(running, self.prefix)
        side = next((name for name, text in self.sides.items() if _sections(text) == _sections(ours)), None)
        if busy:
            return Finding(side, busy)
        faults = list(self._faults(side, foreign, ours))
        if running != saved and not self._was_confirmed():
            faults.append("it runs what nobody saved and nobody confirmed")
        return Finding(side, held=("not saved",) if running != saved else (), faults=tuple(faults))

    def _faults(self, side: str | None, foreign: str, ours: str) -> Iterator[str]:
        if side is None:
            yield f"our lines are of neither side: {len(ours.splitlines())} lines"
        if foreign != self.foreign:
            yield "lines that are not ours have changed"
        if not greets(self.port):
            yield "it cannot be reached"

    def _was_confirmed(self) -> bool:
        """Tell from the device's own log whether its last change was confirmed.

        A change under no timer logs CONFIG_I alone: what was confirmed before it does not speak for it.
        """
        events = [line for line in self.device.device_log() if re.search("ROLLBK_CNFMD_CHG|SYS-5-CONFIG_I", line)]
        return bool(events) and "ROLLBK_CNFMD_CHG_CONFIRM" in events[-1]


def apart(text: str, prefix: str) -> tuple[str, str]:
    """Part a configuration into foreign lines and ours: sections whose head has a name of the prefix."""
    foreign: list[str] = []
    ours: list[str] = []
    mine = False
    # A lone `!` is only a separator, and there are more of them with more sections.
    for line in (line for line in text.splitlines() if line.strip() != "!"):
        if not line.startswith(" "):
            mine = bool(re.search(rf"(^| ){re.escape(prefix)}", line))
        (ours if mine else foreign).append(line)
    return "\n".join(foreign), "\n".join(ours)


def _sections(text: str) -> set[tuple[str, ...]]:
    """Return sections, each with its lines: a device orders its sections itself."""
    found = re.split(r"\n(?! )", text.strip("\n"))
    return {(head, *sorted(body)) for head, *body in (section.splitlines() for section in found if section)}


def greets(port: int) -> bool:
    """Tell whether an SSH server answers on a port of the loopback."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False
