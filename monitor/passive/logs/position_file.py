"""Where a log was read to, in a small file, so that a restart neither misses nor repeats a line."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from monitor.passive.logs.follower import Position
from monitor.whole_file import write_whole

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class PositionFile:
    """The file."""

    path: Path

    def load(self) -> Position | None:
        """Return what was kept, or None when nothing was; raises `OSError`, and `ValueError` for what is damaged."""
        try:
            return parse(self.path.read_bytes())
        except FileNotFoundError:
            return None

    def save(self, position: Position) -> None:
        """Write a position; the file is the former one or the new one, whatever happens. Raises `OSError`."""
        write_whole(self.path, json.dumps(asdict(position)) + "\n")


def parse(octets: bytes) -> Position:
    """Read what `save` wrote; raises `ValueError` for anything else."""
    try:
        found = json.loads(octets)
    except RecursionError as error:
        message = "it is nested too deep"
        raise ValueError(message) from error
    match found:
        case {"identity": str(identity), "offset": int(offset), "mark": str(mark), "within": bool(within)}:
            if offset >= 0:
                return Position(identity, offset, mark, within)
    message = "it is no position in a log"
    raise ValueError(message)
