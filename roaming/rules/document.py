"""The table of rules as a page for people: `docs/rules.md`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roaming.rules.table import RULES, SUBJECTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roaming.rules.rule import Rule


def document() -> str:
    """Return the page; a test keeps the file equal to it."""
    return "\n".join(_lines()) + "\n"


def explain(rule: Rule) -> str:
    """Return a rule in full, as `roam check --explain` prints it."""
    return "\n".join(
        (
            f"{rule.id} ({rule.severity}, {_whom(rule)})",
            f"    {rule.text}",
            f"why:    {rule.why}",
            f"source: {rule.source}",
            f"fix:    {rule.fix}",
        )
    )


def _lines() -> Iterator[str]:
    yield "# Rules"
    yield ""
    yield f"What `roam check` asks of an inventory: {len(RULES)} rules. Errors make it fail, warnings do not."
    yield "`roam check --explain RULE` prints one of them. This page is made from the table in `roaming/rules`."
    for subject, rules in SUBJECTS.items():
        yield from ("", f"## {subject}", "", "| rule | | what it asks | why | source |", "|---|---|---|---|---|")
        for rule in rules:
            scheme = "" if rule.scheme == "any" else f" ({rule.scheme})"
            cells = (f"`{rule.id}`", f"{rule.severity}{scheme}", rule.text, rule.why, rule.source)
            yield f"| {' | '.join(cells)} |"


def _whom(rule: Rule) -> str:
    return "every scheme" if rule.scheme == "any" else rule.scheme
