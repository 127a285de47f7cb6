"""What images are made with."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lab.engine import Shell

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab.engine import Command, Engine


@dataclass(frozen=True)
class Workshop:
    """An engine to keep images, a folder for work in progress (left empty), and whom to tell what is being done.

    `requirements` are the project's pinned dependencies; `python` runs pip with its own configuration.
    """

    engine: Engine
    scratch: Path
    requirements: Path
    step: Callable[[str], None]
    command: Command = field(default_factory=Shell)
    python: str = sys.executable
