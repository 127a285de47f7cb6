"""The memory of containers: of their processes and all below them, each page counted once (PSS, proc(5))."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PROC: Final = Path("/proc")
_PSS: Final = re.compile(r"^Pss:\s+(\d+) kB$", re.MULTILINE)
_PARENT: Final = re.compile(r"\) \S (\d+) ")


def held_by(roots: Iterable[int], proc: Path = _PROC) -> int:
    """Return the octets that processes and all below them hold; those that end meanwhile hold nothing."""
    return sum(_octets(proc / str(process)) for process in below(roots, _parents(proc)))


def below(roots: Iterable[int], parents: Mapping[int, int]) -> frozenset[int]:
    """Return some processes with all that they, and theirs, have started; `parents` is who started whom."""
    children: dict[int, list[int]] = {}
    for process, parent in parents.items():
        children.setdefault(parent, []).append(process)
    found: set[int] = set()
    waiting = [root for root in roots if root in parents]
    while waiting:
        process = waiting.pop()
        found.add(process)
        waiting += children.get(process, [])
    return frozenset(found)


def _parents(proc: Path) -> dict[int, int]:
    parents: dict[int, int] = {}
    for folder in proc.iterdir():
        if folder.name.isdigit() and (match := _PARENT.search(_read(folder / "stat"))):
            parents[int(folder.name)] = int(match[1])
    return parents


def _octets(folder: Path) -> int:
    match = _PSS.search(_read(folder / "smaps_rollup"))
    return int(match[1]) * 1024 if match else 0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
