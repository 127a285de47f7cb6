"""Taking up packets on an interface: dumpcap or tcpdump does it, in a process of its own, and writes pcap to a pipe.

Neither this process nor scapy needs rights for that; what the kernel drops it says in the end.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from monitor.errors import CaptureError
from monitor.passive.captures.files import Capture
from monitor.passive.captures.links import RADIUS_PORTS
from monitor.passive.captures.pipe import Pipe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Medium(Enum):
    """What an interface hears: the air, Ethernet with its tags, or packets without either."""

    AIR = auto()
    ETHERNET = auto()
    OTHER = auto()


ANY: Final = "any"
"""All interfaces of this machine at once: no interface, but a word of libpcap's."""
_LONGEST: Final = 4500
"""Octets of a packet that are taken up: RADIUS' longest (RFC 2865 §3) with all that stands before."""
_MONITOR: Final = frozenset({"801", "802", "803"})
"""Types of an interface in monitor mode (if_arp.h: ARPHRD_IEEE80211, with Prism's header, with radiotap)."""
_ETHERNET: Final = frozenset({"1", "772"})
"""Ethernet and loopback (ARPHRD_ETHER, ARPHRD_LOOPBACK); a tunnel is neither."""
_AIR: Final = "not (type mgt subtype beacon)"
_END_S: Final = 3.0
_DROPPED: Final = re.compile(r"received/dropped on interface .*: \d+/(\d+)|(\d+) packets dropped by kernel")
_OWN_WORDS: Final = re.compile(r"^(?:dumpcap|tcpdump): (?!cap_set_proc|listening on|data link type)(.+)$", re.MULTILINE)
_FORBIDDEN: Final = "permi"


@dataclass(frozen=True, slots=True)
class Machine:
    """What is looked at before anything is started: the kernel's list of interfaces, and the programs."""

    interfaces: Path = Path("/sys/class/net")
    program: Callable[[str], str | None] = shutil.which

    def engine(self) -> str:
        """Return the path of dumpcap, else of tcpdump. Raises `CaptureError` where there is neither."""
        found = self.program("dumpcap") or self.program("tcpdump")
        if found is None:
            message = "neither dumpcap nor tcpdump is on this machine: one of them takes the packets up; install one"
            raise CaptureError(message)
        return found

    def medium(self, interface: str) -> Medium:
        """Return what an interface hears.

        Raises `CaptureError` for one that is not there, and for a radio in another mode, which would show no roam.
        """
        here = sorted(one.name for one in self.interfaces.iterdir())
        if interface == ANY:
            return Medium.OTHER
        if interface not in here:
            message = f"{interface}: there is no such interface; there are: {', '.join(here)}"
            raise CaptureError(message)
        folder = self.interfaces / interface
        kind = (folder / "type").read_text(encoding="ascii").strip()
        if kind in _MONITOR:
            return Medium.AIR
        if (folder / "phy80211").exists():
            message = (
                f"{interface}: it is not in monitor mode, so it shows no roam: ip link set {interface} down; "
                f"iw dev {interface} set type monitor; ip link set {interface} up"
            )
            raise CaptureError(message)
        return Medium.ETHERNET if kind in _ETHERNET else Medium.OTHER


@dataclass(slots=True)
class Tap:
    """Hears one interface until it is stopped. `dropped` are packets that the kernel had no room for, in the end.

    Raises `CaptureError` when it is made where the interface cannot be heard.
    """

    interface: str
    ports: frozenset[int] = RADIUS_PORTS
    machine: Machine = field(default_factory=Machine)
    dropped: int = 0
    engine: str = field(init=False)
    medium: Medium = field(init=False)
    _process: subprocess.Popen[bytes] | None = None
    _stopped: bool = False

    def __post_init__(self) -> None:
        self.medium = self.machine.medium(self.interface)
        self.engine = self.machine.engine()

    def capture(self) -> Capture:
        """Return what is heard; it is begun when it is read."""
        return Capture(self.interface, self._open)

    def stop(self) -> None:
        """End with what was heard, at once when asked twice; from a signal handler or another thread."""
        again, self._stopped = self._stopped, True
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL if again else signal.SIGTERM)

    @contextmanager
    def _open(self) -> Iterator[Pipe]:
        with tempfile.TemporaryFile() as said, self._started(said) as process:
            assert process.stdout is not None  # noqa: S101  it was asked for
            try:
                yield Pipe(process.stdout.fileno())
            except CaptureError:
                if not _ends(process):
                    raise
            ended = _ends(process) and not self._stopped
            words = _read(said)
            self.dropped = sum(int(one or other) for one, other in _DROPPED.findall(words))
            if ended:
                raise CaptureError(self._why(words))

    @contextmanager
    def _started(self, said: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
        # A session of its own: Ctrl-C is for us, who end it and read what it still has.
        with subprocess.Popen(  # noqa: S603  an absolute path, and words that no shell reads
            self._words(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, start_new_session=True
        ) as process:
            self._process = process
            if self._stopped:
                process.terminate()
            try:
                yield process
            finally:
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_END_S)
                process.kill()

    def _words(self) -> list[str]:
        common = ["-i", self.interface, "-s", str(_LONGEST), "-w", "-"]
        if Path(self.engine).name == "dumpcap":
            return [self.engine, "-q", "-P", *common, "-f", self._filter()]
        return [self.engine, "-n", "-U", *common, self._filter()]

    def _filter(self) -> str:
        """Return what the kernel is to let through, in libpcap's words."""
        if self.medium is Medium.AIR:
            return _AIR
        plain = " or ".join(f"udp port {port}" for port in sorted(self.ports))
        if self.medium is Medium.OTHER:
            return plain
        # `vlan` moves the offsets of all that stands behind it.
        return f"{plain} or (vlan and ({plain} or (vlan and ({plain}))))"

    def _why(self, words: str) -> str:
        if _FORBIDDEN in words.lower():
            rights = f"setcap cap_net_raw,cap_net_admin=ep {self.engine}"
            return f"{self.interface}: {self.engine} may not capture there: run this as root, or once: {rights}"
        found = _OWN_WORDS.search(words)
        why = found[1] if found else "it says nothing"
        return f"{self.interface}: {self.engine} ended: {why}"


def _ends(process: subprocess.Popen[bytes]) -> bool:
    """Return whether it ends by itself, when its stream has."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(_END_S)
    return process.returncode is not None


def _read(said: IO[bytes]) -> str:
    said.seek(0)
    return said.read().decode("utf-8", "replace")


@dataclass(slots=True)
class Input:
    """A capture that comes on standard input, until it ends or is stopped."""

    _pipe: Pipe = field(default_factory=lambda: Pipe(sys.stdin.fileno()))

    def capture(self) -> Capture:
        """Return what comes."""
        return Capture("standard input", lambda: nullcontext(self._pipe))

    def stop(self) -> None:
        """End with what has come."""
        self._pipe.stop()
