"""Who rejected an authentication and why, in the one form that every Reply-Message of ours has.

`hub hub-east: nobody serves the realm`: templates print it, and `roaming.eap` reads it back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Rejector(StrEnum):
    """What rejects: a hub, the visited borough's proxy, or the home server."""

    HUB = "hub"
    PROXY = "proxy"
    HOME = "home"


_FORM: Final = re.compile(r"(?P<role>hub|proxy|home) (?P<name>[A-Za-z0-9._-]+): (?P<why>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Rejection:
    """One rejection; `name` is the device's."""

    role: Rejector
    name: str
    why: str

    def __str__(self) -> str:
        """Spell the Reply-Message."""
        return f"{self.role} {self.name}: {self.why}"

    @classmethod
    def parse(cls, text: str) -> Rejection | None:
        """Read a Reply-Message; None when it is somebody else's."""
        found = _FORM.fullmatch(text)
        return cls(Rejector(found["role"]), found["name"], found["why"]) if found else None
