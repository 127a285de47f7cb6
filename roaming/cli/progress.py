"""Progress of many devices: a bar on a terminal, nothing elsewhere; always on standard error."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def bar(title: str, total: int, *, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """Return what is to be called with a device's name whenever one is finished."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task(title, total=total)

        def advance(_: str) -> None:
            progress.advance(task)

        yield advance
