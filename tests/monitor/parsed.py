"""An exposition as prometheus-client's parser reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client.parser import text_string_to_metric_families

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client.metrics_core import Metric

Key = tuple[str, frozenset[tuple[str, str]]]


def parsed(exposition: bytes) -> dict[Key, str]:
    """Return the numbers by series, as text so that NaN equals itself; a series that stands twice is an error."""
    return of_metrics(text_string_to_metric_families(exposition.decode()))


def of_metrics(metrics: Iterable[Metric]) -> dict[Key, str]:
    found: dict[Key, str] = {}
    for metric in metrics:
        for sample in metric.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found, f"{key} stands twice"
            found[key] = repr(float(sample.value))
    return found


def number(found: dict[Key, str], name: str, **labels: str) -> float | None:
    """Return the number of one series; None where there is none."""
    text = found.get((name, frozenset(labels.items())))
    return None if text is None else float(text)
