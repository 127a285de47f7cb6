"""An HTTP server on loopback that answers what it is told to, and remembers what it was asked."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass
class Asked:
    path: str
    headers: Mapping[str, str]
    body: str


@dataclass
class Served:
    """What is answered, to whatever path."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def served(what: Served) -> Iterator[str]:
    """Answer while the block runs; yield the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            what.asked.append(Asked(self.path, dict(self.headers), self.rfile.read(length).decode()))
            self.send_response(what.status)
            for name, value in what.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(what.body)

        do_POST = do_GET  # noqa: N815  the library's name

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
