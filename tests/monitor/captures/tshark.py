"""tshark as the oracle: the same numbers worked out from the fields that it tells."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

Row = dict[str, str]


def fields(path: Path, shown: str, *names: str) -> list[Row]:
    """Return fields of the packets that a display filter lets through, the first of each sort."""
    words = ["tshark", "-n", "-r", str(path), "-Y", shown, "-T", "fields", "-E", "occurrence=f"]
    words += [word for name in names for word in ("-e", name)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return [dict(zip(names, line.split("\t"), strict=True)) for line in done.stdout.splitlines()]


def packets(path: Path) -> int:
    """Return how many packets there are."""
    return len(fields(path, "frame", "frame.number"))


def exchanges_ms(path: Path) -> list[float]:
    """Return how long each answered Access-Request waited, in the order of the requests."""
    names = ("radius.reqframe", "radius.time")
    rows = fields(path, "radius.reqframe && radius.code in {2, 3, 11} && !radius.dup", *names)
    return [float(row["radius.time"]) * 1000 for row in sorted(rows, key=lambda row: int(row["radius.reqframe"]))]


def retransmissions(path: Path) -> int:
    """Return how many requests tshark takes for repetitions."""
    return len(fields(path, "radius.code == 1 && radius.dup", "frame.number"))


def conversations(path: Path) -> list[tuple[float, float, str]]:
    """Return start, length in ms and answer of each authentication: first requests have no State, ends are 2 and 3.

    Only where they follow each other on one hop.
    """
    names = ("frame.time_epoch", "radius.code", "radius.State")
    found, start = [], 0.0
    for row in fields(path, "radius.code in {1, 2, 3} && !radius.dup", *names):
        at, code = float(row["frame.time_epoch"]), row["radius.code"]
        if code == "1":
            start = start if row["radius.State"] else at
        else:
            found.append((start, (at - start) * 1000, {"2": "accept", "3": "reject"}[code]))
    return found


AUTHENTICATION = "wlan.fc.type_subtype == 11 && wlan.ra == wlan.bssid"
FT_REQUEST = "wlan.fixed.category_code == 6 && wlan.fixed.action_code == 1"
RESPONSE, M4 = "wlan.fc.type_subtype in {1, 3}", "wlan_rsna_eapol.keydes.msgnr == 4"


def between_ms(path: Path, first: str, last: str) -> float | None:
    """Return the time from the first packet of one sort to the first of another."""
    times = [fields(path, shown, "frame.time_epoch") for shown in (first, last)]
    if not all(times):
        return None
    begun, ended = (float(rows[0]["frame.time_epoch"]) for rows in times)
    return (ended - begun) * 1000
