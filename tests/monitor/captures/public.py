"""Hold the reader against tshark on captures of others: `python -m tests.monitor.captures.public PATH...`.

PATH is a capture or a folder of captures. For each with 802.11 or RADIUS in it the table says how many packets, frames
that count, ways to an access point and RADIUS conversations there are, and what differs. Exit status 1 when something
does. Where captures come from: docs/captures.md.
"""

from __future__ import annotations

# ruff: noqa: T201  a command of the tests prints
import sys
from collections import Counter
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import CaptureError
from monitor.passive.captures import Conversation, Kind, Reading, Result, Roam
from monitor.passive.captures.air import FrameKind, Heard
from tests.monitor.captures.dissected import dissect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from monitor.passive.captures.merge import Sensor
    from tests.monitor.captures.dissected import Dissected, Way

SUFFIXES = (".cap", ".dump", ".gz", ".ntar", ".pcap", ".pcapng", ".trace")
_NEAR_MS = 0.001
_METHODS = {Kind.FT_AIR: {"ft_air"}, Kind.FT_DS: {"ft_ds"}, Kind.FULL_EAP: {"eap"}, Kind.PMK_CACHED: {"keys"}}


@dataclass(frozen=True)
class Compared:
    """One file: what is in it, and where the two differ; `refused` says why we do not read it."""

    path: Path
    told: Dissected
    differences: tuple[str, ...] = ()
    refused: str = ""

    @property
    def of_use(self) -> bool:
        """Whether there is anything to compare but the number of packets."""
        return bool(self.told.frames or self.told.talks or self.told.refused or self.differences)

    def line(self, width: int) -> str:
        """Return its line of the table, the name that wide."""
        told = self.told
        numbers = (told.packets, sum(told.frames.values()), len(told.ways), len(told.talks), told.retransmissions)
        verdict = f"not read: {self.refused}" if self.refused else "; ".join(self.differences) or "equal"
        return f"{self.path.name:<{width}} {''.join(f'{number:>8}' for number in numbers)}  {verdict}"


def compare(path: Path) -> Compared:
    """Read a capture, and hold it against tshark's."""
    told, reading = dissect(path), Reading([path])
    if told.refused:
        return Compared(path, told, refused="tshark refuses it")
    try:
        frames = _frames(Reading([path]).sensors[0])
        found = list(reading.found())
    except CaptureError as error:
        return Compared(path, told, refused=str(error).removeprefix(f"{path}: "))
    return Compared(path, told, tuple(_differences(told, reading, frames, found)))


def _frames(sensor: Sensor) -> Counter[str]:
    frames: Counter[str] = Counter()
    for _, _, _, one in sensor.taken():
        if isinstance(one, Heard):
            frames[_name(one)] += 1
        elif one is not None:
            frames["data"] += 1
    return frames


def _name(one: Heard) -> str:
    if one.kind is FrameKind.FT_ACTION:
        return "FT action" if one.body else "encrypted action"
    return "EAPOL" if one.kind is FrameKind.EAPOL else one.kind.name.lower().replace("_", " ")


def _differences(
    told: Dissected, reading: Reading, frames: Counter[str], found: list[Conversation | Roam]
) -> Iterator[str]:
    if told.packets != reading.packets():
        yield f"packets: {reading.packets()}, tshark {told.packets}"
    for name in sorted(told.frames | frames):
        if told.frames[name] != frames[name]:
            yield f"{name}: {frames[name]}, tshark {told.frames[name]}"
    yield from _ways(told.ways, [one for one in found if isinstance(one, Roam)], reading.roams.unkind)
    yield from _talks(told, [one for one in found if isinstance(one, Conversation)])


def _ways(told: list[Way], roams: list[Roam], unkind: int) -> Iterator[str]:
    """Yield where our roams with a D2 are not tshark's; those that are passed over are only counted."""
    left = {(one.client, one.bssid, round(one.start * 1000)): one for one in told}
    for roam in roams:
        if roam.d2_ms is None:
            continue
        client, bssid = (octets.hex(":") for octets in (roam.client, roam.bssid))
        where = f"{roam.kind} of {client} to {bssid}"
        way = left.pop((client, bssid, round(roam.start / 1e6)), None)
        if way is None:
            yield f"{where}: not tshark's"
        elif not (_near(roam.d2_ms, way.d2_ms) and _near(roam.d4_ms, way.d4_ms)):
            yield f"{where}: D2 {roam.d2_ms}, D4 {roam.d4_ms}; tshark {way.d2_ms}, {way.d4_ms}"
        elif way.method not in _METHODS.get(roam.kind, {"eap", "keys"}):
            yield f"{where}: tshark has {way.method}"
    if len(left) > unkind:
        yield from (f"{one.method} of {one.client} to {one.bssid}: tshark's alone" for one in left.values())


def _talks(told: Dissected, found: list[Conversation]) -> Iterator[str]:
    retransmissions = sum(one.retransmissions for one in found)
    if retransmissions != told.retransmissions:
        yield f"retransmissions: {retransmissions}, tshark {told.retransmissions}"
    exchanges = sorted(ms for one in found for ms in one.exchange_ms if ms is not None)
    if not _all_near(exchanges, sorted(told.exchanges_ms)):
        yield f"exchanges: {len(exchanges)}, tshark {len(told.exchanges_ms)}, or other times"
    ours = sorted((_result(one), one.ms or 0) for one in found)
    theirs = sorted((one.result, one.ms or 0) for one in told.talks)
    if [one[0] for one in ours] != [one[0] for one in theirs]:
        yield f"conversations: {len(ours)}, tshark {len(theirs)}, or other results"
    elif not _all_near([one[1] for one in ours], [one[1] for one in theirs]):
        yield "conversations: other times"


def _result(one: Conversation) -> str:
    return one.result.value if one.result in {Result.ACCEPT, Result.REJECT} else ""


def _near(ours: float | None, theirs: float | None) -> bool:
    if ours is None or theirs is None:
        return ours is theirs
    return abs(ours - theirs) <= _NEAR_MS


def _all_near(ours: list[float], theirs: list[float]) -> bool:
    return all(_near(*pair) for pair in zip_longest(ours, theirs))


def captures(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files that are named, and those in folders whose names say that they are captures."""
    for path in paths:
        if path.is_dir():
            yield from (one for one in sorted(path.rglob("*")) if one.suffix in SUFFIXES and one.is_file())
        else:
            yield path


def main(words: list[str]) -> int:
    """Print the table; return 1 when something differs or there was nothing to compare."""
    compared = [one for path in captures(map(Path, words)) if (one := compare(path)).of_use]
    if not compared:
        print("no capture with 802.11 or RADIUS in it")
        return 1
    width = max(len(one.path.name) for one in compared)
    print(f"{'file':<{width}}  packets  frames    ways   talks   again")
    for one in compared:
        print(one.line(width))
    unequal, unread = (sum(bool(getattr(one, name)) for one in compared) for name in ("differences", "refused"))
    print(f"{len(compared)} captures: {len(compared) - unequal - unread} equal, {unequal} not, {unread} not read")
    return 1 if unequal else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
