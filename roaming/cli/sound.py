"""An inventory that may be acted upon."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from roaming.errors import InventoryError
from roaming.load import load
from roaming.model.problem import Severity
from roaming.rules import check

if TYPE_CHECKING:
    from pathlib import Path

    from roaming.load import Inventory


def sound(directory: Path) -> Inventory:
    """Read an inventory; raise `InventoryError` with every error that `roam check` finds in it."""
    inventory = load(directory)
    problems = check(inventory, datetime.now(UTC).date())
    errors = tuple(problem for problem in problems if problem.severity is Severity.ERROR)
    if errors:
        raise InventoryError(errors)
    return inventory
