"""A container as an agent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roaming.eap import FakeRan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.daemons.conftest import Box


@dataclass(frozen=True)
class Agent:
    """Runs what a probe asks for, as a session over SSH does."""

    box: Box

    def run(self, argv: Sequence[str], data: bytes = b"") -> FakeRan:
        result = self.box.run(*argv, stdin=data.decode())
        return FakeRan(result.out.encode(), result.rc, result.err.encode())
