"""One vty session: who, in which mode, with which terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

USER_EXEC: Final = 1
PRIVILEGED: Final = 15


@dataclass(frozen=True, slots=True)
class Section:
    """A section that the session configures."""

    key: str
    mode: str


@dataclass(slots=True)
class Session:
    """The state of one session. `path` is None outside configuration mode, else the sections entered."""

    number: int
    user: str
    address: str
    privilege: int = PRIVILEGED
    path: tuple[Section, ...] | None = None
    length: int = 24
    width: int = 80

    @property
    def tty(self) -> str:
        """The line as messages name it."""
        return f"vty{(self.number - 1) % 50}"

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the sections entered."""
        return tuple(section.key for section in self.path or ())

    @property
    def mode(self) -> str:
        """The configuration mode."""
        return self.path[-1].mode if self.path else "global"
