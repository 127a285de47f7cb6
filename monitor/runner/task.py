"""What is done again and again, and the one for tests."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.sample import Sink


class Task(Protocol):
    """One thing that is collected. `name` is a `Collector`, and what of it after a colon: `snmp:camden-wlc`.

    `every_s` is its interval; `run` does it once and gives what it found to the sink. It works in the event loop: what
    blocks goes to a thread (`asyncio.to_thread`). It is cancelled when it takes `Runner.PATIENCE` intervals. One whose
    interval is `monitor.sample.FOR_EVER` is started once, and again when it ends or raises.
    """

    @property
    def name(self) -> str:
        """Who it is."""
        ...

    @property
    def every_s(self) -> float:
        """How often, in seconds."""
        ...

    async def run(self, sink: Sink) -> None:
        """Do it once."""
        ...


@dataclass
class FakeTask:
    """Takes its time, does what it is told, and remembers when it began and ended by the loop's clock."""

    name: str
    every_s: float
    takes_s: float = 0.0
    act: Callable[[Sink], None] = lambda _: None
    begun: list[float] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)

    async def run(self, sink: Sink) -> None:
        """Take the time, then act."""
        loop = asyncio.get_running_loop()
        self.begun.append(loop.time())
        try:
            await asyncio.sleep(self.takes_s)
            self.act(sink)
        finally:
            self.ended.append(loop.time())
