"""The map: made from boundaries, complete, and with borders that fit."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from monitor.web.map import build
from monitor.web.outlines import NOTICE, outlines
from tests.monitor.web.london import london

if TYPE_CHECKING:
    from pathlib import Path

# Two squares side by side; the second is made of the first's border, walked backwards. One point is nearly on a line.
TOPOLOGY = {
    "type": "Topology",
    "bbox": [0, 0, 2, 1],
    "transform": {"scale": [0.001, 0.001], "translate": [0, 0]},
    "objects": {
        "boroughs": {
            "geometries": [
                {"type": "Polygon", "arcs": [[0, 1]], "id": "West"},
                {"type": "MultiPolygon", "arcs": [[[2, -1]]], "id": "East"},
            ]
        }
    },
    "arcs": [
        [[1000, 0], [1, 500], [-1, 500]],
        [[1000, 1000], [-1000, 0], [0, -1000], [1000, 0]],
        [[1000, 0], [1000, 0], [0, 1000], [-1000, 0]],
    ],
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "londonBoroughs.json").write_text(json.dumps(TOPOLOGY))
    centroids = [{"name": "West", "cx": 0.5, "cy": 0.5}, {"name": "East", "cx": 1.5, "cy": 0.5}]
    (tmp_path / "londonCentroids.json").write_text(json.dumps(centroids))
    (tmp_path / "boroughs.csv").write_text("gss,name\nE1,West\nE2,East\n")
    return tmp_path


def test_outlines_come_from_boundaries(source: Path) -> None:
    made = json.loads(build(source))
    assert made["notice"] == NOTICE
    assert (made["width"], made["height"]) == (1000, 506)
    assert made["boroughs"] == {
        "E1": {"path": "M500,6l-494,0 0,494 494,0z", "at": [253, 253], "lines": ["West"]},
        "E2": {"path": "M994,500l0,-494 -494,0 0,494z", "at": [747, 253], "lines": ["East"]},
    }


def test_the_same_boundaries_make_the_same_file(source: Path) -> None:
    assert build(source) == build(source)


def test_every_borough_of_the_inventory_is_on_the_map() -> None:
    codes = {borough.gss for borough in london().boroughs}
    assert len(codes) == 33
    assert codes == set(outlines().boroughs)


def test_labels_stand_inside_the_drawing_and_apart() -> None:
    places = {(one.x, one.y) for one in outlines().boroughs.values()}
    assert len(places) == 33
    assert all(0 < x < outlines().width and 0 < y < outlines().height for x, y in places)


def test_paths_are_whole_numbers_and_closed() -> None:
    for outline in outlines().boroughs.values():
        assert re.fullmatch(r"(M\d+,\d+l(-?\d+,-?\d+ ?)+z)+", outline.path)


def test_the_command_says_what_it_wants() -> None:
    ran = subprocess.run([sys.executable, "-m", "monitor.web.map"], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert ran.stderr == "usage: python -m monitor.web.map SOURCE\n"
