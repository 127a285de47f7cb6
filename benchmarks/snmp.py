"""Read an access point and a controller by SNMP, each with its text for Prometheus: beside Debian's snmp_exporter.

Both sides ask the same simulated agents, a process of their own, by SNMPv2c with 50 repetitions, and count only their
own CPU time. The peer is asked over HTTP, as it has no other way, device by device. Ours polls them, gives what it saw
to the state of `serve`, and takes the text of all, as Prometheus does. The peer reads 10 values of an access point by
name; we read these and the names and addresses that they belong to.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

from benchmarks.row import Missing, Row
from benchmarks.snmp_agents import agents, device, nothing_seen
from lab.devices.snmp import Model
from monitor.pollers import GufoReader, Poller, load_profiles
from monitor.sample import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator

PEER: Final = "prometheus-snmp-exporter"
GOAL: Final = 1 / 1.5
# Six cells an access point, 12 others.
POINTS: Final = 1_832
SSIDS: Final = "govroam,GovWifi,CamdenCorp"
ACCESS_POINTS: Final = 100
ROUNDS: Final = 10
_KEPT: Final = Path(__file__).parents[1] / "build" / "peers"
_TICKS: Final = os.sysconf("SC_CLK_TCK")


def measure() -> Iterator[Row | Missing]:
    """Yield a row for the access point and one for the controller."""
    peer = _find_peer()
    works = (
        _Work("SNMP: poll 10 values of an access point", Model.LINUX, 1, ACCESS_POINTS, SSIDS),
        _Work(f"SNMP: walk 11,000 cells of a controller, {POINTS:,} access points", Model.AIREOS, POINTS, 1, "govroam"),
    )
    for work in works:
        if peer is None:
            yield Missing(work.name, f"{PEER} is neither installed nor to be had from Debian's packages")
            continue
        with agents(work.model, work.points, work.devices, work.ssids) as ports:
            ours = asyncio.run(_ours(work, ports))
            with _exporter(peer) as exporter:
                theirs = exporter.cpu_s(work, ports)
        peer_name = f"snmp_exporter {_version(peer)}"
        yield Row(f"{work.name}, with text", peer_name, ours * 1000, theirs * 1000, "ms of CPU", GOAL)


@dataclass(frozen=True, slots=True)
class _Work:
    """What is read: so many devices with so many access points each."""

    name: str
    model: Model
    points: int
    devices: int
    ssids: str


async def _ours(work: _Work, ports: tuple[int, ...]) -> float:
    """Return CPU seconds of a device, its part of the text included."""
    poller = Poller(GufoReader(), load_profiles(), SystemClock(), deadline_s=60, lasts_s=180)
    state = nothing_seen()
    devices = [device(work.model, work.points, port, number, work.ssids) for number, port in enumerate(ports)]
    text, seconds = b"", 0.0
    for rounds in (2, ROUNDS):
        start = time.process_time()
        for _ in range(rounds):
            for one in devices:
                state.replace((await poller.poll(one)).batch)
            text = state.exposition(time.time())
        seconds = (time.process_time() - start) / rounds / len(devices)
    if text.count(b"\nroaming_access_point_up{") != work.points * work.devices:
        message = "not every access point was read"
        raise RuntimeError(message)
    return seconds


class _Exporter:
    """The peer, while it runs."""

    def __init__(self, port: int, pid: int) -> None:
        self._port, self._pid = port, pid

    def cpu_s(self, work: _Work, ports: tuple[int, ...]) -> float:
        """Return CPU seconds of one scrape of one device."""
        module, wanted = _READS[work.model]
        seconds = 0.0
        for rounds in (2, ROUNDS):
            start = self._used()
            for port in ports * rounds:
                url = f"http://127.0.0.1:{self._port}/snmp?module={module}&target=127.0.0.1:{port}"
                with urllib.request.urlopen(url, timeout=60) as answer:
                    text = answer.read()
                if text.count(wanted) < work.points:
                    message = f"the peer did not read everything: {text[:500]!r}"
                    raise RuntimeError(message)
            seconds = (self._used() - start) / rounds / len(ports)
        return seconds

    def _used(self) -> float:
        """Return the process' CPU seconds so far (proc(5): utime and stime)."""
        fields = Path(f"/proc/{self._pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS


@contextmanager
def _exporter(program: str) -> Iterator[_Exporter]:
    """Run the peer while the block runs."""
    with socket.socket() as free, tempfile.TemporaryDirectory() as folder:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        config = Path(folder) / "snmp.yml"
        config.write_text(yaml.safe_dump(_modules()), encoding="utf-8")
        free.close()
        words = [program, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}"]
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603  the peer
            try:
                _wait(port)
                yield _Exporter(port, process.pid)
            finally:
                process.terminate()


def _wait(port: int) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _find_peer() -> str | None:
    """Return the peer's program: installed, or unpacked from Debian's package; nothing of it is started or set up."""
    found = shutil.which(PEER) or shutil.which(str(_KEPT / "usr" / "bin" / PEER))
    if found or not shutil.which("apt-get"):
        return found
    with tempfile.TemporaryDirectory() as folder:
        words = ["apt-get", "download", "-qq", PEER]
        got = subprocess.run(words, cwd=folder, check=False, capture_output=True)  # noqa: S603  fixed words
        packages = list(Path(folder).glob("*.deb"))
        if got.returncode or not packages:
            return None
        _KEPT.mkdir(parents=True, exist_ok=True)
        subprocess.run(["dpkg", "-x", str(packages[0]), str(_KEPT)], check=True)  # noqa: S603, S607  fixed words
    return shutil.which(str(_KEPT / "usr" / "bin" / PEER))


def _version(program: str) -> str:
    said = subprocess.run([program, "--version"], check=True, capture_output=True, text=True)  # noqa: S603  the peer
    return (said.stdout + said.stderr).split("version ")[1].split()[0]


def _modules() -> dict[str, object]:
    """Return modules of the peer, of the format of 0.21, that read what our profiles read."""
    up, radio, names = "1.3.6.1.4.1.14179.2.2.1.1.6", "1.3.6.1.4.1.14179.2.2.13.1", "1.3.6.1.4.1.14179.2.2.1.1.3"
    mac = {"labelname": "mac", "type": "PhysAddress48", "fixed_size": 6}
    slot = {"labelname": "slot", "type": "gauge"}
    lookup = {"labels": ["mac"], "labelname": "name", "oid": names, "type": "DisplayString"}
    radius = {"index": {"labelname": "index", "type": "gauge"}, "oid": "1.3.6.1.4.1.14179.2.5.3.1"}
    essid = "1.3.6.1.4.1.14179.2.1.1.1"
    controller = [
        _metric("bsnAPOperationStatus", up, [mac], [lookup]),
        _metric("bsnAPIfLoadChannelUtilization", f"{radio}.3", [mac, slot], [lookup]),
        _metric("bsnAPIfLoadNumOfClients", f"{radio}.4", [mac, slot], [lookup]),
        _metric("bsnDot11EssNumberOfMobileStations", f"{essid}.38", [radius["index"]], []),
        *(_metric(f"radius{column}", f"{radius['oid']}.{column}", [radius["index"]], []) for column in _RADIUS),
    ]
    walk = [names, up, f"{radio}.3", f"{radio}.4", f"{essid}.2", f"{essid}.38", "1.3.6.1.4.1.14179.2.5.1.1.2"]
    walk += [f"{radius['oid']}.{column}" for column in _RADIUS]
    common = {"version": 2, "max_repetitions": 50, "auth": {"community": "public"}}
    return {
        "controller": {"walk": walk, "metrics": controller, **common},
        "access_point": {"get": list(_VALUES), "metrics": [_value(oid) for oid in _VALUES], **common},
    }


_READS: Final = {Model.LINUX: ("access_point", b"prErrorFlag{"), Model.AIREOS: ("controller", b"bsnAPOperationStatus{")}
_RADIUS: Final = (6, 7, 8, 9, 10, 15)
_VALUES: Final = (
    "1.3.6.1.4.1.2021.2.1.100.1",
    *(f"1.2.840.10036.2.2.1.16.{number}" for number in (1, 2, 3)),
    *(f"1.3.6.1.2.1.67.1.2.1.1.4.1.{column}.1" for column in (5, 6, 7, 8, 9, 14)),
)


def _metric(name: str, oid: str, indexes: list[object], lookups: list[object]) -> dict[str, object]:
    return {"name": name, "oid": oid, "type": "gauge", "help": name, "indexes": indexes, "lookups": lookups}


def _value(oid: str) -> dict[str, object]:
    column = oid.rpartition(".")[0]
    name = "prErrorFlag" if column.startswith("1.3.6.1.4.1.2021") else "value_" + column.replace(".", "_")
    return _metric(name, column, [{"labelname": "index", "type": "gauge"}], [])
