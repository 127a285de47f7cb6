"""What a Prometheus answers to every query of every panel, and whether that says enough.

This is how "what is drawn is measured" is held: each query is asked of a Prometheus with a healthy federation and of
one with a faulted one, and has to answer both, not with noughts alone, and differently.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlencode

from monitor.dashboards.provisioning import dashboards
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SUBSTITUTIONS: Final[Mapping[str, str]] = {
    "visited": ".*",
    "home": ".*",
    "site": ".*",
    "__rate_interval": "5m",
    "__range": "1h",
}
"""What Grafana would put in place of the variables; `borough` has to be chosen."""

_VARIABLE: Final = re.compile(r"\$(?:\{(\w+)\}|([A-Za-z_]\w*))")
_TIMEOUT_S: Final = 30
_REFUSALS: Final = frozenset({400, 422, 503})
"""With these Prometheus says as JSON why a query has no answer (its page "HTTP API", format overview)."""


@dataclass(frozen=True, slots=True)
class PanelQuery:
    """One query of one panel, as the dashboard has it."""

    dashboard: str
    panel: str
    ref: str
    expr: str

    @property
    def place(self) -> str:
        """Return `uid / title / A`, which is unique."""
        return f"{self.dashboard} / {self.panel} / {self.ref}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: series by their labels, or why nothing could. Values are Prometheus' own words for numbers."""

    query: PanelQuery
    series: Mapping[str, str] = field(default_factory=dict)
    error: str = ""

    @property
    def nonzero(self) -> bool:
        """Say whether a series is a number other than 0."""
        return any(float(value) == float(value) and float(value) != 0 for value in self.series.values())


@dataclass(frozen=True, slots=True)
class Lack:
    """A query that does not say enough, and what it lacks."""

    place: str
    what: str


class Prometheus(Protocol):
    """Answers instant queries."""

    def instant(self, expressions: Sequence[str], at: float | None) -> Sequence[Mapping[str, Any]]:
        """Return the body of `/api/v1/query` for each expression, at a moment of the Unix epoch or now."""
        ...


@dataclass(frozen=True, slots=True)
class HttpPrometheus:
    """A Prometheus behind its HTTP API."""

    url: str

    def instant(self, expressions: Sequence[str], at: float | None) -> Sequence[Mapping[str, Any]]:
        """Ask one after the other. Raises `MonitorError` when it cannot be reached or does not speak its API."""
        return [self._ask(expression, at) for expression in expressions]

    def _ask(self, expression: str, at: float | None) -> Mapping[str, Any]:
        form = {"query": expression} | ({} if at is None else {"time": f"{at:.3f}"})
        address = f"{self.url.rstrip('/')}/api/v1/query"
        if not address.startswith(("http://", "https://")):
            message = f"{self.url} is no address of a Prometheus: it starts with http:// or https://"
            raise MonitorError(message)
        try:
            request = urllib.request.Request(address, urlencode(form).encode())  # noqa: S310  the scheme is seen to above
            body: object = json.loads(self._text(request))
        except (OSError, ValueError, HTTPException) as error:
            message = f"the Prometheus at {self.url} does not answer: {error}"
            raise MonitorError(message) from error
        if isinstance(body, dict):
            return body
        message = f"what answers at {self.url} is no Prometheus"
        raise MonitorError(message)

    def _text(self, request: urllib.request.Request) -> bytes:
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as reply:  # noqa: S310  the scheme is seen to above
                text: bytes = reply.read()
        except urllib.error.HTTPError as error:
            with error:
                text = error.read()
            if error.code not in _REFUSALS:
                message = f"the Prometheus at {self.url} answers {error.code} {error.reason}"
                raise MonitorError(message) from error
        return text


def queries(dashboard: Mapping[str, Any]) -> Iterator[PanelQuery]:
    """Yield every query of a dashboard."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            yield PanelQuery(dashboard["uid"], panel["title"], target["refId"], target["expr"])


def substitute(expression: str, values: Mapping[str, str]) -> str:
    """Put values in place of variables, as Grafana does: what is no variable of it, such as `$1`, stays."""
    return _VARIABLE.sub(lambda found: values.get(found[1] or found[2], found[0]), expression)


def ask(prometheus: Prometheus, substitutions: Mapping[str, str], at: float | None = None) -> tuple[Answer, ...]:
    """Ask every query of every dashboard. `substitutions` name the `borough`, and others that are not the usual."""
    values = {**SUBSTITUTIONS, **substitutions}
    asked = [query for dashboard in dashboards().values() for query in queries(dashboard)]
    bodies = prometheus.instant([substitute(query.expr, values) for query in asked], at)
    return tuple(_answer(query, body) for query, body in zip(asked, bodies, strict=True))


def check(url: str, substitutions: Mapping[str, str], at: float | None = None) -> tuple[Answer, ...]:
    """Ask the Prometheus at a URL. Raises `MonitorError` when it does not answer."""
    return ask(HttpPrometheus(url), substitutions, at)


def compare(healthy: Sequence[Answer], faulted: Sequence[Answer]) -> tuple[Lack, ...]:
    """Return what each query lacks: an answer, one that is not all nought in both, or a difference between them."""
    found: list[Lack] = []
    for well, ill in zip(healthy, faulted, strict=True):
        lacks = {
            f"error: {well.error or ill.error}": bool(well.error or ill.error),
            "no series while healthy": not well.series,
            "no series while faulted": not ill.series,
            "all nought": not (well.nonzero or ill.nonzero),
            "no difference": well.series == ill.series,
        }
        found += [Lack(well.query.place, what) for what, is_so in lacks.items() if is_so]
    return tuple(found)


def _answer(query: PanelQuery, body: Mapping[str, Any]) -> Answer:
    if body.get("status") != "success":
        return Answer(query, error=str(body.get("error", "no answer")))
    result = body["data"]["result"]
    return Answer(query, {json.dumps(one["metric"], sort_keys=True): str(one["value"][1]) for one in result})
