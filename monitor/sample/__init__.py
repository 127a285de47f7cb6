"""What the monitor knows, in the smallest pieces: authentications that happened, and samples of metrics.

Probes, pollers and readers of logs make them; `monitor.metrics` keeps them. Times are seconds of the Unix epoch.
"""

from monitor.sample.authentication import Authentication, Phase, Result, Source
from monitor.sample.clock import Clock, FakeClock, SystemClock
from monitor.sample.families import AUTH_EDGES, FAMILIES, OTHER, Family, Kind, family
from monitor.sample.reading import FOR_EVER, Batch, Collector, Failure, Increment, Sample, failed
from monitor.sample.sink import FakeSink, Sink

__all__ = [
    "AUTH_EDGES",
    "FAMILIES",
    "FOR_EVER",
    "OTHER",
    "Authentication",
    "Batch",
    "Clock",
    "Collector",
    "Failure",
    "FakeClock",
    "FakeSink",
    "Family",
    "Increment",
    "Kind",
    "Phase",
    "Result",
    "Sample",
    "Sink",
    "Source",
    "SystemClock",
    "failed",
    "family",
]
