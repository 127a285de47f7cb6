"""The report for eyes: a matrix of visited boroughs by homes, then what failed and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from roaming.eap import Reason
from roaming.model.terms import EapMethod
from roaming.verify.advice import ADVICE, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roaming.verify.report import Report, Verdict

_MATRIX_LIMIT: Final = 8
"""Homes that fit beside each other on a terminal; more are summed up, one line a visited borough."""

_PLACES: Final = 4

_SHORT: Final = {EapMethod.TLS: "TLS", EapMethod.PEAP_MSCHAPV2: "PEAP"}


def render(report: Report) -> RenderableType:
    """Return what `roam verify` shows."""
    homes = list(dict.fromkeys(result.home for result in report.results))
    table = _matrix(report, homes) if len(homes) <= _MATRIX_LIMIT else _summary(report)
    parts: list[RenderableType] = [table, *failures(report), *_notes(report), _total(report)]
    return Group(*parts)


def _matrix(report: Report, homes: list[str]) -> Table:
    table = Table(title=f"Who gets in where (run {report.run})", title_justify="left")
    table.add_column("at \\ of", no_wrap=True, min_width=max(map(len, _at(report.results))))
    for home in homes:
        table.add_column(home)
    for visited in _at(report.results):
        cells = {home: [r for r in report.results if (r.visited, r.home) == (visited, home)] for home in homes}
        table.add_row(visited, *(_cell(found) for found in cells.values()), end_section=True)
    return table


def _cell(results: list[Verdict]) -> Text:
    return Text("\n").join(_line(result) for result in results) if results else Text("-")


def _line(verdict: Verdict) -> Text:
    """Spell one method: PEAP 23 ms, or why not."""
    name = _SHORT[verdict.method]
    if not verdict.passed:
        return Text(f"✗ {name} {WORDS[verdict.reason]}", style="red")
    time = "" if verdict.milliseconds is None else f" {verdict.milliseconds:.0f} ms"
    after = "" if verdict.first_success_s is None else f" after {verdict.first_success_s:.1f} s"
    right = "" if verdict.reason is Reason.ACCEPTED else f" {WORDS[verdict.reason]}"
    return Text(f"✓ {name}{right}{time}{after}", style="green")


def _summary(report: Report) -> Table:
    table = Table(title=f"Who gets in where (run {report.run})", title_justify="left")
    for heading in ("at", "right", "of", "median", "slowest"):
        table.add_column(heading, justify="left" if heading == "at" else "right")
    for visited in _at(report.results):
        results = [result for result in report.results if result.visited == visited]
        right = [result for result in results if result.passed]
        times = sorted(result.milliseconds for result in right if result.milliseconds is not None)
        shown = (f"{times[len(times) // 2]:.0f} ms", f"{times[-1]:.0f} ms") if times else ("-", "-")
        style = "green" if len(right) == len(results) else "red"
        table.add_row(visited, str(len(right)), str(len(results)), *shown, style=style)
    return table


def failures(report: Report) -> list[Text]:
    """Say each different thing once, with everybody whom it befell, and what to do."""
    lines: list[Text] = []
    said = dict.fromkeys((result.reason, result.sentence) for result in report.failures)
    for reason, sentence in said:
        befell = [result for result in report.failures if (result.reason, result.sentence) == (reason, sentence)]
        lines += [Text(f"✗ {sentence}", style="red"), Text(f"  {_who(befell)}"), Text(f"  → {ADVICE[reason]}")]
    return lines


def _who(results: list[Verdict]) -> str:
    """Name whom it befell and where, and an identity to search for in the logs."""
    places = [_place(visited, [result for result in results if result.visited == visited]) for visited in _at(results)]
    more = f" and at {len(places) - _PLACES} more boroughs" if len(places) > _PLACES else ""
    return f"{'; '.join(places[:_PLACES])}{more}. In the logs: {results[0].identity}"


def _place(visited: str, results: list[Verdict]) -> str:
    homes = list(dict.fromkeys(result.home for result in results))
    methods = " and ".join(dict.fromkeys(_SHORT[result.method] for result in results))
    named = ", ".join(homes) if len(homes) <= _MATRIX_LIMIT else f"{len(homes)} homes"
    return f"users of {named} at {visited} ({methods})"


def _at(results: Iterable[Verdict]) -> list[str]:
    return list(dict.fromkeys(result.visited for result in results))


def _notes(report: Report) -> list[Text]:
    """Say which proxies were passed over: users got in, but one server is gone."""
    gone = dict.fromkeys((name, result.server) for result in report.results if result.passed for name in result.skipped)
    return [Text(f"! {name} was silent, {server} answered in its place", style="yellow") for name, server in gone]


def _total(report: Report) -> Text:
    right = len(report.results) - len(report.failures)
    text = f"{right} of {len(report.results)} as they should be, in {report.seconds:.1f} s"
    return Text(text, style="bold green" if report.passed else "bold red")
