"""A request to an ASGI application, without a socket."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def ask(app: ASGIApp, url: bytes | str, headers: Mapping[str, str] | None = None, method: str = "GET") -> Answer:
    """Return the answer. The URL is taken as a server takes it from the wire: octets, quoted or not."""
    return asyncio.run(answer(app, url, headers, method))


async def answer(
    app: ASGIApp, url: bytes | str, headers: Mapping[str, str] | None = None, method: str = "GET"
) -> Answer:
    """Return the same, in a loop that runs."""
    raw = url.encode() if isinstance(url, str) else url
    path, _, query = raw.partition(b"?")
    given = {"host": "monitor.example:9469", **(headers or {})}
    scope: dict[str, object] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": _unquoted(path),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in given.items()],
        "client": ("127.0.0.1", 40_000),
        "server": ("127.0.0.1", 9469),
    }
    return await _ask(app, scope)


def _unquoted(path: bytes) -> str:
    """Return a path as uvicorn decodes it."""
    return unquote(path.decode("ascii", "replace"))


async def _ask(app: ASGIApp, scope: dict[str, object]) -> Answer:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = next(message for message in sent if message["type"] == "http.response.start")
    headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    body = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
    return Answer(start["status"], headers, body)
