"""All of London on this machine: `python -m benchmarks.london`. It takes minutes, and is not among `make bench`.

Every RADIUS server, hub and agent of the inventory in a container; access points are left out, as their number says
nothing of the matrix. Printed: containers, seconds for each step, the pairs that get in, and the memory of it all.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME: Final = "london"
SCALE: Final = "0.2"
"""Of the monitor's intervals: each pair is probed once a minute."""
DEVICES: Final = "federation/*,*/*-rad-?,*/*-home-?,*/*-proxy-?"
PATIENCE_S: Final = 600
_PICTURE: Final = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:9469/api/picture').read().decode())"


def lab(*words: str) -> float:
    """Run roam-lab and return its seconds; what it prints goes to a file."""
    began = time.monotonic()
    with (Path("build") / f"{NAME}.log").open("ab") as log:
        subprocess.run([sys.executable, "-m", "lab.cli", *words], check=True, stdout=log)  # noqa: S603  our own words
    return time.monotonic() - began


def podman(*words: str) -> str:
    """Ask the engine."""
    return subprocess.run(["podman", *words], check=True, capture_output=True, text=True).stdout  # noqa: S603, S607  likewise


def statuses() -> list[str]:
    """Return what the monitor knows of each pair."""
    document: dict[str, Any] = json.loads(podman("exec", f"{NAME}-monitor", "python3", "-c", _PICTURE))
    return [pair["status"] for pair in document["pairs"]]


def green() -> tuple[float, list[str]]:
    """Wait until every pair gets in, or nothing is left to wait for."""
    began = time.monotonic()
    while (found := statuses()).count("up") < len(found) and time.monotonic() - began < PATIENCE_S:
        time.sleep(2)
    return time.monotonic() - began, found


def processes(root: int) -> Iterator[int]:
    """Yield a process and all below it."""
    yield root
    children = Path(f"/proc/{root}/task/{root}/children")
    for child in children.read_text().split() if children.exists() else ():
        yield from processes(int(child))


def memory_mb(names: list[str]) -> float:
    """Return the proportional set size of every process of these containers."""
    roots = podman("inspect", "--format", "{{.State.Pid}}", *names).split()
    rollups = (Path(f"/proc/{one}/smaps_rollup") for root in roots for one in processes(int(root)))
    lines = (line for rollup in rollups if rollup.exists() for line in rollup.read_text().splitlines())
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def main() -> int:
    """Return 1 when a pair does not get in."""
    Path("build").mkdir(exist_ok=True)
    try:
        up_s = lab("up", "-i", "inventory", "--name", NAME, "--without", "access-point")
        push_s = lab("exec", "--name", NAME, "--", "roam", "push", "--yes", "--limit", DEVICES)
        watch_s = lab("watch", "--name", NAME, "--scale", SCALE)
        green_s, found = green()
        names = podman("ps", "--format", "{{.Names}}", "--filter", f"name=^{NAME}-").split()
        print(f"{len(names)} containers, {memory_mb(names):,.0f} MB")
        print(
            f"up {up_s:.0f} s, push {push_s:.0f} s, monitor and Prometheus {watch_s:.0f} s, green {green_s:.0f} s later"
        )
        print(f"{found.count('up')} of {len(found)} pairs get in")
    finally:
        lab("down", "--name", NAME)
    return 0 if found.count("up") == len(found) else 1


if __name__ == "__main__":
    sys.exit(main())
