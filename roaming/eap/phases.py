"""How long the parts of a conversation took, from the times of what eapol_test printed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
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
    begun = _from(lines, (_ASKED,))
    if not begun:
        return Phases()
    decided = _from(begun, _DECIDED)
    before = begun[: len(begun) - len(decided)]
    challenged = _from(before, (_CHALLENGED,))
    up = _from(challenged, _UP)
    moments = [begun[0][0], *(rest[0][0] for rest in (challenged, up, decided) if rest)]
    parts: list[float | None] = [later - sooner for sooner, later in pairwise(moments)]
    start, tunnel, inner = (*parts, None, None, None)[:3]
    return Phases(start, tunnel, inner, (decided[0][0] if decided else ended) - begun[0][0])


def _from(lines: Sequence[tuple[float, str]], beginnings: tuple[str, ...]) -> Sequence[tuple[float, str]]:
    """Return the lines from the first that begins so; none when there is none."""
    at = next((index for index, (_, text) in enumerate(lines) if text.startswith(beginnings)), len(lines))
    return lines[at:]
