"""What the faults of one platform came to."""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tally:
    """Counts faults by kind, and what the oracle said of the devices after each."""

    platform: str
    seed: int
    faults: Counter[str] = field(default_factory=Counter)
    sides: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def random(self, what: object) -> random.Random:
        """Return a generator of the seed's, of its own for each thing that happens, whoever comes first."""
        return random.Random(f"{self.seed} {what}")  # noqa: S311  moments, not secrets

    def happened(self, kind: str) -> None:
        """Count a fault: `kills`, `cuts` or `other faults`."""
        with self._lock:
            self.faults[kind] += 1

    def judged(self, device: str, side: str, faults: tuple[str, ...], when: str) -> None:
        """Count a device after a fault: on the old side, the new one, or broken."""
        with self._lock:
            self.sides["broken" if faults else side] += 1
            self.broken += [f"{device}, {when}: {'; '.join(faults)}"] if faults else []

    def called(self, device: str) -> None:
        """Count a device of which the push itself says that a person has to look at it."""
        with self._lock:
            self.sides["called"] += 1
            self.people.append(device)

    def failed(self, words: str) -> None:
        """Count what went wrong beside devices."""
        with self._lock:
            self.broken.append(words)

    def __str__(self) -> str:
        """Spell the tally in a line."""
        kinds = ", ".join(f"{self.faults[kind]} {kind}" for kind in ("kills", "cuts", "other faults"))
        sides = ", ".join(f"{self.sides[side]} {side}" for side in ("old", "new", "called"))
        sides = sides.replace("called", "for a person")
        return f"{self.platform}: {kinds}: {len(self.broken)} devices broken ({sides}; seed {self.seed})"
