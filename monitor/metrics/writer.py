"""Prometheus' text format 0.0.4, written fast: the block of a series' name and labels is made once and kept.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.sample import Family

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_SPECIAL: Final = {"inf": "+Inf", "-inf": "-Inf", "nan": "NaN"}
_IN_LABELS: Final = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})
_IN_HELP: Final = str.maketrans({"\\": r"\\", "\n": r"\n"})


def number(value: float) -> str:
    """Return a value as Go's ParseFloat reads it."""
    text = repr(float(value))
    return text if text[-1] not in "fn" else _SPECIAL[text]


def head(family: Family) -> str:
    """Return the two lines before a family's samples."""
    text = family.text.translate(_IN_HELP)
    return f"# HELP {family.name} {text}\n# TYPE {family.name} {family.kind.value}\n"


def series(name: str, labels: Iterable[str], values: Iterable[str]) -> str:
    """Return the name of a series with its labels and the space before the number."""
    block = ",".join(f'{label}="{value.translate(_IN_LABELS)}"' for label, value in zip(labels, values, strict=True))
    return f"{name}{{{block}}} " if block else f"{name} "


def lines(names: Iterable[str], values: Iterable[float]) -> str:
    """Return a line for each series."""
    return "".join([f"{name}{number(value)}\n" for name, value in zip(names, values, strict=True)])


def encode(text: str) -> bytes:
    """Return UTF-8; half of a surrogate pair, which a name of a device may hold, becomes a question mark."""
    return text.encode("utf-8", "replace")
