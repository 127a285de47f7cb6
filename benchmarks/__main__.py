"""Measure everything side by side: print a table and write JSON."""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks import (
    captures,
    eap,
    exposition,
    load_check_render,
    push,
    push_ansible,
    push_memory,
    roams,
    snmp,
    snmp_cycle,
)
from benchmarks.row import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from benchmarks.row import Figure, Missing

MEASUREMENTS: Final[tuple[Callable[[], Iterable[Row | Figure | Missing]], ...]] = (
    load_check_render.measure,
    push.measure,
    eap.measure,
    exposition.measure,
    snmp.measure,
    captures.measure,
    roams.measure,
)
FIGURES: Final[tuple[Callable[[], Iterable[Figure | Missing]], ...]] = (
    push_ansible.measure,
    push_memory.measure,
    snmp_cycle.measure,
)
PACKAGES: Final = (
    "pydantic",
    "pyyaml",
    "jinja2",
    "netmiko",
    "paramiko",
    "asyncssh",
    "prometheus-client",
    "gufo-snmp",
    "scapy",
)
RESULTS: Final = Path(__file__).parents[1] / "build" / "bench.json"


def main() -> int:
    """Return 1 when a goal is missed."""
    measured = [line for measure in MEASUREMENTS for line in measure()]
    rows = [line for line in measured if isinstance(line, Row)]
    others = [line for line in measured if not isinstance(line, Row)]
    figures = [*others, *(figure for measure in FIGURES for figure in measure())]
    versions = {name: version(name) for name in PACKAGES}
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), **versions}
    print(" ".join(f"{name} {value}" for name, value in machine.items()))
    width = max(len(line.name) for line in (*rows, *figures))
    print(f"{'name':<{width}} {'ours':>9} {'peer':>9} {'ratio':>6} {'goal':>6}")
    for line in (*rows, *figures):
        print(line.line(width))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(_report(machine, rows, figures), indent=2) + "\n")
    return 0 if all(row.ratio <= row.goal for row in rows) else 1


def _report(machine: Mapping[str, object], rows: list[Row], figures: list[Figure | Missing]) -> dict[str, object]:
    return {
        "machine": machine,
        "rows": [row.as_json() for row in rows],
        "figures": [figure.as_json() for figure in figures],
    }


if __name__ == "__main__":
    sys.exit(main())
