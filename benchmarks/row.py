"""Lines of the table."""

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

    def line(self, width: int) -> str:
        """Return the line, its name that wide."""
        numbers = f"{self.ours:>9.2f} {self.peer:>9.2f} {self.ratio:>6.2f} {self.goal:>6.1f}"
        return f"{self.name:<{width}} {numbers}  {self.unit}, against {self.peer_name}"

    def as_json(self) -> dict[str, object]:
        """Return everything, for the file."""
        return asdict(self) | {"ratio": round(self.ratio, 3), "held": self.ratio <= self.goal}


@dataclass(frozen=True, slots=True)
class Figure:
    """Something that is measured by itself."""

    name: str
    value: float
    unit: str

    def line(self, width: int) -> str:
        """Return the line, its name that wide."""
        return f"{self.name:<{width}} {self.value:>9.1f} {self.unit}"

    def as_json(self) -> dict[str, object]:
        """Return everything, for the file."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Missing:
    """A figure that could not be measured here, and why."""

    name: str
    why: str

    def line(self, width: int) -> str:
        """Return the line, its name that wide."""
        return f"{self.name:<{width}} {'-':>9} not measured: {self.why}"

    def as_json(self) -> dict[str, object]:
        """Return everything, for the file."""
        return asdict(self)
