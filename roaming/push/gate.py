"""A gate before each task of Ansible: what is begun on a device has been taken down before.

The other side is `playbooks/callback_plugins/roam_gate.py`. Two FIFOs lie between: host and task come out of `ask`, a
line goes into `go`. When this process dies, `go` ends, and Ansible begins nothing more.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_END = b"\n"


@contextmanager
def gate(directory: Path, begin: Callable[[str, str], None]) -> Iterator[None]:
    """Call `begin(device, task)` before each task while the block runs; what it raises is raised at the end."""
    directory.mkdir(mode=0o700)
    for name in ("ask", "go"):
        os.mkfifo(directory / name, 0o600)
    # Open on both sides, so that nobody waits for Ansible to come, and no end is seen when it goes.
    ask, go = (os.open(directory / name, os.O_RDWR) for name in ("ask", "go"))
    keeper = _Keeper(ask, go, begin)
    keeper.start()
    try:
        yield
    finally:
        os.write(ask, _END)
        keeper.join()
        keeper.close()
    if keeper.error is not None:
        raise keeper.error


class _Keeper(Thread):
    """Answers until it is told to end; after an error of `begin` nobody is let through any more."""

    def __init__(self, ask: int, go: int, begin: Callable[[str, str], None]) -> None:
        super().__init__(name="gate")
        self.questions = os.fdopen(ask, "rb")
        self.go = go
        self.begin = begin
        self.error: Exception | None = None

    def run(self) -> None:
        for line in self.questions:
            if line == _END:
                return
            if self.error is None:
                self._answer(line)

    def _answer(self, line: bytes) -> None:
        try:
            device, task = json.loads(line)
            self.begin(device, task)
        except Exception as error:  # noqa: BLE001  it is raised in the thread that opened the gate
            self.error = error
            os.close(self.go)
        else:
            os.write(self.go, b"\n")

    def close(self) -> None:
        """Close both ends."""
        self.questions.close()
        if self.error is None:
            os.close(self.go)
