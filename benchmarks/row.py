"""One line of the table."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What we need and what the peer needs for the same work; less is better, and `goal` is the ratio we hold."""

    name: str
    peer_name: str
    ours: float
    peer: float
    unit: str
    goal: float

    @property
    def ratio(self) -> float:
        """Ours by the peer's."""
        return self.ours / self.peer

    def as_json(self) -> dict[str, object]:
        """Return everything, for the file."""
        return asdict(self) | {"ratio": round(self.ratio, 3), "held": self.ratio <= self.goal}


@dataclass(frozen=True, slots=True)
class Figure:
    """Something that is measured by itself."""

    name: str
    value: float
    unit: str

    def as_json(self) -> dict[str, object]:
        """Return everything, for the file."""
        return asdict(self)
