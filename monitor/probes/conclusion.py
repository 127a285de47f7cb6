"""From the outcomes of a probe's conversations to one authentication. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from monitor.sample import Authentication, Failure, Phase, Result, Source
from roaming.eap import SILENT, Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.probes.pair import Probe

UNREACHED: Final = frozenset({Reason.AGENT_UNREACHABLE, Reason.AGENT_BROKEN})
"""Reasons that say that an agent is of no use at present."""

ERRORS: Final[Mapping[str, Failure]] = {
    Reason.AGENT_UNREACHABLE: Failure.UNREACHABLE,
    Reason.AGENT_BROKEN: Failure.AGENT,
    Reason.SECRET_MISSING: Failure.SECRET_MISSING,
    Reason.NO_PROXY: Failure.AGENT,
}
"""Reasons that teach nothing of the federation, and how they are counted."""

_TIMEOUTS: Final = SILENT | {Reason.NO_ANSWER_BEYOND, Reason.TOO_SLOW}
_LONGEST: Final = 300
_USER: Final = re.compile(r"[^\s'\"<>()]+@(?=[^\s@]+)")


@dataclass
class Heard:
    """Which proxies answered somebody of late. One that did is well, when it is silent for others."""

    for_s: float
    _heard: dict[tuple[str, str], float] = field(default_factory=dict)

    def note(self, visited: str, outcomes: Sequence[Outcome], now: float) -> None:
        """Remember who answered."""
        self._heard |= {(visited, outcome.server): now for outcome in outcomes if outcome.round_trips}

    def lately(self, visited: str, proxy: str, now: float) -> bool:
        """Whether a proxy answered in the time that counts."""
        at = self._heard.get((visited, proxy))
        return at is not None and now - at <= self.for_s


def conclude(probe: Probe, outcomes: Sequence[Outcome], at: float, well: frozenset[str]) -> Authentication:
    """Say what a probe showed, by the last proxy that was asked; `well` are proxies that answer others."""
    pair, last = probe.pair, outcomes[-1]
    reason = _reason(probe, last, well)
    result = _result(reason)
    silent = tuple(one.server for one in outcomes[:-1] if not (one.reason is Reason.NO_ANSWER and one.server in well))
    timed = result in {Result.ACCEPT, Result.REJECT}
    return Authentication(
        source=Source.PROBE,
        visited=pair.visited,
        home=pair.home,
        result=result,
        at=at,
        seconds=last.milliseconds / 1000 if timed and last.milliseconds is not None else None,
        method=probe.method,
        passed=None if result is Result.ERROR else reason is _right(probe),
        reason=reason.value,
        sentence=_sentence(probe, outcomes, reason),
        path="" if result is Result.ERROR else last.server,
        silent=silent,
        phases=_phases(last),
        reject=probe.reject,
    )


def _right(probe: Probe) -> Reason:
    return Reason.REJECTED_AT_HOME if probe.reject else Reason.ACCEPTED


def _reason(probe: Probe, last: Outcome, well: frozenset[str]) -> Reason:
    if probe.reject and last.reason is Reason.ACCEPTED:
        return Reason.ACCEPTED_UNKNOWN_USER
    if last.reason is Reason.NO_ANSWER and last.server in well:
        return Reason.NO_ANSWER_BEYOND
    return last.reason


def _result(reason: Reason) -> Result:
    if reason in ERRORS:
        return Result.ERROR
    if reason in _TIMEOUTS:
        return Result.TIMEOUT
    return Result.ACCEPT if reason in {Reason.ACCEPTED, Reason.ACCEPTED_UNKNOWN_USER} else Result.REJECT


def _sentence(probe: Probe, outcomes: Sequence[Outcome], reason: Reason) -> str:
    *before, last = outcomes
    if reason is Reason.ACCEPTED_UNKNOWN_USER:
        told = f"{probe.pair.home} let in a user who does not exist"
    elif reason is Reason.NO_ANSWER_BEYOND:
        told = f"{last.server} answers for others, but nothing came back from {probe.pair.home} or the way there"
    elif reason is Reason.REJECTED_UNNAMED:
        # What a stranger's server says may hold anything.
        told = f"rejected on the way before {probe.pair.home} was heard"
    elif last.reason in SILENT:
        told = "; ".join(outcome.sentence for outcome in (*before, last))
    else:
        told = last.sentence
    return nameless(told)


def nameless(sentence: str) -> str:
    """Return a sentence in which no user stands before a realm, on one line and of a decent length."""
    printable = "".join(letter if letter.isprintable() else " " for letter in sentence)
    return _USER.sub("…@", printable)[:_LONGEST]


def _phases(outcome: Outcome) -> dict[Phase, float]:
    parts = outcome.phases
    found = {Phase.START: parts.start, Phase.TUNNEL: parts.tunnel, Phase.INNER: parts.inner}
    return {phase: seconds for phase, seconds in found.items() if seconds is not None}
