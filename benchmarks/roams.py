"""Fast transitions beside full EAP roams: real hostapd and wpa_supplicant on simulated radios, D2 from one capture.

One walk (`roams.yml`) of five clients, nothing delayed. Both kinds lead to access points that do not remember the
client, and the full authentications go to a RADIUS server on the same wire: a way across the federation, which would
make them slower, is left out. In no median are fast transitions between access points that meet for the first time
(they exchange sequence numbers) and those back to an access point that remembers the client (it removes that first).
Those are figures of their own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from benchmarks.row import Figure, Missing, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

SCENARIO: Final = Path(__file__).with_name("roams.yml")
INVENTORY: Final = Path(__file__).parents[1] / "lab" / "inventory"
GOAL: Final = 0.3
_FULL: Final = "full EAP"
_FAST: Final = "to one that does not remember the client"
_FIRST: Final = "the first between two access points"
_BACK: Final = "back to one that remembers the client"


def measure() -> Iterator[Row | Figure | Missing]:
    """Yield the median of D2 of both kinds, and what other fast transitions took."""
    title = "roam by FT over the air, D2"
    try:
        walked = _walk()
    except (OSError, ValueError) as error:
        yield Missing(title, str(error))
        return
    unit = "ms, emulated" if walked["emulated"] else "ms"
    sorts = _sorted(walked["roams"])
    full, fast = sorts[_FULL], sorts[_FAST]
    peer = f"{_FULL} roams of the same run, median of {len(full)}"
    yield Row(f"{title}, median of {len(fast)}", peer, median(fast), median(full), unit, GOAL)
    for sort in (_FIRST, _BACK):
        yield Figure(f"{title}, {sort}, median of {len(sorts[sort])}", median(sorts[sort]), unit)


def _sorted(roams: list[dict[str, Any]]) -> dict[str, list[float]]:
    """Return D2 of the roams of each sort, in ms."""
    sorts: dict[str, list[float]] = defaultdict(list)
    met: set[frozenset[str]] = set()
    been: set[tuple[str, str]] = set()
    for roam in roams:
        client, old, new = roam["client"], roam["from"], roam["to"]
        if roam["kind"] == "full_eap":
            sorts[_FULL].append(roam["d2_ms"])
        elif roam["kind"] == "ft_air":
            pair = frozenset((old, new))
            sort = _FIRST if pair not in met else _BACK if (client, new) in been else _FAST
            sorts[sort].append(roam["d2_ms"])
            met.add(pair)
        been.add((client, new))
    return sorts


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
