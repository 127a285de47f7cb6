"""An agent in memory, for tests of everything that holds conversations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True)
class FakeRan:
    """What a fake command left behind."""

    out: bytes = b""
    rc: int = 0
    err: bytes = b""


@dataclass
class FakeShell:
    """Answers each command by a function of its words and its input; `ran` keeps both."""

    answer: Callable[[tuple[str, ...], bytes], FakeRan]
    ran: list[tuple[tuple[str, ...], bytes]] = field(default_factory=list)

    def run(self, argv: Sequence[str], data: bytes = b"") -> FakeRan:
        """Note the command and answer it."""
        self.ran.append((tuple(argv), data))
        return self.answer(tuple(argv), data)
