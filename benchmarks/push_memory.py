"""What a push of 1,000 simulated controllers takes of memory: read, planned, and all taken through their transaction.

`python -m benchmarks.push_memory` is the pushing process; the controllers are another one. One wave of all, 50 at once.
"""

from __future__ import annotations

import json
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.process import apart, peak_mb
from benchmarks.push import CONTROLLERS, LINES, Ours, plan
from benchmarks.row import Figure
from lab.devices import FleetProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

MANY: Final = 1000


def measure() -> Iterator[Figure]:
    """Yield the peak of the resident memory, and the time."""
    found = apart("benchmarks.push_memory")
    name = f"push {LINES} lines to {MANY:,} simulated controllers, {CONTROLLERS} at once"
    yield Figure(f"{name}: memory", found["mb"], "MB resident at most")
    yield Figure(f"{name}: time", found["seconds"], "s, transactions only")


def main() -> None:
    """Push, and print what it took."""
    with FleetProcess(MANY, seed=1) as fleet, tempfile.TemporaryDirectory() as folder:
        with ThreadPoolExecutor(CONTROLLERS) as pool:
            plans = list(pool.map(plan, fleet.accesses))
        start = time.monotonic()
        Ours().push(plans, fleet.accesses, Path(folder))
        seconds = time.monotonic() - start
    print(json.dumps({"mb": round(peak_mb(), 1), "seconds": round(seconds, 1)}))


if __name__ == "__main__":
    main()
