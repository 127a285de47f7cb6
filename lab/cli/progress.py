"""What is being done now: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# A table that is not on a terminal is as wide as it needs: eighty columns would cut names in two.
_WIDE = 200


def console(*, stderr: bool = False) -> Console:
    """Return a console; without a terminal nothing is wrapped or coloured."""
    found = Console(stderr=stderr, highlight=False)
    return found if found.is_terminal else Console(stderr=stderr, highlight=False, width=_WIDE)


def diary() -> Callable[[str], None]:
    """Return a function that tells what happens, with the seconds since now; it speaks on standard error."""
    began, out = time.monotonic(), console(stderr=True)

    def say(text: str) -> None:
        out.print(f"{time.monotonic() - began:6.0f} s  {text}", markup=False)

    return say


@contextmanager
def steps(total: int) -> Iterator[Callable[[str], None]]:
    """Yield a function that is told of each of `total` steps as it begins; it speaks on standard error."""
    out = console(stderr=True)
    if not out.is_terminal:
        yield lambda text: out.print(f"- {text}", markup=False)
        return
    columns = (SpinnerColumn(), BarColumn(bar_width=24), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True) as progress:
        task = progress.add_task("", total=total)

        def step(text: str) -> None:
            progress.update(task, advance=1, description=text)

        yield step
