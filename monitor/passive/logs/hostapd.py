"""The log of a hostapd, in a file of its own clock (`hostapd -t`) or as syslog writes it.

`IEEE 802.1X: authenticated` and `authentication failed` end an authentication (hostap's ieee802_1x.c, level INFO, which
we render). No line names a realm, so the home is `other`. A fast transition and a cached key are no authentication.
Where the lines have fractions of a second, the time since the station came is told too.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from monitor.passive.logs.line import PASSED, Outcome, is_probe
from monitor.sample import OTHER, Authentication, Result, Source

if TYPE_CHECKING:
    from collections.abc import Callable

_STATION: Final = r"(?P<station>[0-9a-f]{2}(?::[0-9a-f]{2}){5})"
_STARTED: Final = re.compile(rf" CTRL-EVENT-EAP-STARTED {_STATION}$")
_ASSOCIATED: Final = re.compile(rf" STA {_STATION} IEEE 802\.11: associated")
_ENDED: Final = re.compile(
    rf" STA {_STATION} IEEE 802\.1X: (?:(?P<accept>authenticated)|authentication failed)"
    r" - EAP type: \d+ \([^)]*\)(?P<rest>.*)$"
)
_MARK: Final = " IEEE 802.1X: authentica"
_EPOCH: Final = re.compile(r"(?P<epoch>\d{9,11}\.\d{6}): ")
_ISO: Final = re.compile(r"(?P<iso>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?P<fraction>\.\d+)?(?:Z|[+-]\d\d:\d\d)) ")
_CACHED: Final = "PMKSA cache"
_STATIONS: Final = 10_000
_LONGEST_S: Final = 60.0


@dataclass(slots=True)
class HostapdLog:
    """Reads the log of the access points of one borough.

    Stations are remembered for as long as an authentication takes, and told to nobody.
    """

    owner: str
    clock: Callable[[], float]
    _begun: OrderedDict[str, float] = field(default_factory=OrderedDict)

    def read(self, line: str) -> Authentication | Outcome:
        """Return what a line tells, or why it tells nothing."""
        at, exact = _moment(line)
        begun = _STARTED.search(line) or _ASSOCIATED.search(line)
        if begun is not None:
            self._begin(begun["station"], at if exact else None)
            return Outcome.PASSED_OVER
        if _MARK not in line:
            return Outcome.PASSED_OVER
        ended = _ENDED.search(line)
        if ended is None:
            return Outcome.MALFORMED
        return self._end(ended, at, exact=exact)

    def _begin(self, station: str, at: float | None) -> None:
        self._begun.pop(station, None)
        if at is not None:
            self._begun[station] = at
        while len(self._begun) > _STATIONS:
            self._begun.popitem(last=False)

    def _end(self, ended: re.Match[str], at: float | None, *, exact: bool) -> Authentication | Outcome:
        began = self._begun.pop(ended["station"], None)
        if is_probe(ended["station"]) or _CACHED in ended["rest"]:
            return Outcome.PASSED_OVER
        result = Result.ACCEPT if ended["accept"] else Result.REJECT
        return Authentication(
            source=Source.LOG,
            visited=self.owner,
            home=OTHER,
            result=result,
            at=self.clock() if at is None else at,
            seconds=_length(began, at) if exact else None,
            passed=PASSED[result],
        )


def _length(began: float | None, ended: float | None) -> float | None:
    if began is None or ended is None or not 0 <= ended - began <= _LONGEST_S:
        return None
    return ended - began


def _moment(line: str) -> tuple[float | None, bool]:
    """Return when a line was written, and whether to fractions of a second; None where it does not say in full."""
    if found := _EPOCH.match(line):
        return float(found["epoch"]), True
    if found := _ISO.match(line):
        try:
            return datetime.fromisoformat(found["iso"]).timestamp(), found["fraction"] is not None
        except ValueError:
            return None, False
    return None, False
