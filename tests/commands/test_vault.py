"""The commands with all secrets in one vault: the same files as from a directory; plain words when it stays shut."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from lab.pki import generate, write
from roaming.cli import app
from roaming.errors import SecretError
from roaming.load import load

LAB = Path(__file__).parents[2] / "lab" / "inventory"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a place with the lab's secrets twice: `secrets/`, and `vault.yml` with its password."""
    place = tmp_path_factory.mktemp("kept")
    write(generate(load(LAB).network), place / "secrets")
    files = [path for path in (place / "secrets").rglob("*") if path.is_file()]
    names = {path: str(path.relative_to(place / "secrets")).removesuffix(".pem") for path in files}
    (place / "vault.yml").write_text(yaml.safe_dump({name: path.read_text() for path, name in names.items()}))
    (place / "password").write_text("correct horse\n")
    (place / "password").chmod(0o600)
    program = str(Path(sys.executable).with_name("ansible-vault"))
    command = [program, "encrypt", "--vault-password-file", str(place / "password"), str(place / "vault.yml")]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return place


def run(*words: str, **environ: str) -> Result:
    return CliRunner(env={"ROAM_KNOWN_HOSTS": None, **environ}).invoke(app, [*words, "-i", str(LAB)])


def contents(tree: Path) -> dict[str, bytes]:
    return {str(path.relative_to(tree)): path.read_bytes() for path in tree.rglob("*") if path.is_file()}


def test_a_vault_fills_the_same_files_as_a_directory(kept: Path, tmp_path: Path) -> None:
    plain, vault = tmp_path / "plain", tmp_path / "vault"
    run("render", "--with-secrets", "-o", str(plain), "--secrets", str(kept / "secrets"))
    opened = ["--secrets", str(kept / "vault.yml"), "--vault-password-file", str(kept / "password")]
    result = run("render", "--with-secrets", "-o", str(vault), *opened)
    assert result.exit_code == 0, result.output
    assert contents(plain) == contents(vault)


def test_what_needs_no_secret_needs_no_password(kept: Path, tmp_path: Path) -> None:
    assert run("render", "-o", str(tmp_path / "out"), "--secrets", str(kept / "vault.yml")).exit_code == 0


@pytest.mark.parametrize("command", ["diff", "push --yes", "verify", "render --with-secrets -o out"])
def test_a_vault_that_stays_shut_stops_the_command(
    command: str, kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    wrong = tmp_path / "wrong"
    wrong.write_text("battery staple\n")
    wrong.chmod(0o600)
    result = run(*command.split(), ROAM_SECRETS=str(kept / "vault.yml"), ROAM_VAULT_PASSWORD_FILE=str(wrong))
    assert isinstance(result.exception, SecretError)
    assert str(result.exception) == (
        f"the vault {kept / 'vault.yml'} does not open: its password is another one, or the file is damaged"
    )
    assert result.output == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["wrong"]


def test_the_password_may_stand_in_the_environment(kept: Path, tmp_path: Path) -> None:
    environ = {"ROAM_SECRETS": str(kept / "vault.yml"), "ROAM_VAULT_PASSWORD": "correct horse"}
    result = run("diff", "--limit", "hackney", "--state", str(tmp_path), **environ)
    assert "6 could not be read" in result.stdout
    assert "secret store" not in result.output
