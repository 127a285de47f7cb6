"""The process that `benchmarks.captures` measures: it reads a capture, and prints what it found and took of memory."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.process import peak_mb
from monitor.passive.captures import Reading


def main() -> None:
    """Read the capture that the first word names."""
    reading = Reading([Path(sys.argv[1])])
    found = sum(1 for _ in reading.found())
    print(json.dumps({"found": found, "packets": reading.packets(), "mb": round(peak_mb(), 1)}))


if __name__ == "__main__":
    main()
