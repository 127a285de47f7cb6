"""Each rule lets a right inventory pass and names what is wrong in a wrong one, to the letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from roaming.load import load
from roaming.rules import RULES, Rule, check, document
from tests.edited import edited

CASES = Path(__file__).parent / "cases"
TODAY = date(2026, 11, 23)


@dataclass(frozen=True)
class Case:
    """An inventory, as edits of the minimal one, and every problem that it has."""

    rule: str
    why: str
    edits: tuple[tuple[str, str, str], ...]
    problems: tuple[str, ...]

    @classmethod
    def read(cls, rule: str, entry: dict[str, Any]) -> Case:
        edits = tuple((file, old, new) for file, old, new in entry["edit"])
        return cls(rule, entry["why"], edits, tuple(entry.get("problems", ())))


def _cases() -> list[Case]:
    files = sorted(CASES.glob("*.yml"))
    entries = [(path.stem, entry) for path in files for entry in yaml.safe_load(path.read_text(encoding="utf-8"))]
    return [Case.read(rule, entry) for rule, entry in entries]


ALL = _cases()


@pytest.mark.parametrize("case", ALL, ids=[f"{case.rule}: {case.why}" for case in ALL])
def test_says_exactly_what_is_wrong(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edited(tmp_path, case.edits)
    monkeypatch.chdir(tmp_path)
    problems = check(load(Path("inventory")), TODAY)
    lines = [str(problem).partition("\n")[0].removeprefix("inventory/") for problem in problems]
    assert lines == list(case.problems)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_has_a_case_that_passes_and_one_that_fails(rule: Rule) -> None:
    ours = [case for case in ALL if case.rule == rule.id]
    assert any(not case.problems for case in ours), "no passing case"
    assert any(f"[{rule.id}]" in line for case in ours for line in case.problems), "no failing case"


def test_every_case_file_is_named_for_a_rule() -> None:
    assert {case.rule for case in ALL} == {rule.id for rule in RULES}


def test_rules_are_explained_in_full() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.text.endswith("."), rule.id
        assert rule.why.endswith("."), rule.id
        assert rule.source, rule.id
        assert rule.fix, rule.id


def test_the_page_of_rules_is_the_table(repository: Path) -> None:
    assert (repository / "docs" / "rules.md").read_text(encoding="utf-8") == document(), (
        "python -c 'from roaming.rules import document; print(document(), end=str())' > docs/rules.md"
    )


def test_the_same_inventory_gives_the_same_problems_in_order(tmp_path: Path) -> None:
    edits = (
        ("wlans.yml", "ssid: GovWifi", "ssid: GovWiFi"),
        ("boroughs/hackney.yml", "realms: [hackney.gov.uk]", "realms: [camden.gov.uk]"),
        ("federation.yml", "site: west", "site: east"),
    )
    inventory = load(edited(tmp_path, edits))
    problems = check(inventory, TODAY)
    assert problems == check(inventory, TODAY)
    assert [(problem.file, problem.line) for problem in problems] == sorted((p.file, p.line) for p in problems)
