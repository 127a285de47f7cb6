"""Every story of the table in Prometheus' own evaluator: exactly these alerts fire, and end with their cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.alerts import Settings, rules
from tests.monitor.alerts.cases import CASES, Case
from tests.monitor.alerts.mutants import GUARDS, silenced
from tests.monitor.alerts.promtool import Trial, document, run

if TYPE_CHECKING:
    from tests.daemons.conftest import Box

pytestmark = pytest.mark.daemon

MUTANTS = (*GUARDS, *silenced())
STORIES = {case.name: case for case in CASES}


def file_name(case: str) -> str:
    return "".join(letter for letter in case.replace(" ", "-") if letter.isalnum() or letter == "-")


@pytest.fixture(scope="module")
def trials(prometheus_box: Box) -> dict[str, Trial]:
    files = {rule_file(case): rules(Settings(case.scale)) for case in CASES}
    files |= {f"{file_name(case.name)}.test.yml": document(case, rule_file(case)) for case in CASES}
    for index, mutant in enumerate(MUTANTS):
        files[f"mutant-{index}.yml"] = mutant.text
        files[f"mutant-{index}.test.yml"] = document(STORIES[mutant.case], f"mutant-{index}.yml")
    return run(prometheus_box, files)


def rule_file(case: Case) -> str:
    return f"rules-{case.scale:.4f}.yml"


@pytest.mark.parametrize("name", STORIES)
def test_exactly_these_fire(trials: dict[str, Trial], name: str) -> None:
    trial = trials[file_name(name)]
    assert trial.passed, trial.text


@pytest.mark.parametrize("index", range(len(MUTANTS)), ids=[f"{one.rule}: {one.case}" for one in MUTANTS])
def test_a_broken_expression_is_noticed(trials: dict[str, Trial], index: int) -> None:
    trial = trials[f"mutant-{index}"]
    assert not trial.passed
    assert "FAILED" in trial.text
    assert "parse error" not in trial.text
