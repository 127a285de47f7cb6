"""Outlines of the boroughs by ONS code, as `monitor.web.map` made them: read once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

OUTLINES: Final = Path(__file__).with_name("outlines.json")
NOTICE: Final = (
    "Contains National Statistics data © Crown copyright and database right. "
    "Contains OS data © Crown copyright and database right."
)
"""What the licence of the boundaries (Open Government Licence v3.0) asks for; docs/data.md."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One borough on the map: its path, where its label stands and what it says."""

    path: str
    x: int
    y: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outlines:
    """The whole map; `boroughs` go by ONS code."""

    width: int
    height: int
    boroughs: dict[str, Outline]


@cache
def outlines() -> Outlines:
    """Return the map as it was committed."""
    found = json.loads(OUTLINES.read_text(encoding="utf-8"))
    boroughs = {
        gss: Outline(one["path"], one["at"][0], one["at"][1], tuple(one["lines"]))
        for gss, one in found["boroughs"].items()
    }
    return Outlines(found["width"], found["height"], boroughs)
