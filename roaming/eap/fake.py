"""An agent in memory, for tests of everything that holds conversations."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TYPE_CHECKING

from roaming.errors import TransportError

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


@dataclass
class FakeChannel:
    """A program that answers each request by a function of it; what that returns is its output, as it stands."""

    answer: Callable[[dict[str, object]], bytes]
    requests: list[dict[str, object]] = field(default_factory=list)
    _out: SimpleQueue[bytes] = field(default_factory=SimpleQueue)
    _started: bool = False
    _closed: bool = False

    def send(self, data: bytes) -> None:
        """Take the program, then requests."""
        if self._closed:
            message = "the connection broke"
            raise TransportError(message)
        if self._started:
            self.requests.append(json.loads(data))
            self._out.put(self.answer(self.requests[-1]))
        self._started = True

    def receive(self) -> bytes:
        """Wait for an answer."""
        return self._out.get()

    def close(self) -> None:
        """End."""
        self._closed = True
        self._out.put(b"")


def answer_of(transcript: str, number: int = 1, step_s: float = 0.001) -> bytes:
    """Return the line that an agent answers, when eapol_test prints this transcript with so much time for a line."""
    stamped = [(round(at * step_s, 6), line) for at, line in enumerate(transcript.splitlines())]
    told = {"id": number, "lines": stamped, "ended": len(stamped) * step_s, "chain": ""}
    return json.dumps(told).encode() + b"\n"
