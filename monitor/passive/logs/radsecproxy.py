"""F-Ticks in the log of a hub, as `templates/radsecproxy/radsecproxy.conf.j2` has them written.

`FTicksReporting Full` writes a line for each final answer that a hub passes on (radsecproxy.conf(5)); what a hub
rejects by itself has none. `VISINST` is what we configured for the peer that asked: a borough's Operator-Name, or the
name of a national proxy. The log's own times are in the hub's time zone, which has to be UTC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from monitor.passive.logs.line import PASSED, Outcome, is_probe, moment
from monitor.sample import Authentication, Result, Source

if TYPE_CHECKING:
    from monitor.passive.logs.names import Names

_MARK: Final = "F-TICKS/"
_TIME: Final = "%a %b %d %H:%M:%S %Y"
_LINE: Final = re.compile(r"(?P<time>[^:]+ \d+:\d+:\d+ \d+): F-TICKS/[^/#]+/1\.0#(?P<pairs>(?:[^#=]+=[^#]*#)+)")
_RESULTS: Final = {"OK": Result.ACCEPT, "FAIL": Result.REJECT}


@dataclass(frozen=True, slots=True)
class FTicksLog:
    """Reads the log of radsecproxy."""

    names: Names

    def read(self, line: str) -> Authentication | Outcome:
        """Return what a line tells, or why it tells nothing."""
        if _MARK not in line:
            return Outcome.PASSED_OVER
        found = _LINE.fullmatch(line)
        if found is None:
            return Outcome.MALFORMED
        # A realm is somebody's word and may hold anything; what the hub itself says stands behind it and counts.
        pairs = dict(pair.split("=", 1) for pair in found["pairs"].rstrip("#").split("#"))
        result, at = _RESULTS.get(pairs.get("RESULT", "")), moment(found["time"], _TIME)
        if result is None or at is None or not {"REALM", "VISINST"} <= pairs.keys():
            return Outcome.MALFORMED
        if is_probe(pairs.get("CSI", "")):
            return Outcome.PASSED_OVER
        visited, home = self.names.visited(pairs["VISINST"]), self.names.home(pairs["REALM"])
        return Authentication(Source.LOG, visited, home, result, at, passed=PASSED[result])
