"""A controller that somebody has run for years: a fictional council's, 900 lines, made up for this project."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=1)
def brownfield_text() -> str:
    """Return the running configuration of the brownfield controller."""
    return files("lab.devices").joinpath("brownfield.cfg").read_text()
