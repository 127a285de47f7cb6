"""The map, made once from boundaries: `python -m monitor.web.map SOURCE` writes `outlines.json`.

SOURCE is a folder with `londonBoroughs.json` (TopoJSON), `londonCentroids.json` and `boroughs.csv`, as docs/data.md
names them. The result goes by ONS code. Units are those of the drawing: 1000 wide.
TopoJSON: https://github.com/topojson/topojson-specification.
"""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, radians
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from monitor.web.outlines import NOTICE, OUTLINES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Point = tuple[float, float]

_WIDTH: Final = 1000
_MARGIN: Final = 6
_TOLERANCE: Final = 1.2
# What a label may say where the name does not fit, and how far it is moved from the middle.
_LINES: Final = {
    "City of London": ("City",),
    "Barking and Dagenham": ("Barking and", "Dagenham"),
    "Hammersmith and Fulham": ("H'smith", "& Fulham"),
    "Kensington and Chelsea": ("Kens. &", "Chelsea"),
    "Kingston upon Thames": ("Kingston",),
    "Richmond upon Thames": ("Richmond",),
    "Tower Hamlets": ("Tower", "Hamlets"),
    "Waltham Forest": ("Waltham", "Forest"),
}
_MOVED: Final = {
    "Camden": (-6, 6),
    "Islington": (0, -16),
    "Hackney": (9, 10),
    "Hammersmith and Fulham": (-12, -34),
    "Kensington and Chelsea": (3, 6),
    "Westminster": (2, 2),
    "Richmond upon Thames": (8, 10),
    "Kingston upon Thames": (-6, -4),
    "Wandsworth": (-6, -2),
    "Lambeth": (1, 14),
    "Southwark": (6, 4),
}


@dataclass(frozen=True, slots=True)
class _Projection:
    """Degrees to units of the drawing, north up: equirectangular, true in the middle of the box."""

    west: float
    north: float
    per_x: float
    per_y: float

    @classmethod
    def of(cls, box: Sequence[float]) -> _Projection:
        west, south, east, north = box
        per_x = (_WIDTH - 2 * _MARGIN) / (east - west)
        return cls(west, north, per_x, per_x / cos(radians((south + north) / 2)))

    def __call__(self, longitude: float, latitude: float) -> Point:
        return (longitude - self.west) * self.per_x + _MARGIN, (self.north - latitude) * self.per_y + _MARGIN


def build(source: Path) -> str:
    """Return the text of the outlines' file; raises `OSError`, `ValueError` or `KeyError` for another source."""
    topology = json.loads((source / "londonBoroughs.json").read_text(encoding="utf-8"))
    middles = {one["name"]: one for one in json.loads((source / "londonCentroids.json").read_text(encoding="utf-8"))}
    with (source / "boroughs.csv").open(encoding="utf-8", newline="") as file:
        codes = {row["name"]: row["gss"] for row in csv.DictReader(file)}
    project = _Projection.of(topology["bbox"])
    arcs = [_simplified(arc) for arc in _arcs(topology, project)]
    boroughs = {}
    for shape in topology["objects"]["boroughs"]["geometries"]:
        name, middle = shape["id"], middles[shape["id"]]
        x, y = project(middle["cx"], middle["cy"])
        right, down = _MOVED.get(name, (0, 0))
        at = [round(x + right), round(y + down)]
        boroughs[codes[name]] = {"path": _path(shape, arcs), "at": at, "lines": _LINES.get(name, (name,))}
    _, south, east, _ = topology["bbox"]
    height = round(project(east, south)[1] + _MARGIN)
    text = {"notice": NOTICE, "width": _WIDTH, "height": height, "boroughs": dict(sorted(boroughs.items()))}
    return json.dumps(text, indent=1, ensure_ascii=False) + "\n"


def _arcs(topology: dict[str, Any], project: _Projection) -> Iterable[list[Point]]:
    (scale_x, scale_y), (left, bottom) = topology["transform"]["scale"], topology["transform"]["translate"]
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            points.append(project(x * scale_x + left, y * scale_y + bottom))
        yield points


def _simplified(points: list[Point]) -> list[Point]:
    """Leave out what lies nearer than the tolerance to the line (Douglas and Peucker); ends stay, so borders fit."""
    if len(points) < 3:  # noqa: PLR2004  a line has nothing between its ends
        return points
    (ax, ay), (bx, by) = points[0], points[-1]
    length = hypot(bx - ax, by - ay)

    def distance(at: int) -> float:
        x, y = points[at]
        if not length:
            return hypot(x - ax, y - ay)
        return abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length

    far = max(range(1, len(points) - 1), key=distance)
    if distance(far) < _TOLERANCE:
        return [points[0], points[-1]]
    return [*_simplified(points[: far + 1])[:-1], *_simplified(points[far:])]


def _path(shape: dict[str, Any], arcs: list[list[Point]]) -> str:
    polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
    return "".join(_ring(ring, arcs) for polygon in polygons for ring in polygon)


def _ring(ring: list[int], arcs: list[list[Point]]) -> str:
    points: list[Point] = []
    for number in ring:
        # The complement of an index is that arc, walked backwards; arcs share their ends.
        points += (arcs[number] if number >= 0 else arcs[~number][::-1])[1:]
    whole = [(round(x), round(y)) for x, y in points]
    steps = [(bx - ax, by - ay) for (ax, ay), (bx, by) in pairwise(whole)]
    return f"M{whole[0][0]},{whole[0][1]}l" + " ".join(f"{x},{y}" for x, y in steps if x or y) + "z"


if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004  the command and its one argument
        sys.stderr.write("usage: python -m monitor.web.map SOURCE\n")
        sys.exit(2)
    OUTLINES.write_text(build(Path(sys.argv[1])), encoding="utf-8")
