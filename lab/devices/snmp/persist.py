"""`python -m lab.devices.snmp.persist CONTROLLER LOST`: a controller's tables for a real snmpd, by `pass_persist`.

CONTROLLER is JSON: `access_points`, base radio MACs by name, and the lists `ssids` and `servers`. While the file LOST
exists the last access point has left the controller. snmpd.conf(5) has the lines that are spoken here.
"""

from __future__ import annotations

import json
import sys
from bisect import bisect_right
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from lab.devices.snmp import ber
from lab.devices.snmp.tables import Model, Population, cells

if TYPE_CHECKING:
    from lab.devices.snmp.ber import Oid


def read(text: str) -> Population:
    """Read what a controller has."""
    found = json.loads(text)
    macs = {name: tuple(int(octet, 16) for octet in mac.split(":")) for name, mac in found["access_points"].items()}
    return Population(tuple(macs), found["ssids"], found["servers"], radio_macs=macs)


class Table:
    """Cells in their order."""

    def __init__(self, population: Population) -> None:
        self._cells = cells(Model.CATALYST_9800, population)
        self._keys = sorted(self._cells)

    def answer(self, word: str, asked: Oid) -> tuple[str, ...]:
        """Return the lines for `get` and `getnext`; everything else is refused."""
        if word not in {"get", "getnext"}:
            return ("not-writable",)
        found = asked if word == "get" else self._following(asked)
        if found not in self._cells:
            return ("NONE",)
        return (f".{'.'.join(map(str, found))}", *spoken(self._cells[found]))

    def _following(self, asked: Oid) -> Oid:
        place = bisect_right(self._keys, asked)
        return self._keys[place] if place < len(self._keys) else ()


def spoken(value: bytes) -> tuple[str, str]:
    """Return an encoded value as `pass_persist` has it: its type and its text. Values here are short."""
    content = value[2:]
    match value[0]:
        case ber.OCTETS:
            return "octet", content.hex(" ")
        case ber.IP_ADDRESS:
            return "ipaddress", str(IPv4Address(content))
        case tag:
            return _NUMBERS[tag], str(int.from_bytes(content, "big", signed=True))


_NUMBERS: Final = {ber.INTEGER: "integer", ber.COUNTER: "counter", ber.GAUGE: "gauge", ber.TICKS: "timeticks"}


def serve(population: Population, lost: Path, asked: TextIO, answers: TextIO) -> None:
    """Answer until snmpd goes."""
    whole = Table(population)
    left = Table(replace(population, lost=frozenset(population.access_points[-1:])))
    for line in asked:
        word = line.strip()
        if word == "PING":
            lines: tuple[str, ...] = ("PONG",)
        else:
            lines = (left if lost.exists() else whole).answer(word, _oid(asked.readline()))
            if word == "set":
                asked.readline()
        answers.write("".join(f"{one}\n" for one in lines))
        answers.flush()


def _oid(line: str) -> Oid:
    return tuple(int(part) for part in line.strip().strip(".").split(".") if part.isdecimal())


def main() -> int:
    """Serve on standard input and output."""
    controller, lost = map(Path, sys.argv[1:])
    serve(read(controller.read_text(encoding="utf-8")), lost, sys.stdin, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
