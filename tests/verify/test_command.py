"""`roam verify` at its edges; nothing is sent, for no login can be resolved."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from roaming.cli import app
from roaming.errors import VerifyError

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


@pytest.fixture
def roam(repository: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    for name in ("ROAM_SECRETS", "ROAM_KNOWN_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    return CliRunner(env={"ROAM_INVENTORY": str(repository / "lab" / "inventory")})


def run(roam: CliRunner, *words: str) -> Result:
    return roam.invoke(app, ["verify", *words])


def test_json_without_secrets(roam: CliRunner) -> None:
    result = run(roam, "--json", "--limit", "hackney/town-hall")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert document["passed"] is False
    assert {(one["verdict"], one["reason"], one["milliseconds"]) for one in document["results"]} == {
        ("fail", "secret-missing", None)
    }
    assert all(one["identity"].startswith(f"roam-{document['run']}-") for one in document["results"])


def test_a_table_without_secrets(roam: CliRunner) -> None:
    result = run(roam, "--limit", "hackney/town-hall", "--method", "tls")
    assert result.exit_code == 1
    assert "✗ the agent's login is missing: hackney/ssh is in no secret store" in result.stdout
    assert "0 of 4 as they should be" in result.stdout
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize(
    "words",
    [("--method", "md5"), ("--expect", "luck"), ("--timeout", "0"), ("--retry-for", "-1"), ("--no-such-option",)],
)
def test_wrong_usage(roam: CliRunner, words: tuple[str, ...]) -> None:
    assert run(roam, *words).exit_code == 2


def test_a_limit_that_is_not_there(roam: CliRunner) -> None:
    result = run(roam, "--limit", "croydon")
    assert isinstance(result.exception, VerifyError)
    assert str(result.exception) == "--limit croydon: there is no borough 'croydon'"
