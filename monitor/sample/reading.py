"""Samples of metrics, and how they come: a batch replaces the former one of its origin, an increment adds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from monitor.sample.families import family

if TYPE_CHECKING:
    from monitor.sample.families import Family

FOR_EVER: Final = math.inf
"""Seconds that a batch lasts that nothing replaces; the interval of a task that listens or follows without an end."""

_FAILURES: Final = family("roaming_collection_failures_total")


class Collector(StrEnum):
    """Who collects: the label of what the monitor says of itself."""

    PROBES = "probes"
    STATUS = "status"
    RADSEC = "radsec"
    SNMP = "snmp"
    TRAPS = "traps"
    LOGS = "logs"
    CAPTURE = "capture"


class Failure(StrEnum):
    """Why something could not be collected: the closed list of `roaming_collection_failures_total`."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    BAD_CREDENTIALS = "bad-credentials"
    MALFORMED = "malformed"
    LOOP = "loop"
    TOO_LARGE = "too-large"
    UNKNOWN_DEVICE = "unknown-device"
    SECRET_MISSING = "secret-missing"  # noqa: S105  the name of a reason
    AGENT = "agent"
    CLOCK = "clock"
    OVERRUN = "overrun"
    STORAGE = "storage"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Sample:
    """One number. `labels` are the values of the family's labels, in their order."""

    family: Family
    labels: tuple[str, ...]
    value: float

    def __post_init__(self) -> None:
        if len(self.labels) != len(self.family.labels):
            message = f"{self.family.name} has labels {self.family.labels}, not {self.labels}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Batch:
    """All that one origin (`snmp:camden-wlc`, `radsec:hub-east`) shows now: what it no longer shows is gone.

    `lasts_s` after `at` all of it is gone, when no new batch has come.
    """

    origin: str
    at: float
    lasts_s: float
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Increment:
    """What is added to a counter that we keep."""

    family: Family
    labels: tuple[str, ...]
    by: float = 1


@dataclass(frozen=True, slots=True)
class Observation:
    """What a histogram or a summary that we keep takes in."""

    family: Family
    labels: tuple[str, ...]
    value: float


def failed(collector: Collector, why: Failure, by: float = 1) -> Increment:
    """Return the count of what could not be collected."""
    return Increment(_FAILURES, (collector.value, why.value), by)
