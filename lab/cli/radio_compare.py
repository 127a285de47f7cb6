"""`roam-lab radio-compare`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from lab.cli.options import JsonOption  # noqa: TC001  typer reads annotations at run time
from lab.cli.progress import console
from lab.cli.radio import EMULATED
from lab.errors import ScenarioError
from lab.radio.comparison import compare
from lab.radio.comparison_picture import draw_comparison
from lab.radio.kept import read_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.radio.comparison import Comparison, Pair


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("radio-compare")(radio_compare)


def radio_compare(
    before: Annotated[Path, typer.Argument(help="Folder of the run before the change: its --out.")],
    after: Annotated[Path, typer.Argument(help="Folder of the run after it.")],
    *,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the picture here [AFTER/compare.svg].")] = None,
    as_json: JsonOption = False,
) -> None:
    """Hold two runs of one scenario of `roam-lab radio` against each other, step by step, as a table and a picture.

    Exit status 1 when a step became worse: its kind costs the client more (from ft_air or ft_ds over pmk_cached and
    full_eap to failed), or it passed before and does not now. Times are shown and do not decide. Exit status 2 when the
    two cannot be compared.

    Example: roam-lab radio-compare out/radio/before out/radio/after
    """
    try:
        comparison = compare(read_run(before), read_run(after))
    except ScenarioError as error:
        raise typer.BadParameter(str(error)) from None
    picture = out or after / "compare.svg"
    try:
        picture.write_text(draw_comparison(comparison, (str(before), str(after))), encoding="utf-8")
    except OSError as error:
        message = f"the picture cannot be written to {picture}: {error.strerror}"
        raise typer.BadParameter(message, param_hint="--out") from None
    if as_json:
        typer.echo(json.dumps(comparison.document(), indent=2))
    else:
        console().print(table(comparison))
        for line in sentences(comparison, picture):
            typer.echo(line)
    raise typer.Exit(1 if comparison.worse else 0)


def table(comparison: Comparison) -> Table:
    """Show each step in both runs."""
    title = f"radio {comparison.before.scenario}, before and after, times in {comparison.unit}"
    found = Table(title=title, title_justify="left")
    for heading in ("step", "client", "to", "before", "after", "D1", "D2", "change"):
        found.add_column(heading, overflow="fold")
    for pair in comparison.pairs:
        one, other = pair.before, pair.after
        kinds = (f"{roam.kind}{'' if roam.passed else ' FAIL'}" for roam in (one, other))
        d1 = _figure(one.d1_ms, other.d1_ms, pair.d1_change_ms)
        d2 = _figure(one.d2_ms, other.d2_ms, pair.d2_change_ms)
        found.add_row(str(pair.number), one.client, one.to, *kinds, d1, d2, pair.change.shown)
    return found


def _figure(before: float | None, after: float | None, change: float | None) -> str:
    if before is None and after is None:
        return ""
    one, other = ("-" if ms is None else f"{ms:.1f}" for ms in (before, after))
    return f"{one} → {other}" if change is None else f"{one} → {other} ({change:+.1f})"


def sentences(comparison: Comparison, picture: Path) -> Iterator[str]:
    """Say what became worse and what the run after says of it, and how to take the figures."""
    for pair in comparison.worse:
        yield _told(pair)
        yield from (f"    {fault}" for fault in pair.after.faults)
    if not comparison.timed:
        emulated, other = ("before", "after") if comparison.before.emulated else ("after", "before")
        yield f"The run {emulated} was emulated, the one {other} was not: their times do not compare, their kinds do."
    elif comparison.before.emulated:
        yield EMULATED
    yield f"{len(comparison.worse)} of {len(comparison.pairs)} steps became worse; the picture is {picture}"


def _told(pair: Pair) -> str:
    where = f"from {pair.after.start} to {pair.after.to}" if pair.after.start else f"at {pair.after.to}"
    failed = "" if pair.after.passed else ", which fails"
    kinds = f"{pair.before.kind} before, {pair.after.kind} after{failed}"
    return f"WORSE step {pair.number}, {pair.after.client} {where}: {kinds}"
