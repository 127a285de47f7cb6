"""A cycle over 10,000 access points behind 50 controllers: CPU, time and memory; and whether memory grows with cycles.

`python -m benchmarks.snmp_cycle` is the polling process; the simulated controllers are another one. What was seen goes
to the state of `serve`, and its text is made once a cycle.
"""

from __future__ import annotations

import asyncio
import gc
import json
import time
from typing import TYPE_CHECKING, Final

from benchmarks.process import apart, peak_mb, resident_mb
from benchmarks.row import Figure
from benchmarks.snmp_agents import INTERVAL_S, agents, device, nothing_seen
from lab.devices.snmp import Model
from monitor.pollers import GufoReader, Poller, SnmpTask, load_profiles
from monitor.sample import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.metrics import State

CONTROLLERS: Final = 50
POINTS: Final = 200
CYCLES: Final = 5
# Of a tenth of the controllers, so that 200 cycles take seconds.
MANY: Final = 200
EARLY: Final = 20


def measure() -> Iterator[Figure]:
    """Yield what a cycle takes, and how memory went."""
    found = apart("benchmarks.snmp_cycle")
    name = f"SNMP cycle over {CONTROLLERS * POINTS:,} access points behind {CONTROLLERS} controllers"
    yield Figure(f"{name}: CPU", found["cpu_s"] * 1000, "ms of one core, with text")
    yield Figure(f"{name}: time", found["seconds"] * 1000, "ms, the controllers on the same cores")
    yield Figure(f"{name}: load, every {INTERVAL_S} s", found["cpu_s"] / INTERVAL_S * 1000, "thousandths of a core")
    yield Figure(f"{name}: memory", found["peak_mb"], "MB resident at most")
    yield Figure(f"SNMP: memory at cycle {MANY} by that at cycle {EARLY}", found["growth"] * 100, "% (at most 105)")


def main() -> None:
    """Poll, and print what it took."""
    growth = asyncio.run(_growth())
    cpu_s, seconds = asyncio.run(_cycle())
    found = {"cpu_s": cpu_s, "seconds": seconds, "peak_mb": peak_mb(), "growth": growth}
    print(json.dumps({name: round(value, 4) for name, value in found.items()}))


async def _cycle() -> tuple[float, float]:
    """Return CPU and wall seconds of the quickest of some cycles over everything."""
    with agents(Model.CATALYST_9800, POINTS, CONTROLLERS) as ports:
        task, state = _task(ports)
        taken, text = [], b""
        for _ in range(CYCLES):
            cpu, wall = time.process_time(), time.monotonic()
            await task.run(state)
            text = state.exposition(time.time())
            taken.append((time.process_time() - cpu, time.monotonic() - wall))
    if text.count(b"\nroaming_access_point_up{") != CONTROLLERS * POINTS:
        message = "not every access point was read"
        raise RuntimeError(message)
    return min(taken)


async def _growth() -> float:
    """Return the resident memory after many cycles by that after a few."""
    sizes = []
    with agents(Model.CATALYST_9800, POINTS, CONTROLLERS // 10) as ports:
        task, state = _task(ports)
        for number in range(1, MANY + 1):
            await task.run(state)
            state.exposition(time.time())
            if number in {EARLY, MANY}:
                gc.collect()
                sizes.append(resident_mb())
    return sizes[1] / sizes[0]


def _task(ports: tuple[int, ...]) -> tuple[SnmpTask, State]:
    clock = SystemClock()
    devices = tuple(device(Model.CATALYST_9800, POINTS, port, number) for number, port in enumerate(ports))
    poller = Poller(GufoReader(), load_profiles(), clock, deadline_s=240, lasts_s=900)
    return SnmpTask(poller, devices, lambda: 0.0, INTERVAL_S), nothing_seen()


if __name__ == "__main__":
    main()
