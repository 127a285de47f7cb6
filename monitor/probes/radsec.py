"""The TLS of RadSec endpoints, looked at from the monitor's own process.

An endpoint is 0 only after several tries, and what is at fault on our own side is nothing about it.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from monitor.probes.certificate import judge
from monitor.probes.handshake import Sight, look
from monitor.probes.lasting import lasts_s
from monitor.sample import Batch, Collector, Failure, Increment, Sample, failed, family

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from monitor.sample import Sink
    from monitor.target import RadiusTarget

PORT: Final = 2083
_AT_ONCE: Final = 64
_FEW: Final = 2
_VAGUE: Final = frozenset({Failure.TIMEOUT, Failure.UNREACHABLE})


@dataclass(frozen=True, slots=True)
class Patience:
    """How often an endpoint is tried before it counts as silent, and the seconds for each try."""

    tries: int = 3
    timeout_s: float = 5
    pause_s: float = 0.5

    @property
    def longest_s(self) -> float:
        """Return how long a silent endpoint is waited for."""
        return self.tries * (self.timeout_s + self.pause_s)


@dataclass(slots=True)
class RadsecProbe:
    """The RadSec endpoints of hubs and proxies; `targets` without one are passed over.

    `authority` returns the federation's CA as PEM; it may raise `LookupError`.
    """

    targets: tuple[RadiusTarget, ...]
    authority: Callable[[], str]
    every_s: float = 30
    patience: Patience = field(default_factory=Patience)
    clock: Callable[[], float] = time.time
    port: int = PORT
    name: str = "radsec"
    _shown: dict[str, str] = field(default_factory=dict)

    async def run(self, sink: Sink) -> None:
        """Look at every endpoint and hand in what was seen."""
        targets = [target for target in self.targets if target.federation]
        turns = asyncio.Semaphore(_AT_ONCE)
        sights = await asyncio.gather(*(self._look(target, turns) for target in targets))
        blind = _blind(sights)
        for target, sight in zip(targets, sights, strict=True):
            if sight.failure is not None:
                sink.count(failed(Collector.RADSEC, sight.failure))
            for batch in () if blind else self._batches(target, sight, sink.count):
                sink.replace(batch)

    async def on_demand(self, server: str) -> tuple[Batch, ...]:
        """Look at one endpoint by name; nothing is returned when nothing was learned or there is none of that name."""
        found: list[Batch] = []
        for target in self.targets:
            if target.name == server and target.federation:
                found += self._batches(target, await self._look(target, asyncio.Semaphore()), None)
        return tuple(found)

    async def _look(self, target: RadiusTarget, turns: asyncio.Semaphore) -> Sight:
        sight = Sight()
        async with turns:
            for number in range(self.patience.tries):
                if number:
                    await asyncio.sleep(self.patience.pause_s)
                sight = await look(target.federation, self.port, target.tls_name, self.patience.timeout_s)
                if sight.chain or sight.ours:
                    break
        return sight

    def _batches(
        self, target: RadiusTarget, sight: Sight, count: Callable[[Increment], None] | None
    ) -> Iterator[Batch]:
        """Yield what was learned; `count` is None where nothing is to be counted nor remembered."""
        if sight.ours:
            return
        up = Sample(family("roaming_radsec_up"), (target.name, target.owner, target.role), float(bool(sight.chain)))
        certificate = self._certificate(target, sight, count) if sight.chain else ()
        counts_s = lasts_s(self.every_s, self.patience.longest_s)
        yield Batch(f"radsec:{target.name}", self.clock(), counts_s, (up, *certificate))

    def _certificate(
        self, target: RadiusTarget, sight: Sight, count: Callable[[Increment], None] | None
    ) -> Iterator[Sample]:
        try:
            authority = self.authority()
        except LookupError:
            authority = None
        now = datetime.fromtimestamp(self.clock(), UTC)
        judgement = judge(sight.chain, authority or "", target.tls_name, now)
        if authority is not None:
            yield Sample(family("roaming_radsec_trusted"), (target.name, target.owner), float(judgement.trusted))
        labels = ("radsec", target.name, target.owner)
        if judgement.expires is not None:
            yield Sample(family("roaming_certificate_expiry_timestamp_seconds"), labels, judgement.expires)
        if count is None:
            return
        if authority is None:
            count(failed(Collector.RADSEC, Failure.SECRET_MISSING))
        if self._shown.setdefault(target.name, judgement.fingerprint) != judgement.fingerprint:
            self._shown[target.name] = judgement.fingerprint
            count(Increment(family("roaming_certificate_changes_total"), labels))


def _blind(sights: list[Sight]) -> bool:
    """Whether it is rather we who are cut off: of several endpoints not one even refused."""
    return len(sights) > _FEW and all(sight.failure in _VAGUE for sight in sights)
