"""The same metrics for those who have a `prometheus_client` registry of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client.metrics_core import Metric

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.metrics.growing import Point
    from monitor.metrics.state import State
    from monitor.sample import Clock, Family


class StateCollector:
    """A collector for `CollectorRegistry.register`. It is registered nowhere by itself, and has no `_created`."""

    def __init__(self, state: State, clock: Clock) -> None:
        self._state = state
        self._clock = clock

    def describe(self) -> Iterator[Metric]:
        """Yield nothing: what there is changes, and registering needs no look at it."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Yield every family that has a sample."""
        return (_metric(family, points) for family, points in self._state.points(self._clock.wall()))


def _metric(family: Family, points: tuple[Point, ...]) -> Metric:
    # The name of a counter in `prometheus_client` has no `_total`; its samples have.
    metric = Metric(family.name.removesuffix("_total"), family.text, family.kind.value)
    for point in points:
        labels = dict(zip(family.labels, point.labels, strict=True)) | dict(point.extra)
        metric.add_sample(family.name + point.suffix, labels, point.value)
    return metric
