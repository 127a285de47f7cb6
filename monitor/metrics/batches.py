"""A few batches by themselves, as text: what `/probe` answers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from monitor.metrics import writer
from monitor.metrics.shown import Shown, text

if TYPE_CHECKING:
    from monitor.sample import Batch


def exposition_of(batches: tuple[Batch, ...]) -> bytes:
    """Return the samples of the batches in Prometheus' text format 0.0.4; of two alike the last."""
    shown = Shown()
    for batch in batches:
        shown.replace(batch, math.inf)
    found = shown.by_family()
    return writer.encode("".join(writer.head(found[name][0].family) + text(found[name]) for name in sorted(found)))
