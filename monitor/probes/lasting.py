"""How long what was learned counts, when nothing newer comes."""

from __future__ import annotations

from typing import Final

_CYCLES: Final = 3


def lasts_s(every_s: float, longest_s: float) -> float:
    """Return the seconds: three cycles, each as long as its interval and its patience with the silent together.

    A cycle that waits for a silent server must not make what was learned of the others disappear.
    """
    return _CYCLES * (every_s + longest_s)
