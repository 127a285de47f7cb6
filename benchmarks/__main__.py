"""Measure everything side by side: print a table and write JSON."""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Final

from benchmarks import load_check_render

MEASUREMENTS: Final = (load_check_render.measure,)
RESULTS: Final = Path(__file__).parents[1] / "build" / "bench.json"


def main() -> int:
    """Return 1 when a goal is missed."""
    rows = [measure() for measure in MEASUREMENTS]
    versions = {name: version(name) for name in ("pydantic", "pyyaml", "jinja2")}
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), **versions}
    print(" ".join(f"{name} {value}" for name, value in machine.items()))
    print(f"{'name':<64} {'ours':>9} {'peer':>9} {'ratio':>6} {'goal':>6}")
    for row in rows:
        numbers = f"{row.ours:>9.2f} {row.peer:>9.2f} {row.ratio:>6.2f} {row.goal:>6.1f}"
        print(f"{row.name:<64} {numbers}  {row.unit}, against {row.peer_name}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"machine": machine, "rows": [row.as_json() for row in rows]}, indent=2) + "\n")
    return 0 if all(row.ratio <= row.goal for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
