"""Load, check and render London with 10,000 access points, beside libyaml, pydantic and Jinja2 alone.

Each side runs in processes of its own, by turns, and the best CPU time counts: `python -m benchmarks.load_check_render
ours DIR` is one run. Ours renders the RADIUS servers and hubs too; the peer's access points are byte for byte ours.
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Final

from benchmarks.large_inventory import grow
from benchmarks.peer import Peer
from benchmarks.process import apart
from benchmarks.row import Row
from roaming.load import load
from roaming.model.bundle import DeviceKind
from roaming.render import render
from roaming.rules import check

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCESS_POINTS: Final = 10_000
RUNS: Final = 3
_INVENTORY: Final = Path(__file__).parents[1] / "inventory"


def measure() -> Iterator[Row]:
    """Yield the best of each side's runs, in CPU seconds."""
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder) / "inventory"
        grow(_INVENTORY, directory, ACCESS_POINTS)
        runs = [(_run("ours", directory), _run("peer", directory)) for _ in range(RUNS)]
    if len({len_of for run in runs for _, len_of in run}) > 1:
        message = "the two sides do not write the same access points"
        raise RuntimeError(message)
    ours, theirs = (min(seconds for seconds, _ in side) for side in zip(*runs, strict=True))
    yield Row(
        name=f"load, check, render 33 boroughs with {ACCESS_POINTS:,} access points",
        peer_name="libyaml + pydantic + Jinja2, nothing else (access points only)",
        ours=ours,
        peer=theirs,
        unit="CPU s",
        goal=1.5,
    )


def _run(side: str, directory: Path) -> tuple[float, int]:
    """Run one side in a process of its own; return CPU seconds and how many octets of access points it wrote."""
    seconds, octets = apart("benchmarks.load_check_render", side, str(directory))
    return seconds, octets


def _ours(directory: Path) -> tuple[float, int]:
    start = process_time()
    inventory = load(directory)
    problems = check(inventory, datetime.now(tz=UTC).date())
    bundle = render(inventory.network)
    seconds = process_time() - start
    if problems:
        raise RuntimeError(problems[0])
    devices = (device for device in bundle.devices if device.kind is DeviceKind.ACCESS_POINT)
    return seconds, sum(len(file.text()) for device in devices for file in device.files)


def _peer(directory: Path) -> tuple[float, int]:
    start = process_time()
    files = list(Peer(directory).files())
    return process_time() - start, sum(len(text) for _, _, text in files)


if __name__ == "__main__":
    print(json.dumps({"ours": _ours, "peer": _peer}[sys.argv[1]](Path(sys.argv[2]))))
