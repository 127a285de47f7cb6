"""`roam render` and `roam schema`: a tree with a manifest, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lab.pki import generate, write
from roaming.cli import app
from roaming.errors import RenderError
from roaming.load import load

LAB = Path(__file__).parents[2] / "lab" / "inventory"


def run(*words: str) -> str:
    result = CliRunner().invoke(app, words, catch_exceptions=True)
    if isinstance(result.exception, RenderError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def digests(tree: Path) -> dict[str, str]:
    files = (path for path in tree.rglob("*") if path.is_file() and path.name != "MANIFEST.json")
    return {str(path.relative_to(tree)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_manifest_lists_every_file_with_its_digest(tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = json.loads(run("render", "-i", str(LAB), "-o", str(out), "--json"))
    manifest = json.loads((out / "MANIFEST.json").read_text())["files"]
    assert manifest == digests(out)
    assert said["files"] == len(manifest)
    assert "hackney/hackney-proxy-1/etc/freeradius/3.0/clients.conf" in manifest


def test_the_same_inventory_renders_the_same_bytes(tmp_path: Path) -> None:
    run("render", "-i", str(LAB), "-o", str(tmp_path / "a"))
    run("render", "-i", str(LAB), "-o", str(tmp_path / "b"))
    assert (tmp_path / "a" / "MANIFEST.json").read_bytes() == (tmp_path / "b" / "MANIFEST.json").read_bytes()


def test_a_former_tree_is_replaced_as_a_whole(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("render", "-i", str(LAB), "-o", str(out))
    run("render", "-i", str(LAB), "-o", str(out), "--limit", "camden/town-hall")
    assert {name.split("/")[1] for name in digests(out)} == {"camden-th-ap1"}
    assert list(tmp_path.iterdir()) == [out]


def test_a_limit_names_several_parts(tmp_path: Path) -> None:
    limit = "camden/town-hall,hackney/hackney-home-?, federation"
    run("render", "-i", str(LAB), "-o", str(tmp_path / "out"), "--limit", limit)
    devices = {name.split("/")[1] for name in digests(tmp_path / "out")}
    assert devices == {"camden-th-ap1", "hackney-home-1", "hub-east", "hub-west"}


def test_foreign_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear aunt")
    with pytest.raises(RenderError, match="holds files that are not ours"):
        run("render", "-i", str(LAB), "-o", str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_limit_that_names_nothing_is_wrong_usage(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["render", "-i", str(LAB), "-o", str(tmp_path / "out"), "--limit", "atlantis"])
    assert result.exit_code == 2
    assert "--limit atlantis names no device" in result.output
    assert not (tmp_path / "out").exists()


def test_secrets_are_written_only_on_request_and_for_nobody_else(tmp_path: Path) -> None:
    write(generate(load(LAB).network), tmp_path / "secrets")
    plain, full = tmp_path / "plain", tmp_path / "full"
    run("render", "-i", str(LAB), "-o", str(plain), "--secrets", str(tmp_path / "secrets"))
    run("render", "-i", str(LAB), "-o", str(full), "--secrets", str(tmp_path / "secrets"), "--with-secrets")
    key = (tmp_path / "secrets" / "camden" / "agent").read_text().strip()
    clients = "camden/camden-rad-1/etc/freeradius/3.0/clients.conf"
    assert "<secret camden/agent>" in (plain / clients).read_text()
    assert not any(key in path.read_text() for path in plain.rglob("*") if path.is_file())
    assert key in (full / clients).read_text()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in full.rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert stat.S_IMODE(full.stat().st_mode) == 0o700


def test_the_schema_speaks_the_words_of_the_files() -> None:
    schema = json.loads(run("schema"))
    assert set(schema) == {"federation.yml", "wlans.yml", "boroughs/*.yml"}
    assert "with" in schema["boroughs/*.yml"]["$defs"]["SharedService"]["properties"]
    assert "2.4" in schema["wlans.yml"]["$defs"]["Bands"]["properties"]
