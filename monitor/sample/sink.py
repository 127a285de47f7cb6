"""Where everything goes that is collected, and the one in memory for tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from monitor.sample.authentication import Authentication
    from monitor.sample.reading import Batch, Increment, Observation


class Sink(Protocol):
    """Takes what probes, pollers and readers of logs bring; from any thread, and it never raises."""

    def authentication(self, seen: Authentication) -> None:
        """Take an authentication."""
        ...

    def replace(self, batch: Batch) -> None:
        """Take all that an origin shows now, in place of what it showed before."""
        ...

    def count(self, increment: Increment) -> None:
        """Add to a counter."""
        ...

    def observe(self, observation: Observation) -> None:
        """Take into a histogram or a summary."""
        ...


@dataclass
class FakeSink:
    """Keeps everything in its order."""

    authentications: list[Authentication] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    increments: list[Increment] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)

    def authentication(self, seen: Authentication) -> None:
        """Keep an authentication."""
        self.authentications.append(seen)

    def replace(self, batch: Batch) -> None:
        """Keep a batch."""
        self.batches.append(batch)

    def count(self, increment: Increment) -> None:
        """Keep an increment."""
        self.increments.append(increment)

    def observe(self, observation: Observation) -> None:
        """Keep an observation."""
        self.observations.append(observation)
