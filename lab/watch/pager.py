"""Be called by Alertmanager: keep every notification, with the time at which it came. Python 3 and nothing else.

Each line of the file is `{"at": seconds of the epoch, "receiver": …, "alerts": [{"status": …, "labels": …}]}`.
"""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Final

FILE: Final = "/run/pager.jsonl"
_LONGEST: Final = 1 << 22


class Pager(BaseHTTPRequestHandler):
    """Takes notifications."""

    def do_POST(self) -> None:
        """Keep one."""
        size = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(min(size, _LONGEST)))
        alerts = [{"status": alert["status"], "labels": alert["labels"]} for alert in body["alerts"]]
        line = json.dumps({"at": time.time(), "receiver": body["receiver"], "alerts": alerts})
        with open(FILE, "a", encoding="utf-8") as file:  # noqa: PTH123  nothing more to import in the container
            file.write(f"{line}\n")
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Say nothing: what came is in the file."""


if __name__ == "__main__":
    HTTPServer(("", int(sys.argv[1])), Pager).serve_forever()
