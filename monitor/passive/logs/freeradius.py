"""The two logs of our FreeRADIUS servers, as `templates/freeradius/modules.conf.j2` has them written.

`visits.log` has a line for every answer to somebody who was sent on, and for every name that was refused here;
`roaming.log` one for every answer of a home. A line counts where the person first met the federation: one that came by
another server or a hub is told by that server, unless it came from outside, where nobody tells us.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from monitor.passive.logs.line import PASSED, Outcome, is_probe, moment
from monitor.sample import OTHER, Authentication, Result, Source

if TYPE_CHECKING:
    from monitor.passive.logs.names import Names

_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
_RESULTS: Final = {"accept": Result.ACCEPT, "reject": Result.REJECT, "unanswered": Result.TIMEOUT}
_METHODS: Final = {"PEAP": "peap-mschapv2", "TLS": "tls"}

# A station or a user may hold anything: what stands behind them is found by the words that stand there once.
HOME: Final = re.compile(
    r"time=(?P<time>\S+) result=(?P<result>\w+) borough=(?P<home>\S+) user=\S* mac=(?P<mac>\S*)"
    r" operator=(?P<operator>\S*) via=(?P<via>\S*) nas=.* eap=(?P<eap>\S*) cui=\S* reason=\".*"
)
VISITS: Final = re.compile(
    r"time=(?P<time>\S+) result=(?P<result>\w+) user=\"(?P<user>[^\"]*)\" mac=(?P<mac>\S*)"
    r" operator=(?P<operator>\S*) via=(?P<via>\S*) nas=.* server=\S* cui=\S* vlan=\S* reason=\".*"
)


@dataclass(frozen=True, slots=True)
class ServerLog:
    """Reads the one whose lines are of `form`, `HOME` or `VISITS`. `owner` is the borough whose server writes it."""

    form: re.Pattern[str]
    names: Names
    owner: str

    def read(self, line: str) -> Authentication | Outcome:
        """Return what a line tells, or why it tells nothing."""
        found = self.form.fullmatch(line)
        if found is None:
            return Outcome.MALFORMED
        result, at = _RESULTS.get(found["result"]), moment(found["time"], _TIME)
        if result is None or at is None:
            return Outcome.MALFORMED
        # A name that is refused at once has no operator yet: it is of the borough whose server this is.
        visited = self.owner if found["operator"] == "-" else self.names.visited(found["operator"])
        told_elsewhere = found["via"] in self.names.servers and visited != OTHER
        if told_elsewhere or is_probe(found["mac"]):
            return Outcome.PASSED_OVER
        home, method = self._home(found.groupdict())
        return Authentication(Source.LOG, visited, home, result, at, method=method, passed=PASSED[result])

    def _home(self, told: dict[str, str]) -> tuple[str, str]:
        """Return the home and the method: a home names both, a proxy sees the user's name alone."""
        if self.form is HOME:
            return self.names.slug(told["home"]), _METHODS.get(told["eap"], "")
        return self.names.home_of(told["user"]), ""
