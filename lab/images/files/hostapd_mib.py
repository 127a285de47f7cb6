#!/usr/bin/env python3
"""Tell snmpd what hostapd counts: a script for `pass_persist` (snmpd.conf(5)), which runs once and answers for ever.

The one argument is the branch that it answers for. RFC 4668's radiusAuthServerExtTable holds every interface's RADIUS
servers, RFC 4670's radiusAccServerExtTable those for accounting, the IEEE's 1.2.840.10036 the SSID and the stations of
each.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Oid = tuple[int, ...]

STATIONS: Final[Oid] = (1, 2, 840, 10036)
SOCKETS: Final = Path("/run/hostapd")
FRESH_S: Final = 1.0


@dataclass(frozen=True)
class Table:
    """A table of RADIUS servers: what hostapd's words for it begin with, and which column each of its words is."""

    branch: Oid
    word: str
    pending: int
    counters: Mapping[str, int]


AUTHENTICATION: Final = Table(
    branch=(1, 3, 6, 1, 2, 1, 67, 1, 2, 1, 1, 4, 1),
    word="radiusAuth",
    pending=13,
    counters={
        "AccessRequests": 6,
        "AccessRetransmissions": 7,
        "AccessAccepts": 8,
        "AccessRejects": 9,
        "AccessChallenges": 10,
        "MalformedAccessResponses": 11,
        "BadAuthenticators": 12,
        "Timeouts": 14,
        "UnknownTypes": 15,
        "PacketsDropped": 16,
    },
)
ACCOUNTING: Final = Table(
    branch=(1, 3, 6, 1, 2, 1, 67, 2, 2, 1, 1, 4, 1),
    word="radiusAcc",
    pending=11,
    counters={
        "Requests": 6,
        "Retransmissions": 7,
        "Responses": 8,
        "MalformedResponses": 9,
        "BadAuthenticators": 10,
        "Timeouts": 12,
        "UnknownTypes": 13,
        "PacketsDropped": 14,
    },
)
TABLES: Final = {table.branch: table for table in (AUTHENTICATION, ACCOUNTING)}


def main() -> int:
    """Answer until snmpd goes."""
    branch = tuple(int(part) for part in sys.argv[1].strip(".").split("."))
    known: dict[Oid, tuple[str, str]] = {}
    read = 0.0
    for line in sys.stdin:
        word = line.strip()
        if word == "PING":
            say("PONG")
            continue
        asked = tuple(int(part) for part in sys.stdin.readline().strip().strip(".").split(".") if part.isdecimal())
        if time.monotonic() - read > FRESH_S:
            known, read = cells(branch), time.monotonic()
        found = following(known, asked) if word == "getnext" else asked
        if word in {"get", "getnext"} and found in known:
            kind, value = known[found]
            say("." + ".".join(map(str, found)), kind, value)
        else:
            say("NONE" if word != "set" else "not-writable")
    return 0


def following(known: dict[Oid, tuple[str, str]], asked: Oid) -> Oid:
    """Return the first name after another one; nothing after the last."""
    return min((key for key in known if key > asked), default=())


def cells(branch: Oid) -> dict[Oid, tuple[str, str]]:
    """Return everything under a branch, now."""
    names = sorted(path.name for path in SOCKETS.glob("*") if path.is_socket()) if SOCKETS.is_dir() else []
    table = TABLES.get(branch)
    return dict(stations(names) if table is None else servers(table, "".join(ask(name, "mib") for name in names)))


def servers(table: Table, said: str) -> Iterator[tuple[Oid, tuple[str, str]]]:
    """Yield a table's RADIUS servers out of what the interfaces said, numbered through."""
    blocks = re.split(rf"(?=^{table.word}ServerIndex=)", said, flags=re.MULTILINE)
    told = [dict(re.findall(rf"^{table.word}(?:Client)?(\w+)=(.*)$", block, re.MULTILINE)) for block in blocks]
    for number, server in enumerate((one for one in told if "ServerAddress" in one), 1):
        yield (*table.branch, 2, number), ("integer", "1")
        octets = " ".join(f"{int(part):02X}" for part in server["ServerAddress"].split("."))
        yield (*table.branch, 3, number), ("octet", octets)
        yield (*table.branch, 4, number), ("gauge", server.get("ServerPortNumber", "0"))
        yield (*table.branch, 5, number), ("timeticks", server.get("RoundTripTime", "0"))
        yield (*table.branch, table.pending, number), ("gauge", server.get("PendingRequests", "0"))
        for name, column in table.counters.items():
            yield (*table.branch, column, number), ("counter", server.get(name, "0"))


def stations(names: list[str]) -> Iterator[tuple[Oid, tuple[str, str]]]:
    """Yield the SSID and the number of stations of each network of each interface."""
    said = [ask(name, "status") for name in names]
    found = [pair for one in said for pair in zip(_told(one, "ssid"), _told(one, "num_sta"), strict=False)]
    for number, (ssid, count) in enumerate(found, 1):
        yield (*STATIONS, 1, 1, 1, 9, number), ("string", ssid)
        yield (*STATIONS, 2, 2, 1, 16, number), ("gauge", count)


def _told(status: str, name: str) -> list[str]:
    return re.findall(rf"^{name}\[\d+\]=(.*)$", status, re.MULTILINE)


def ask(interface: str, command: str) -> str:
    """Return what hostapd says; nothing where it does not answer."""
    words = ["/usr/sbin/hostapd_cli", "-i", interface, command]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=2)  # noqa: S603  fixed words
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def say(*lines: str) -> None:
    """Answer at once: snmpd waits for each line."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
