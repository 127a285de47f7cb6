"""`roam-monitor matrix`: who gets in where, in the terminal, with reasons."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from monitor.cli.matrix_table import render
from monitor.cli.options import DEFAULT_LISTEN
from monitor.cli.picture_source import PictureSource
from monitor.errors import PictureError
from monitor.metrics import Picture, Status, picture_document

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

_URL: Final = f"http://{DEFAULT_LISTEN}"
_PIPED_WIDTH: Final = 240
_SHORTEST_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Part:
    """Which rows and columns are shown: patterns as in a shell, empty for all."""

    visited: str = ""
    home: str = ""

    def of(self, picture: Picture) -> Picture:
        """Return the picture with these pairs only. Raises `PictureError` when there are none."""
        pairs = {
            (visited, home): state
            for (visited, home), state in picture.pairs.items()
            if fnmatchcase(visited, self.visited or "*") and fnmatchcase(home, self.home or "*")
        }
        if not pairs and picture.pairs:
            message = f"no pair is of {self.home or '*'} at {self.visited or '*'}: leave a limit out"
            raise PictureError(message)
        return replace(picture, pairs=pairs)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("matrix")(matrix_command)


def matrix_command(
    *,
    url: Annotated[
        str, typer.Option("--url", envvar="ROAM_MONITOR_URL", help="Where `roam-monitor serve` answers.")
    ] = _URL,
    user: Annotated[
        str,
        typer.Option("--user", envvar="ROAM_MONITOR_USER", help="For basic authentication; see ROAM_MONITOR_PASSWORD."),
    ] = "",
    ca: Annotated[
        Path | None, typer.Option("--ca", help="Certificates that are trusted, in place of the system's.")
    ] = None,
    limit: Annotated[str, typer.Option("--limit", help="Only these visited boroughs; * and ? match.")] = "",
    home: Annotated[str, typer.Option("--home", help="Only these homes; * and ? match.")] = "",
    every: Annotated[float, typer.Option("--every", min=_SHORTEST_S, help="Seconds between two looks.")] = 5.0,
    once: Annotated[bool, typer.Option("--once", help="Look once; so it is where there is no terminal.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what is known as JSON, once.")] = False,
) -> None:
    """Show who gets in where, from a running `roam-monitor serve`; it is drawn anew until Ctrl-C.

    The password of --user is taken from ROAM_MONITOR_PASSWORD. With --once and --json the exit status is 1 when a pair
    is down.

    Example: roam-monitor matrix --url http://monitor.camden.example:9469 --limit 'c*'
    """
    part, console = Part(limit, home), Console(highlight=False)
    source = PictureSource(url, user, os.environ.get("ROAM_MONITOR_PASSWORD", ""), ca)

    def look() -> Picture:
        return part.of(source.picture())

    if console.is_terminal and not once and not as_json:
        _watch(look, console, every)
        return
    picture = look()
    if as_json:
        typer.echo(json.dumps(picture_document(picture), indent=2, ensure_ascii=False))
    else:
        plain = console if console.is_terminal else Console(highlight=False, width=_PIPED_WIDTH)
        plain.print(render(picture, plain.width))
    sys.exit(any(state.status is Status.DOWN for state in picture.pairs.values()))


def _watch(look: Callable[[], Picture], console: Console, every_s: float) -> None:
    """Draw anew until it is interrupted; while nobody answers the last picture stays, with the reason."""
    frame = Frame(look, console)
    with Live(frame.draw(), console=console, screen=True, auto_refresh=False) as live:
        while True:
            time.sleep(every_s)
            live.update(frame.draw(), refresh=True)


@dataclass
class Frame:
    """What the terminal shows: the newest picture, or the last one and why there is no newer one."""

    look: Callable[[], Picture]
    console: Console
    last: Picture | None = None

    def draw(self) -> RenderableType:
        """Look and return what is to be shown. Raises `PictureError` when already the first look fails."""
        try:
            self.last = self.look()
        except PictureError as error:
            if self.last is None:
                raise
            return Group(Text(f"this is old: {error}", style="bold red"), render(self.last, self.console.width))
        return render(self.last, self.console.width)
