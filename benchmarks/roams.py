"""Fast transitions beside full EAP roams: real hostapd and wpa_supplicant on simulated radios, D2 from one capture.

One walk (`roams.yml`) between two access points of one owner, nothing delayed, the RADIUS server on the same wire: what
would make full EAP slower, a way across the federation, is left out. The first fast transition, in which the two access
points meet and the key is pulled, is a figure of its own and in no median.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from benchmarks.row import Figure, Missing, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

SCENARIO: Final = Path(__file__).with_name("roams.yml")
INVENTORY: Final = Path(__file__).parents[1] / "lab" / "inventory"
GOAL: Final = 0.3


def measure() -> Iterator[Row | Figure | Missing]:
    """Yield the median of D2 of both kinds, and what the first fast transition took."""
    title = "roam by FT over the air, D2, the median"
    try:
        walked = _walk()
    except (OSError, ValueError) as error:
        yield Missing(title, str(error))
        return
    unit = "ms, emulated" if walked["emulated"] else "ms"
    first, *later = _d2_ms(walked, "ft_air")
    full = _d2_ms(walked, "full_eap")
    name = f"{title} of {len(later)}"
    yield Row(name, f"full EAP roams of the same run, {len(full)}", median(later), median(full), unit, GOAL)
    yield Figure("roam by FT, D2, the first between two access points, with its pull of the key", first, unit)


def _walk() -> dict[str, Any]:
    """Return the walk's document; ValueError with the reason when it did not go as it should."""
    with tempfile.TemporaryDirectory() as out:
        words = [
            str(Path(sys.executable).with_name("roam-lab")),
            "radio",
            str(SCENARIO),
            "-i",
            str(INVENTORY),
            "-o",
            out,
            "--json",
        ]
        done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603  our own words
    lines = done.stderr.strip().splitlines() or ["roam-lab radio said nothing"]
    if not done.stdout:
        raise ValueError(lines[-1])
    document: dict[str, Any] = json.loads(done.stdout)
    if not document["passed"]:
        raise ValueError("; ".join(fault for roam in document["roams"] for fault in roam["faults"]))
    return document


def _d2_ms(walked: dict[str, Any], kind: str) -> list[float]:
    return [roam["d2_ms"] for roam in walked["roams"] if roam["kind"] == kind]
