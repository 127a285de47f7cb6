"""What no inventory may say, and what it had better not: a table of rules, and one function that asks them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roaming.model.collector import building
from roaming.model.problem import Problem
from roaming.rules.document import document, explain
from roaming.rules.rule import Finding, Given, Rule
from roaming.rules.table import RULES, RULES_BY_ID, SUBJECTS

if TYPE_CHECKING:
    from datetime import date

    from roaming.load import Inventory

__all__ = ["RULES", "RULES_BY_ID", "SUBJECTS", "Finding", "Given", "Rule", "check", "document", "explain"]


@building()
def check(inventory: Inventory, today: date) -> tuple[Problem, ...]:
    """Return every problem of an inventory that could be read, in the order of file, line and rule."""
    given = Given(inventory.network, today)
    problems = {_problem(inventory, rule, finding) for rule in RULES for finding in rule.find(given)}
    return tuple(sorted(problems, key=lambda problem: (problem.file, problem.line, problem.rule, problem.message)))


def _problem(inventory: Inventory, rule: Rule, finding: Finding) -> Problem:
    file, line = inventory.marks.place(finding.path)
    message = finding.message
    if finding.other is not None:
        other = inventory.marks.place(finding.other)
        message = f"{message} (see {other.file}:{other.line})"
    where = inventory.marks.where(finding.path)
    return Problem(rule.id, rule.severity, file, line, where, message, rule.fix)
