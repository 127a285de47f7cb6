"""What changed last: the newest of the matrix's changes, and what came with it, as one sentence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from monitor.metrics import Status
from monitor.web.words import Told, count, told

if TYPE_CHECKING:
    from monitor.web.seen import Seen

_TOGETHER_S: Final = 300
"""Every pair is probed once in a few minutes, so that one event shows itself over that time."""
_MOST: Final = 0.5
_STAFF: Final = {
    Status.UP: "Staff of {name} can get online in {count}.",
    Status.SLOW: "Staff of {name} get online slowly in {count}.",
    Status.DOWN: "Staff of {name} can no longer get online in {count}.",
    Status.STALE: "It is no longer known whether staff of {name} get online in {count}.",
}
_VISITORS: Final = {
    Status.UP: "Visitors from {count} can get online in {name}.",
    Status.SLOW: "Visitors from {count} get online slowly in {name}.",
    Status.DOWN: "Visitors from {count} can no longer get online in {name}.",
    Status.STALE: "It is no longer known whether visitors from {count} get online in {name}.",
}


@dataclass(frozen=True, slots=True)
class Change:
    """The last change: what, and when."""

    sentence: str
    at: Told | None


def last_change(seen: Seen) -> Change | None:
    """Return the last change between boroughs; None while nothing is known."""
    since = {
        pair: state.since
        for pair, state in seen.picture.pairs.items()
        if state.since is not None and state.status in _STAFF and pair[0] != pair[1]
    }
    if not since:
        return None
    newest = max(since.values())
    lately = {pair: seen.picture.pairs[pair].status for pair, at in since.items() if at > newest - _TOGETHER_S}
    if len(lately) > _MOST * len(since) and len(set(lately.values())) == 1:
        return Change(_general(lately[min(lately)]), told(min(since[pair] for pair in lately), seen.now))
    return Change(_sentence(seen, lately), told(newest, seen.now))


def _general(status: Status) -> str:
    """Say what most came to at once: as they work, that is how they were when their tests began."""
    if status is Status.UP:
        return "Nothing has changed since these tests began."
    return _STAFF[status].format(name="most boroughs", count="other boroughs")


def _sentence(seen: Seen, lately: dict[tuple[str, str], Status]) -> str:
    """Say it of the home or of the visited borough, whichever had more of the changes of the commonest kind."""
    status, _ = Counter(lately.values()).most_common(1)[0]
    pairs = sorted(pair for pair, found in lately.items() if found is status)
    visited, visits = Counter(pair[0] for pair in pairs).most_common(1)[0]
    home, homes = Counter(pair[1] for pair in pairs).most_common(1)[0]
    if homes >= visits:
        return _STAFF[status].format(name=seen.name(home), count=_boroughs(seen, homes, pairs[0][0]))
    return _VISITORS[status].format(name=seen.name(visited), count=_boroughs(seen, visits, pairs[0][1]))


def _boroughs(seen: Seen, number: int, only: str) -> str:
    return seen.name(only) if number == 1 else count(number, "other borough")
