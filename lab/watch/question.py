"""Questions over HTTP, asked inside a container: the machine itself may not reach the lab's networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lab.errors import CommandTimeoutError

if TYPE_CHECKING:
    from lab.engine import Engine

_PROGRAM: Final = (
    "import sys, urllib.request as r;"
    " sys.stdout.write(r.build_opener(r.ProxyHandler({})).open(sys.argv[1], timeout=10).read().decode())"
)


def get(engine: Engine, container: str, url: str) -> str | None:
    """Return what is answered, or None when nothing is, in time and well. Raises `EngineError` without a container."""
    try:
        result = engine.exec(container, ["python3", "-c", _PROGRAM, url], timeout_s=15)
    except CommandTimeoutError:
        return None
    return result.out if result.ok else None
