"""One line of a log: an authentication, or nothing that counts."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from monitor.sample import Result

if TYPE_CHECKING:
    from monitor.sample import Authentication

PASSED: Final = {Result.ACCEPT: True, Result.REJECT: None, Result.TIMEOUT: False}
"""Whether it ended as it should: what a person was rejected for is not known."""


class Outcome(StrEnum):
    """What a line was good for: the label of `roaming_log_lines_total`."""

    USED = "used"
    PASSED_OVER = "passed-over"
    MALFORMED = "malformed"


class LineReader(Protocol):
    """Reads the lines of one kind of log, in their order."""

    def read(self, line: str) -> Authentication | Outcome:
        """Return what a line tells, or why it tells nothing; nothing is raised."""
        ...


_PROBE_STATION: Final = "02726f"
_SEPARATORS: Final = re.compile(r"[-:.]")


def is_probe(station: str) -> bool:
    """Whether a Calling-Station-Id is one of our probes': those are counted where they are made."""
    return _SEPARATORS.sub("", station[:9]).lower().startswith(_PROBE_STATION)


def moment(text: str, form: str) -> float | None:
    """Return seconds of the epoch of a time in UTC, or None for what is none."""
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
