"""Questions over HTTP, asked inside a container: the machine itself may not reach the lab's networks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lab.errors import CommandTimeoutError, LabError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lab.engine import Engine

_PROGRAM: Final = (
    "import sys, urllib.request as r;"
    " sys.stdout.write(r.build_opener(r.ProxyHandler({})).open(sys.argv[1], timeout=10).read().decode())"
)

# All of a dashboard's queries at once: a process in a container for each of a hundred takes its time.
_QUERIES: Final = """
import json, sys, urllib.error, urllib.parse, urllib.request
order = json.load(sys.stdin)
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
answers = []
for expression in order["expressions"]:
    form = {"query": expression} | ({} if order["at"] is None else {"time": order["at"]})
    try:
        answers.append(json.load(opener.open(order["url"], urllib.parse.urlencode(form).encode(), timeout=10)))
    except urllib.error.HTTPError as error:
        answers.append(json.load(error))
json.dump(answers, sys.stdout)
"""
_QUERY_URL: Final = "http://127.0.0.1:9090/api/v1/query"


@dataclass(frozen=True, slots=True)
class LabPrometheus:
    """The Prometheus of a watched lab, asked in its own container."""

    engine: Engine
    container: str

    def instant(self, expressions: Sequence[str], at: float | None) -> Sequence[Mapping[str, Any]]:
        """Return the body of `/api/v1/query` for each expression. Raises `LabError` when it does not answer."""
        order = json.dumps({"url": _QUERY_URL, "expressions": list(expressions), "at": at})
        result = self.engine.exec(self.container, ["python3", "-c", _QUERIES], stdin=order, timeout_s=60)
        if not result.ok:
            message = f"{self.container} does not answer: {result.err.strip()[-200:]}"
            raise LabError(message)
        found: list[Mapping[str, Any]] = json.loads(result.out)
        return found


def get(engine: Engine, container: str, url: str) -> str | None:
    """Return what is answered, or None when nothing is, in time and well. Raises `EngineError` without a container."""
    try:
        result = engine.exec(container, ["python3", "-c", _PROGRAM, url], timeout_s=15)
    except CommandTimeoutError:
        return None
    return result.out if result.ok else None
