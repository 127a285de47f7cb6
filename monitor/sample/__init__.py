"""What the monitor knows, in the smallest pieces: authentications that happened, and samples of metrics.

Probes, pollers and readers of logs make them; `monitor.metrics` keeps them. Times are seconds of the Unix epoch.
"""

from monitor.sample.authentication import Authentication, Phase, Result, Source
from monitor.sample.clock import Clock, FakeClock, SystemClock
from monitor.sample.families import AUTH_EDGES, FAMILIES, OTHER, ROAM_EDGES, Family, Kind, family
from monitor.sample.reading import FOR_EVER, Batch, Collector, Failure, Increment, Observation, Sample, failed
from monitor.sample.sink import FakeSink, Sink

__all__ = [
    "AUTH_EDGES",
    "FAMILIES",
    "FOR_EVER",
    "OTHER",
    "ROAM_EDGES",
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
    "Observation",
    "Phase",
    "Result",
    "Sample",
    "Sink",
    "Source",
    "SystemClock",
    "failed",
    "family",
]
