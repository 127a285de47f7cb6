"""Push 28 lines to 50 simulated controllers: our whole transaction beside bare Netmiko threads that apply and save.

The controllers are a process of their own on the same two cores and start from the full brownfield configuration. The
peer logs in once, sends the same lines with Netmiko's `send_config_set`, and saves: no reading, no backup, no way back,
no second session. Both sides have a thread a controller.
"""

from __future__ import annotations

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from netmiko import ConnectHandler

from benchmarks.row import Row
from lab.devices import Faults, FleetProcess, brownfield_text
from roaming.model.bundle import DeviceBundle, DeviceKind, File, RemoteFile
from roaming.plan import DevicePlan, plan_lines
from roaming.push import Backups, CliDriver, DriverCarrier, Job, JournalFile, Lines, Outcome, Pace
from roaming.targets import TARGETS, Scope
from roaming.transport import NetmikoDialler

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.devices.control import RemoteCatalyst
    from roaming.push import State
    from roaming.transport import Access

CONTROLLERS: Final = 50
LINES: Final = 28
RUNS: Final = 3
PREFIX: Final = "LON-"
NEW: Final = """\
radius server LON-bench-rad-1
 address ipv4 10.7.0.11 auth-port 1812 acct-port 1813
 key 0 a-secret-for-the-bench
aaa group server radius LON-bench
 server name LON-bench-rad-1
 deadtime 5
aaa authentication dot1x LON-bench group LON-bench
aaa authorization network LON-bench group LON-bench
wireless profile policy LON-bench
 aaa-override
 aaa-policy LON-aaa
 accounting-list LON-acct
 idle-timeout 600
 nac
 session-timeout 28800
 vlan 120
 no shutdown
wlan LON-bench 40 bench
 security ft
 security pmf optional
 security wpa akm ft dot1x
 security dot1x authentication-list LON-bench
 no shutdown
"""


def measure() -> Iterator[Row]:
    """Yield a row for answers at once and one for 50 ms a line."""
    for delay in (0, 50):
        ours, peer = zip(*(_pair(delay) for _ in range(RUNS)), strict=True)
        yield Row(
            name=f"push {LINES} lines to {CONTROLLERS} simulated controllers, {delay} ms a line",
            peer_name="bare Netmiko threads, apply and save only",
            ours=min(ours),
            peer=min(peer),
            unit="s",
            goal=2.5,
        )


def _pair(delay_ms: float) -> tuple[float, float]:
    """Return both sides' seconds, each with controllers that were just started."""
    return _timed(Ours(), delay_ms), _timed(_Peer(), delay_ms)


def _timed(side: Ours | _Peer, delay_ms: float) -> float:
    with FleetProcess(CONTROLLERS, seed=1) as fleet, tempfile.TemporaryDirectory() as folder:
        plans = [plan(access) for access in fleet.accesses]
        for device in fleet.devices:
            device.set_faults(Faults(line_delay_ms=delay_ms))
        start = time.monotonic()
        side.push(plans, fleet.accesses, Path(folder))
        seconds = time.monotonic() - start
        require_saved(fleet.devices)
    return seconds


def require_saved(devices: tuple[RemoteCatalyst, ...]) -> None:
    """Raise RuntimeError unless every controller saved the new configuration."""
    if any("wlan LON-bench 40 bench" not in device.startup_text() for device in devices):
        message = "a controller did not save the new configuration"
        raise RuntimeError(message)


def plan(access: Access) -> DevicePlan:
    """Read a controller and plan its lines, as a survey does before either side begins."""
    target = TARGETS["iosxe"]
    device = DeviceBundle("x", "", access.device, DeviceKind.CONTROLLER, "iosxe", "17.12", (_FILE,), PREFIX)
    with NetmikoDialler().open(access, target.terminal) as session:  # type: ignore[arg-type]  # iosxe has a terminal
        running = session.show("show running-config")
    planned = plan_lines(device, target, _wanted(), running, lambda _, text: text, renew={})
    if len(planned.commands) != LINES:
        message = f"the change has {len(planned.commands)} lines"
        raise RuntimeError(message)
    return planned


_FILE: Final = File("config.txt", ())


@cache
def _wanted() -> str:
    dialect = TARGETS["iosxe"].dialect
    return "" if dialect is None else dialect.ours(brownfield_text(), Scope(PREFIX)) + NEW


class Ours:
    """Our side: the carrier with its journal and its encrypted backups."""

    def push(self, plans: list[DevicePlan], accesses: tuple[Access, ...], state: Path) -> None:
        """Take every controller through its transaction."""
        journal, backups = JournalFile(state, "bench"), Backups(state)

        scope = TARGETS["iosxe"].dialect.scope(PREFIX, _wanted())  # type: ignore[union-attr]  # iosxe has one

        def driver(job: Job) -> CliDriver:
            running = job.plan.running or ""

            def keep() -> None:
                backups.keep("bench", job.device, {"config.txt": RemoteFile(running.encode(), 0o600, "", "")})

            return CliDriver(job, Lines(running, _wanted(), scope), NetmikoDialler(), keep)

        def note(device: str, state: State) -> None:
            journal.note("step", device=device, state=state)

        jobs = tuple(Job(one, TARGETS["iosxe"], access) for one, access in zip(plans, accesses, strict=True))
        results = DriverCarrier(driver, lambda _: Pace(timer=300), CONTROLLERS).carry(jobs, note)
        bad = [result for result in results if result.outcome is not Outcome.CHANGED]
        if bad:
            raise RuntimeError(bad[0])


class _Peer:
    """Netmiko alone."""

    def push(self, plans: list[DevicePlan], accesses: tuple[Access, ...], _state: Path) -> None:
        """Send the lines and save."""
        with ThreadPoolExecutor(CONTROLLERS) as pool:
            list(pool.map(_bare, plans, accesses))


def _bare(plan: DevicePlan, access: Access) -> None:
    options: dict[str, Any] = {"host": access.host, "port": access.port, "username": access.user}
    with ConnectHandler(device_type="cisco_xe", password=access.password, conn_timeout=60, **options) as connection:
        connection.send_config_set(list(plan.commands))
        connection.save_config()
