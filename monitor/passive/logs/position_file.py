"""Where a log was read to, in a small file, so that a restart neither misses nor repeats a line."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from monitor import json_file
from monitor.passive.logs.follower import Position

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
        json_file.write(self.path, asdict(position))


def parse(octets: bytes) -> Position:
    """Read what `save` wrote; raises `ValueError` for anything else."""
    match json_file.parse(octets):
        case {"identity": str(identity), "offset": int(offset), "mark": str(mark), "within": bool(within)}:
            if offset >= 0:
                return Position(identity, offset, mark, within)
    message = "it is no position in a log"
    raise ValueError(message)
