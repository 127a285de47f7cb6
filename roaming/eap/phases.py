"""How long the parts of a conversation took, from the times of what eapol_test printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_ASKED: Final = "RADIUS message: code=1 "
_CHALLENGED: Final = "RADIUS message: code=11 "
_UP: Final = ("OpenSSL: Handshake finished", "EAP-PEAP: TLS done", "EAP-TLS: Done")
_DECIDED: Final = ("RADIUS message: code=2 ", "RADIUS message: code=3 ")


@dataclass(frozen=True, slots=True)
class Phases:
    """Seconds of each part; None for one that was not reached or not finished.

    `start` lasts until the first challenge, `tunnel` until TLS is up, `inner` until the home has decided. Where a
    decision comes early, the part in which it came ends with it, so that the parts add up to `total`.
    """

    start: float | None = None
    tunnel: float | None = None
    inner: float | None = None
    total: float | None = None


def phases(lines: Sequence[tuple[float, str]], ended: float) -> Phases:
    """Measure a conversation; `total` lasts until the decision, or until it was given up."""
    asked = _first(lines, (_ASKED,))
    if asked is None:
        return Phases()
    decided = _first(lines, _DECIDED)
    moments = [_first(lines, (_CHALLENGED,)), _first(lines, _UP), decided]
    if decided is not None:
        # What was not reached before the decision is no part of it.
        reached = [moment for moment in moments[:2] if moment is not None] + [decided]
        moments = [*reached, *[None] * (3 - len(reached))]
    found: list[float | None] = []
    since: float | None = asked
    for moment in moments:
        found.append(moment - since if moment is not None and since is not None else None)
        since = moment
    start, tunnel, inner = found
    return Phases(start, tunnel, inner, (ended if decided is None else decided) - asked)


def _first(lines: Sequence[tuple[float, str]], beginnings: tuple[str, ...]) -> float | None:
    return next((at for at, text in lines if text.startswith(beginnings)), None)
