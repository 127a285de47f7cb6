"""From a device to the inventory: what it runs, what of it the inventory can say, and an account of the rest."""

from __future__ import annotations

from roaming.adopt.access_point import adopt_access_point
from roaming.adopt.adoption import Adoption, Fill, Left, Reading
from roaming.adopt.controller import adopt_controller
from roaming.adopt.report import as_json, as_text, changes

__all__ = [
    "Adoption",
    "Fill",
    "Left",
    "Reading",
    "adopt_access_point",
    "adopt_controller",
    "as_json",
    "as_text",
    "changes",
]
