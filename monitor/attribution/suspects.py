"""Who is to blame for the pairs that fail: the fewest boroughs that explain them.

A pair crosses the visited borough's way out and the home's way in. Where nearly all pairs of one of these fail, it is
at fault, and its pairs prove nothing against others: the worst is taken first, its pairs are set aside, and so on.
What is left are pairs that fail by themselves. A borough's pair with itself crosses neither: it is other evidence.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from monitor.metrics import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.metrics import PairState

LOST_SHARE: Final = 0.8
"""So many of the others must fail before one end of the pairs is to blame (monitor.md, alerts 5 and 6)."""

Pair = tuple[str, str]
_CONCLUSIVE: Final = frozenset({Status.UP, Status.SLOW, Status.DOWN})


@dataclass(frozen=True, slots=True)
class Suspects:
    """Boroughs whose visitors get nowhere, homes that nobody reaches, and pairs that fail by themselves."""

    isolated: tuple[str, ...] = ()
    unreachable: tuple[str, ...] = ()
    pairs: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class _End:
    """One end of pairs: place 0 is the visited borough, 1 the home."""

    place: int
    name: str

    def of(self, pair: Pair) -> bool:
        return pair[self.place] == self.name


def suspects(pairs: Mapping[Pair, PairState]) -> Suspects:
    """Return who is to blame; what is stale or unknown speaks neither for nor against anybody."""
    known = {pair: state.status for pair, state in pairs.items() if state.status in _CONCLUSIVE and pair[0] != pair[1]}
    tried = _by_end(known)
    left = {pair for pair, status in known.items() if status is Status.DOWN}
    candidates = {end for end, count in _by_end(left).items() if count >= LOST_SHARE * tried[end]}
    blamed: list[_End] = []
    while candidates and left:
        counts = _by_end(left)
        # The more pairs one explains the better; of two alike the home: fewer depend on it being up by chance.
        worst = max(candidates, key=lambda end: (counts[end], end.place, end.name))
        if not counts[worst]:
            break
        blamed.append(worst)
        candidates.remove(worst)
        left = {pair for pair in left if not worst.of(pair)}
    return Suspects(
        isolated=tuple(sorted(end.name for end in blamed if end.place == 0)),
        unreachable=tuple(sorted(end.name for end in blamed if end.place == 1)),
        pairs=tuple(sorted(left)),
    )


def _by_end(pairs: Mapping[Pair, Status] | set[Pair]) -> Counter[_End]:
    return Counter(end for visited, home in pairs for end in (_End(0, visited), _End(1, home)))
