"""The count of what could not be collected."""

from __future__ import annotations

from monitor.sample import Collector, Failure, Increment, family


def failed(collector: Collector, failure: Failure) -> Increment:
    """Return the count of one thing that could not be collected."""
    return Increment(family("roaming_collection_failures_total"), (collector.value, failure.value))
