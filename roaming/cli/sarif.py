"""Problems as SARIF 2.1.0 (OASIS), which code hosts show beside the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roaming import __version__
from roaming.rules import RULES

if TYPE_CHECKING:
    from roaming.model.problem import Problem

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(problems: tuple[Problem, ...]) -> dict[str, object]:
    """Return a SARIF log with one run: every rule, and a result for each problem."""
    rules = [
        {
            "id": rule.id,
            "shortDescription": {"text": rule.text},
            "fullDescription": {"text": f"{rule.why} Source: {rule.source}."},
            "help": {"text": rule.fix},
            "defaultConfiguration": {"level": str(rule.severity)},
        }
        for rule in RULES
    ]
    driver = {"name": "roam check", "semanticVersion": __version__, "rules": rules}
    run = {"tool": {"driver": driver}, "results": [_result(problem) for problem in problems]}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(problem: Problem) -> dict[str, object]:
    place = {"artifactLocation": {"uri": problem.file}, "region": {"startLine": problem.line}}
    return {
        "ruleId": problem.rule,
        "level": str(problem.severity),
        "message": {"text": f"{problem.message}. Fix: {problem.fix}" if problem.fix else problem.message},
        "locations": [{"physicalLocation": place}],
    }
