"""What a device writes down about itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

VERSION: Final = "17.12.4"


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry of the device's own configuration log."""

    index: int
    session: int
    user: str
    tty: str
    command: str
