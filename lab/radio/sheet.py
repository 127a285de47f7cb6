"""A sheet to draw on: SVG without script, on which what an inventory or a scenario says is text and never markup."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# The mean width of a letter of 12 px, in px.
LETTER: Final = 7.0
_WIDTH: Final = 1080
_TICKS: Final = 8
_STYLE: Final = """
text { fill: #1b2333; font-size: 12px }
.title { font-size: 18px; font-weight: bold }
.head { font-size: 14px; font-weight: bold }
.small { font-size: 11px; fill: #444 }
.end { text-anchor: end }
.mid { text-anchor: middle }
.told { fill: #a3121a; font-weight: bold }
.grid { stroke: #cfd8dc; stroke-width: 1 }
.way { stroke: #1b2333; stroke-width: 1.2; fill: none }
.log { stroke: #5f6b73; stroke-width: 1; fill: none }
.d2 { fill: #fff; stroke: #1b2333; stroke-width: 1 }
.phase { stroke: #1b2333; stroke-width: 0.6 }
"""


@dataclass(frozen=True, slots=True)
class Scale:
    """Values of an axis to units of the drawing."""

    first: float
    last: float
    left: float
    right: float

    def __call__(self, value: float) -> float:
        """Return where a value lies on the axis."""
        return round(self.left + (value - self.first) / (self.last - self.first) * (self.right - self.left), 1)

    def ticks(self) -> Iterator[float]:
        """Yield round values, no more than the axis has room for."""
        rough = (self.last - self.first) / _TICKS
        power = 10.0 ** floor(log10(rough))
        step = next(power * one for one in (1, 2, 5, 10) if power * one >= rough * 0.999)
        for number in range(ceil(self.first / step), floor(self.last / step) + 1):
            yield round(number * step, 6)


class Sheet:
    """Elements of a drawing; `y` is how far down it is filled, `patterns` a ground and a mark by name."""

    def __init__(self, title: str, about: str, patterns: Mapping[str, tuple[str, str]]) -> None:
        self.y = 0.0
        self.root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img"})
        self.root.set("font-family", "DejaVu Sans, Verdana, sans-serif")
        for tag, text in (("title", title), ("desc", about)):
            ET.SubElement(self.root, tag, {"id": tag}).text = printable(text)
        self.root.set("aria-labelledby", "title desc")
        ET.SubElement(self.root, "style").text = _STYLE
        self._patterns(patterns)
        self.paper = ET.SubElement(self.root, "rect", {"width": str(_WIDTH), "fill": "#fff"})

    def _patterns(self, patterns: Mapping[str, tuple[str, str]]) -> None:
        defs = ET.SubElement(self.root, "defs")
        for name, (ground, mark) in patterns.items():
            size = {"width": "6", "height": "6"}
            pattern = ET.SubElement(defs, "pattern", {"id": name, **size, "patternUnits": "userSpaceOnUse"})
            ET.SubElement(pattern, "rect", {**size, "fill": ground})
            ET.SubElement(pattern, "path", {"d": mark, "stroke": "#1b2333", "stroke-width": "1"})

    def text(self, x: float, y: float, text: str, style: str = "", *, room: float | None = None) -> None:
        """Put text; what has no room is shortened, and whole in a tooltip."""
        shown = printable(text)
        element = ET.SubElement(self.root, "text", {"x": f"{x:g}", "y": f"{y:g}"})
        if style:
            element.set("class", style)
        if room is not None and len(shown) > room / LETTER:
            element.text = shown[: int(room / LETTER) - 1] + "…"
            ET.SubElement(element, "title").text = shown
        else:
            element.text = shown

    def box(self, x: tuple[float, float], y: tuple[float, float], about: str = "", **look: str) -> None:
        """Put a rectangle from one x to another, of a top and a height."""
        size = {"x": f"{x[0]:g}", "y": f"{y[0]:g}", "width": f"{max(x[1] - x[0], 1.5):.1f}", "height": f"{y[1]:g}"}
        element = ET.SubElement(
            self.root, "rect", {**size, **{name.rstrip("_"): value for name, value in look.items()}}
        )
        if about:
            ET.SubElement(element, "title").text = printable(about)

    def path(self, way: str, style: str) -> None:
        """Put a path, in SVG's words for it."""
        ET.SubElement(self.root, "path", {"d": way, "class": style})

    @contextmanager
    def ruled(self, *scales: Scale, unit: str = "", above: float = 8, below: float = 8) -> Iterator[None]:
        """Rule the ground of what is drawn meanwhile at its scales' ticks, and number them at the bottom."""
        top = self.y + above
        grid = ET.SubElement(self.root, "path", {"class": "grid"})
        yield
        bottom = self.y + below
        lines = [(x(at), f"{at:g}{unit}") for x in scales for at in x.ticks()]
        grid.set("d", "".join(f"M{x:g} {top:g}V{bottom:g}" for x, _ in lines))
        self.y = bottom + 13
        for x, number in lines:
            self.text(x, self.y, number, "small mid")

    def done(self) -> str:
        """Return the drawing, as high as it is filled."""
        height = f"{self.y + 14:g}"
        self.paper.set("height", height)
        self.root.set("viewBox", f"0 0 {_WIDTH} {height}")
        ET.indent(self.root)
        return ET.tostring(self.root, encoding="unicode") + "\n"


def printable(text: str) -> str:
    """Return a text without what XML has no place for, or what turns a line about."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
