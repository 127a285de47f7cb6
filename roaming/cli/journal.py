"""`roam journal`."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from roaming.cli.options import DEFAULT_STATE, JsonOption, StateOption
from roaming.push.journal import read, verify

if TYPE_CHECKING:
    from collections.abc import Mapping


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("journal")(journal)


def journal(
    state: StateOption = DEFAULT_STATE,
    *,
    check: Annotated[bool, typer.Option("--verify", help="Verify that no line was changed, added or removed.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the runs of `roam push`: when, by whom, and what became of each device.

    Example: roam journal --verify
    """
    lines = read(state)
    faults = verify(state) if check else ()
    runs = [_run(name, list(group)) for name, group in groupby(lines, key=lambda line: str(line.get("run")))]
    if as_json:
        typer.echo(json.dumps({"runs": runs, "lines": len(lines), "faults": list(faults)}, indent=2))
    else:
        typer.echo("\n".join(_text(run) for run in runs) or "no push has been made from here")
    if check and not as_json:
        typer.echo("\n".join(f"journal: {fault}" for fault in faults) or f"journal whole: {len(lines)} lines")
    if faults:
        raise typer.Exit(1)


def _run(name: str, lines: list[dict[str, object]]) -> dict[str, object]:
    first = lines[0]
    outcomes = [line for line in lines if line.get("event") == "outcome"]
    return {
        "run": name,
        "time": first.get("time"),
        "user": first.get("user"),
        "limit": first.get("limit"),
        "rehearsals": first.get("rehearsals", []),
        "ended": any(line.get("event") == "end" for line in lines),
        "results": [{key: line.get(key) for key in ("device", "outcome", "files", "words")} for line in outcomes],
    }


def _text(run: Mapping[str, object]) -> str:
    limit = f" --limit {run['limit']}" if run["limit"] else ""
    end = "" if run["ended"] else " (cut short)"
    lines = [f"{run['time']}  {run['run']}  by {run['user']}{limit}{end}"]
    rehearsed = run["rehearsals"]
    lines += [
        f"    {one['scenario']} for {', '.join(one['sites'])}: {one['ending']}, {one['words']}"
        for one in (rehearsed if isinstance(rehearsed, list) else ())
    ]
    results = run["results"]
    for one in results if isinstance(results, list) else ():
        words = f": {one['words']}" if one["words"] else ""
        lines.append(f"    {one['device']}: {one['outcome']}, {one['files']} files{words}")
    return "\n".join(lines)
