"""Measurements of a whole process: a module of ours that runs by itself, and what it holds of memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


def apart(module: str, *arguments: str) -> Any:  # noqa: ANN401  whatever the module prints
    """Run a module in a process of its own, and return the JSON that it prints."""
    words = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(words, check=True, capture_output=True, text=True)  # noqa: S603  our own module
    return json.loads(done.stdout)


def resident_mb() -> float:
    """Return what this process has in memory now (proc_pid_statm(5): pages, the second number)."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE / 2**20


def peak_mb() -> float:
    """Return the most that this process had in memory so far (proc_pid_status(5): VmHWM, kilobytes).

    Not getrusage(2)'s: that begins with what the process had that started this one.
    """
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
