"""What both sides of the SNMP measurements read: simulated agents in a process of their own."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from lab.devices.snmp import Model
from monitor.metrics import State
from monitor.pollers import Device, Endpoint, KnownAccessPoint
from monitor.sample import SystemClock
from monitor.target import Estate, SnmpCommunity, TargetKind

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER: Final = "10.7.0.11"
INTERVAL_S: Final = 300


@contextmanager
def agents(model: Model, points: int, count: int = 1, ssids: str = "govroam") -> Iterator[tuple[int, ...]]:
    """Serve agents while the block runs; yield their ports."""
    words = [sys.executable, "-m", "lab.devices.snmp", "--model", model, "--access-points", str(points)]
    words += ["--agents", str(count), "--ssids", ssids, "--servers", SERVER]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  our own module
        assert process.stdout is not None  # noqa: S101  it is a pipe
        assert process.stdin is not None  # noqa: S101  likewise
        try:
            yield tuple(int(port) for port in process.stdout.readline().split())
        finally:
            process.stdin.close()


def nothing_seen() -> State:
    """Return the state of `serve` before the first poll."""
    return State(Estate("bench", "bench", (), (), (), (), ()), interval_s=INTERVAL_S, clock=SystemClock())


def device(model: Model, points: int, port: int, number: int = 0, ssids: str = "govroam") -> Device:
    """Return what is known of an agent: all of its access points."""
    first = number * points
    names = [f"ap-{place}" for place in range(first, first + points)]
    return Device(
        name=f"ap-{number}" if model is Model.LINUX else f"wlc-{number}",
        kind=TargetKind.ACCESS_POINT if model is Model.LINUX else TargetKind.CONTROLLER,
        owner="bench",
        endpoint=Endpoint("127.0.0.1", SnmpCommunity("public"), port),
        access_points=tuple(KnownAccessPoint(name, "site", "bench") for name in names),
        servers={SERVER: "bench-rad-1"},
        ssids=frozenset(ssids.split(",")),
    )
