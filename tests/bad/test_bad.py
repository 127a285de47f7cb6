"""Bad inventories: each says what is wrong in exactly these words, with file and line, and nothing is written.

A case is a directory: `case.yml` (what it is; edits of the minimal inventory; what is removed), or whole files below
`inventory/` that stand in place of the minimal ones, and `expected.txt`. `pytest --update` writes the latter.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

import roaming.cli
from roaming.load import schema
from roaming.load.wording import FORMS
from tests.edited import edited

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
A_FEW = ("alias", "deep-nesting", "not-utf-8", "two-boroughs-one-realm", "yaml-bomb")
SAID = re.compile(r"inventory(/[^:]+)?:[1-9][0-9]*: (error|warning): .+ \[[a-z0-9-]+\]|    fix: .+")

every_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


def _described(case: Path) -> dict[str, Any]:
    path = case / "case.yml"
    described: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
    return described


@pytest.fixture
def inventory(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    described = _described(case)
    edited(tmp_path, [(file, old, new) for file, old, new in described.get("edit", ())])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    if (case / "inventory").exists():
        shutil.copytree(case / "inventory", "inventory", dirs_exist_ok=True)
    for name in described.get("remove", ()):
        path = Path(name)
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for old, new in described.get("rename", ()):
        Path(old).rename(new)
    return Path("inventory")


def _expected(case: Path, said: str, config: pytest.Config) -> str:
    path = case / "expected.txt"
    if config.getoption("--update"):
        path.write_text(said, encoding="utf-8")
    return path.read_text(encoding="utf-8")


def _without_summary(said: str) -> str:
    return said[: said.rindex("\n\n") + 1]


@every_case
def test_check_says_exactly_what_is_wrong(case: Path, inventory: Path, request: pytest.FixtureRequest) -> None:
    result = CliRunner().invoke(roaming.cli.app, ["check", "-i", str(inventory)])
    said = _without_summary(result.stdout)
    assert said == _expected(case, said, request.config)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert [line for line in said.splitlines() if not SAID.fullmatch(line)] == []


@every_case
def test_nothing_is_written(
    case: Path, inventory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(Path().rglob("*"))
    monkeypatch.setattr(sys, "argv", ["roam", "render", "-i", str(inventory), "-o", "out"])
    with pytest.raises(SystemExit) as stopped:
        roaming.cli.main()
    said = capsys.readouterr()
    assert stopped.value.code == 1
    assert _without_summary(said.err) == (case / "expected.txt").read_text(encoding="utf-8")
    assert said.out == ""
    assert sorted(Path().rglob("*")) == before


@pytest.mark.parametrize("case", [case for case in CASES if case.name in A_FEW], ids=lambda case: case.name)
def test_the_command_itself_ends_with_1_and_no_traceback(case: Path, inventory: Path, repository: Path) -> None:
    command = [sys.executable, "-m", "roaming.cli", "check", "-i", str(inventory.absolute())]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=60, check=False)
    said = done.stdout.replace(f"{inventory.absolute()}", "inventory")
    assert done.returncode == 1
    assert _without_summary(said) == (case / "expected.txt").read_text(encoding="utf-8")
    assert done.stderr == ""


def test_there_are_cases_enough() -> None:
    assert len(CASES) >= 45


def test_every_case_says_why_it_is_bad() -> None:
    assert [case.name for case in CASES if not _described(case).get("why")] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "--explain", "realm-uniqe"], "there is no rule 'realm-uniqe'; there is realm-unique"),
        (["check", "--limit", "nowhere"], "there is no nowhere: give borough, borough/site or borough/site/device"),
        (["check", "--format", "xml"], "'xml' is not one of 'text', 'json', 'sarif'"),
        (["check", "--inventary", "x"], "No such option: --inventary"),
        (["check", "lab"], "Got unexpected extra argument"),
        (["chek"], "No such command 'chek'"),
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str], said: str, repository: Path) -> None:
    place = ["-i", str(repository / "tests" / "minimal")] if arguments[0] == "check" else []
    result = CliRunner().invoke(roaming.cli.app, [*arguments, *place])
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_every_pattern_of_the_model_has_words() -> None:
    assert set(_patterns(schema())) == set(FORMS)


def _patterns(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["pattern"]] if isinstance(value.get("pattern"), str) else []
        return own + [pattern for item in value.values() for pattern in _patterns(item)]
    if isinstance(value, list):
        return [pattern for item in value for pattern in _patterns(item)]
    return []
