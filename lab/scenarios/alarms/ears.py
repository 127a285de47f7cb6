"""Who hears what fires: the pager that Alertmanager calls, Alertmanager itself, and Prometheus."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import quote

from lab.errors import LabError
from lab.scenarios.alarms.alarm import WATCHDOG, Alarm, Call, alarm
from lab.topology import container
from lab.watch import PAGED, get

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from lab.engine import Engine
    from lab.topology import Topology

_RINGING: Final = "http://127.0.0.1:9093/api/v2/alerts?active=true&inhibited=false&silenced=false"
_QUERY: Final = "http://127.0.0.1:9090/api/v1/query?query="

_LATE: Final = "time() - roaming_probe_success_timestamp_seconds > 3 * scalar(max(roaming_probe_interval_seconds))"
# Each finds something while not all is well: one fault has healed before the next one comes.
_NOT_WELL: Final = {
    "alerts": f'count by (alertname) (ALERTS{{alertname!="{WATCHDOG}"}})',
    "pairs that fail": "count(roaming_probe_failures > 0)",
    "pairs without a late success": f"count({_LATE})",
    "no matrix": "absent(roaming_probe_success)",
}
# One question for all of them: each one costs the start of a process in a container.
UNREST: Final = " or ".join(f'label_replace({what}, "unrest", "{name}", "", "")' for name, what in _NOT_WELL.items())
# Some alerts are held back while ways change: a hub's for everybody, a borough's for its own.
_CHANGING: Final = 'count(roaming:hub:settling) or count(roaming:borough:settling{{owner=~"{}"}})'


class Ears(Protocol):
    """Hears what fires."""

    def calls(self) -> tuple[Call, ...]:
        """Return every notification that there was, in its order."""
        ...

    def unrest(self) -> tuple[str, ...]:
        """Return what is not well now, in words; nothing when all is silent."""
        ...

    def changing(self, boroughs: Collection[str]) -> bool:
        """Tell whether ways of these boroughs changed a moment ago, so that their alerts would be held back."""
        ...


@dataclass(frozen=True, slots=True)
class LabEars:
    """The ears of a lab. Raises `LabError` where an observer does not answer."""

    engine: Engine
    topology: Topology

    def calls(self) -> tuple[Call, ...]:
        """Read the pager's file."""
        result = self.engine.exec(self._container("pager"), ["cat", PAGED], timeout_s=30)
        return tuple(_call(json.loads(line)) for line in result.out.splitlines())

    def unrest(self) -> tuple[str, ...]:
        """Ask Alertmanager and Prometheus."""
        ringing = [alert["labels"]["alertname"] for alert in self._ask("alertmanager", _RINGING)]
        words = [f"{name} rings" for name in sorted({*ringing} - {WATCHDOG})]
        if WATCHDOG not in ringing:
            words.append("no Watchdog")
        found = (f"{labels['unrest']} {labels.get('alertname', '')}".strip() for labels in self._found(UNREST))
        return (*words, *found)

    def changing(self, boroughs: Collection[str]) -> bool:
        """Ask Prometheus."""
        return bool(self._found(_CHANGING.format("|".join(sorted(boroughs)) or "nobody")))

    def _found(self, expression: str) -> list[dict[str, str]]:
        found = self._ask("prometheus", _QUERY + quote(expression))["data"]["result"]
        return [one["metric"] for one in found]

    def _ask(self, node: str, url: str) -> Any:  # noqa: ANN401  whatever JSON holds
        answer = get(self.engine, self._container(node), url)
        if answer is None:
            message = f"{node} does not answer {url}"
            raise LabError(message)
        return json.loads(answer)

    def _container(self, node: str) -> str:
        return container(self.topology, self.topology.node(node))


def _call(document: dict[str, Any]) -> Call:
    firing = (alert for alert in document["alerts"] if alert["status"] == "firing")
    return Call(document["at"], tuple(alarm(alert["labels"], document["receiver"]) for alert in firing))


@dataclass
class FakeEars:
    """Hears what a script says, by the time of a clock: alarms with their first second and the one when they end."""

    clock: Callable[[], float]
    script: list[tuple[float, float, Alarm]] = field(default_factory=list)
    changes_until: float = 0.0

    def calls(self) -> tuple[Call, ...]:
        """Return what has begun."""
        now = self.clock()
        return tuple(Call(begins, (one,)) for begins, _, one in self.script if begins <= now)

    def unrest(self) -> tuple[str, ...]:
        """Return what has begun and not ended."""
        now = self.clock()
        return tuple(f"{one.name} rings" for begins, ends, one in self.script if begins <= now < ends)

    def changing(self, boroughs: Collection[str]) -> bool:
        """Tell whether it is before `changes_until`, for any borough."""
        return bool(boroughs) and self.clock() < self.changes_until
