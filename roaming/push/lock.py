"""One push at a time from one state directory."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from roaming.errors import PushError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def lock(state: Path) -> Iterator[None]:
    """Hold the lock; raises PushError when another push has it. It falls with its process."""
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(state / "push.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        message = f"the state directory cannot be used: {error.strerror}"
        raise PushError(message) from None
    try:
        _take(descriptor)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
        message = f"another push is under way (process {holder or 'unknown'})"
        raise PushError(message) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
