"""`roam-monitor matrix`: who gets in where, in the terminal, with reasons."""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from monitor.cli.matrix_table import render
from monitor.errors import PictureError
from monitor.metrics import Picture, Status, picture_document, read_picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

_URL: Final = "http://127.0.0.1:9469"
_TIMEOUT_S: Final = 10
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
    limit: Annotated[str, typer.Option("--limit", help="Only these visited boroughs; * and ? match.")] = "",
    home: Annotated[str, typer.Option("--home", help="Only these homes; * and ? match.")] = "",
    every: Annotated[float, typer.Option("--every", min=_SHORTEST_S, help="Seconds between two looks.")] = 5.0,
    once: Annotated[bool, typer.Option("--once", help="Look once; so it is where there is no terminal.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what is known as JSON, once.")] = False,
) -> None:
    """Show who gets in where, from a running `roam-monitor serve`; it is drawn anew until Ctrl-C.

    With --once and --json the exit status is 1 when a pair is down.

    Example: roam-monitor matrix --url http://monitor.camden.example:9469 --limit 'c*'
    """
    part, console = Part(limit, home), Console(highlight=False)

    def look() -> Picture:
        return part.of(fetch(url))

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


def fetch(url: str) -> Picture:
    """Ask a running monitor. Raises `PictureError` when it does not answer, or with something else."""
    address = f"{url.rstrip('/')}/api/picture"
    if not address.startswith(("http://", "https://")):
        message = f"{url} is no address of a monitor: it starts with http:// or https://"
        raise PictureError(message)
    try:
        with urllib.request.urlopen(address, timeout=_TIMEOUT_S) as reply:  # noqa: S310  the scheme is seen to above
            document: object = json.load(reply)
    except urllib.error.HTTPError as error:
        message = f"the monitor at {url} answers {error.code} {error.reason}"
        error.close()
        raise PictureError(message) from error
    except OSError as error:
        reason = getattr(error, "reason", error)
        message = f"no monitor answers at {url}: {reason}; start one with `roam-monitor serve`, or name it with --url"
        raise PictureError(message) from error
    except ValueError as error:
        message = f"what answers at {url} is no monitor: it sent no JSON"
        raise PictureError(message) from error
    return read_picture(document)


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
