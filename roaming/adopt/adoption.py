"""What was found on a device, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reading:
    """What a controller shows: its whole configuration, and the access points that have joined it."""

    running: str = field(repr=False)
    access_points: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class Left:
    """Something that is not adopted, and why. `not_yet` says that it is ours and not there."""

    what: str
    why: str
    not_yet: bool = False


@dataclass(frozen=True, slots=True)
class Fill:
    """A secret that has to be filled in: where the device has it, and whether what it shows can be compared."""

    name: str
    where: tuple[str, ...]
    verifiable: bool

    @property
    def why(self) -> str:
        """Say what proves it."""
        if self.verifiable:
            return "the device shows it readably: `roam diff` compares it"
        return "the device shows ciphertext only: an authentication proves it, `roam diff` takes it for right"


@dataclass(frozen=True, slots=True)
class Adoption:
    """A borough's file with what was read, and an account of everything: adopted, left, foreign. No secret is in it.

    `file` is the borough's file within the inventory, `before` and `after` are its text.
    """

    device: str
    file: str
    before: str = field(repr=False)
    after: str = field(repr=False)
    adopted: tuple[str, ...]
    left: tuple[Left, ...] = ()
    secrets: tuple[Fill, ...] = ()
    foreign_lines: int = 0
