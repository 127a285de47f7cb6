"""What certificates the homes' servers show: when they end, and when another one is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from monitor.sample import Batch, Increment, Sample, family
from roaming.eap import certificates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.probes.pair import Pair
    from monitor.sample import Sink
    from roaming.eap import Outcome

_KIND: Final = "eap"
_MOST: Final = 16
_EXPIRY: Final = family("roaming_certificate_expiry_timestamp_seconds")
_CHANGES: Final = family("roaming_certificate_changes_total")


@dataclass(slots=True)
class _Seen:
    ends: float
    at: float


@dataclass
class Shown:
    """The certificates of each home, by fingerprint. A home has several servers, and each may show its own.

    One that was not shown for `lasts_s` is forgotten: from then on it no longer decides when the home's certificate
    ends. It is another one only when none of those that are remembered is it.
    """

    lasts_s: float
    _homes: dict[str, dict[str, _Seen]] = field(default_factory=dict)

    def learn(self, pair: Pair, outcomes: Sequence[Outcome], at: float, sink: Sink) -> None:
        """Take what a probe was shown, and tell what it says of the home."""
        chain = next((found for one in reversed(outcomes) if (found := certificates(one.chain))), ())
        if not chain:
            return
        seen = self._homes.setdefault(pair.home, {})
        labels = (_KIND, pair.home, pair.owner)
        ends = min(one.ends for one in chain).timestamp()
        if seen and chain[0].fingerprint not in seen:
            sink.count(Increment(_CHANGES, labels))
        seen.pop(chain[0].fingerprint, None)
        seen[chain[0].fingerprint] = _Seen(ends, at)
        self._forget(seen, at)
        value = min(one.ends for one in seen.values())
        sink.replace(Batch(f"{_KIND}:{pair.home}", at, self.lasts_s, (Sample(_EXPIRY, labels, value),)))

    def _forget(self, seen: dict[str, _Seen], at: float) -> None:
        latest = next(reversed(seen))
        old = [key for key, one in seen.items() if key != latest and not 0 <= at - one.at <= self.lasts_s]
        for key in [*old, *list(seen)[: max(0, len(seen) - len(old) - _MOST)]]:
            seen.pop(key, None)
