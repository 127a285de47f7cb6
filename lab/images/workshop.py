"""What images are made with."""

from __future__ import annotations

import sys
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lab.engine import Shell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lab.engine import Command, Engine


@dataclass(frozen=True)
class Workshop:
    """An engine to keep images, a folder for work in progress, and whom to tell what is being done.

    `requirements` are the project's pinned dependencies; `python` runs pip with its own configuration.
    """

    engine: Engine
    scratch: Path
    requirements: Path
    step: Callable[[str], None]
    command: Command = field(default_factory=Shell)
    python: str = sys.executable

    @contextmanager
    def bench(self) -> Iterator[Path]:
        """Lend a folder; afterwards neither it nor an empty `scratch` is left."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        try:
            with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
                yield Path(folder).resolve()
        finally:
            with suppress(OSError):
                self.scratch.rmdir()
