"""`roam check`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from roaming.cli.options import DEFAULT_INVENTORY, InventoryOption, JsonOption, LimitOption
from roaming.cli.sarif import sarif
from roaming.errors import InventoryError
from roaming.load import load
from roaming.model.problem import Problem, Severity
from roaming.rules import RULES, RULES_BY_ID, check, explain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from roaming.load import Inventory, ModelPath

    Problems = tuple[Problem, ...]


class Format(StrEnum):
    """How the problems are printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check")(check_command)


def check_command(
    inventory: InventoryOption = DEFAULT_INVENTORY,
    explained: Annotated[
        str | None,
        typer.Option("--explain", metavar="RULE", help="Say what a rule asks, why, who says so, how to mend."),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="How to print the problems.")] = Format.TEXT,
    limit: LimitOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Hold every rule against the inventory; exit 1 when there are errors, 0 when there are none or only warnings.

    Example: roam check -i lab/inventory --limit camden
    """
    if explained is not None:
        typer.echo(_explained(explained))
        return
    problems = _problems(inventory, limit)
    typer.echo(_PRINTED[Format.JSON if as_json else output](problems))
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise typer.Exit(1)


_READING = {
    "yaml": "yaml (error): a file is UTF-8 and one YAML 1.2 document, without anchors, aliases, merge keys, tags or"
    " duplicate keys.\nwhy:    what a reader overlooks is what goes wrong: every line says what it says.",
    "inventory": "inventory (error): every key is known and has the right type, and every name that is used is defined."
    "\nwhy:    a misspelt key would be left out of the configuration in silence. `roam schema` prints what there is.",
}
"""What reading itself demands, before there is anything to hold a rule against."""


def _explained(rule: str) -> str:
    if rule in _READING:
        return _READING[rule]
    if rule in RULES_BY_ID:
        return explain(RULES_BY_ID[rule])
    close = get_close_matches(rule, RULES_BY_ID, 3, 0.5) or sorted(RULES_BY_ID)
    message = f"there is no rule '{rule}'; there is {', '.join(close)}"
    raise typer.BadParameter(message, param_hint="--explain")


def _problems(directory: InventoryOption, limit: str | None) -> Problems:
    """Return what is wrong, from the reading when the files cannot be read, else from the rules."""
    try:
        inventory = load(directory)
    except InventoryError as error:
        return error.problems
    return tuple(_limited(check(inventory, datetime.now(UTC).date()), inventory, limit))


def _limited(problems: Problems, inventory: Inventory, limit: str | None) -> Iterable[Problem]:
    if limit is None:
        return problems
    wanted = limit.strip("/")
    parts = [path for name, path in _parts(inventory) if name == wanted]
    if not parts:
        message = f"there is no {limit}: give borough, borough/site or borough/site/device"
        raise typer.BadParameter(message, param_hint="--limit")
    places = [(inventory.marks.place(path).file, inventory.marks.where(path)) for path in parts]
    return [problem for problem in problems if any(_within(problem, *place) for place in places)]


def _within(problem: Problem, file: str, where: str) -> bool:
    return problem.file == file and (not where or f"{problem.where}.".startswith((f"{where}.", f"{where}[")))


def _parts(inventory: Inventory) -> Iterator[tuple[str, ModelPath]]:
    """Yield what `--limit` can name, and where that is."""
    network = inventory.network
    yield "federation", ("federation",)
    for index, hub in enumerate(network.hubs):
        yield from ((name, ("hubs", index)) for name in ("federation", f"federation/{hub.name}"))
    for number, borough in enumerate(network.boroughs):
        at: ModelPath = ("boroughs", number)
        yield borough.slug, at
        yield from ((f"{borough.slug}/{server.name}", (*at, "radius", i)) for i, server in enumerate(borough.radius))
        own = enumerate(borough.controllers)
        yield from ((f"{borough.slug}/{controller.name}", (*at, "controllers", i)) for i, controller in own)
        for index, site in enumerate(borough.sites):
            name, path = f"{borough.slug}/{site.slug}", (*at, "sites", index)
            yield name, path
            for i, access_point in enumerate(site.access_points):
                yield f"{name}/{access_point.name}", (*path, "access_points", i)


def _counts(problems: Problems) -> tuple[int, int]:
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    return errors, len(problems) - errors


def _text(problems: Problems) -> str:
    errors, warnings = _counts(problems)
    summary = f"{_plural(errors, 'error')}, {_plural(warnings, 'warning')}"
    if not problems:
        return f"no problems ({len(RULES)} rules)"
    return "\n".join((*(str(problem) for problem in problems), "", summary))


def _plural(count: int, word: str) -> str:
    return f"{count} {word}{'s' * (count != 1)}"


def _json(problems: Problems) -> str:
    errors, warnings = _counts(problems)
    found = [
        {name: getattr(problem, name) for name in ("rule", "severity", "file", "line", "where", "message", "fix")}
        for problem in problems
    ]
    return json.dumps({"problems": found, "errors": errors, "warnings": warnings}, indent=2, ensure_ascii=False)


def _sarif(problems: Problems) -> str:
    return json.dumps(sarif(problems), indent=2, ensure_ascii=False)


_PRINTED = {Format.TEXT: _text, Format.JSON: _json, Format.SARIF: _sarif}
