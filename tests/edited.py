"""Copies of the minimal inventory with something changed in them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MINIMAL = Path(__file__).parent / "minimal"

Edit = tuple[str, str, str]
"""A file of the inventory, a text that stands in it exactly once, and what stands there instead."""


def edited(directory: Path, edits: Iterable[Edit]) -> Path:
    """Write the minimal inventory with the edits into DIRECTORY/inventory, and return that."""
    inventory = directory / "inventory"
    shutil.copytree(MINIMAL, inventory)
    for file, old, new in edits:
        path = inventory / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file} holds {old!r} {text.count(old)} times"
        path.write_text(text.replace(old, new), encoding="utf-8")
    return inventory
