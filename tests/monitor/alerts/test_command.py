"""`roam-monitor alerts`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from typer.testing import CliRunner

from monitor.cli import app
from monitor.errors import SettingError
from roaming.load import load

if TYPE_CHECKING:
    from typer.testing import Result

REPOSITORY = Path(__file__).parents[3]


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["alerts", *words])


def written(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    rules, configuration = (
        yaml.safe_load((folder / name).read_text()) for name in ("roaming.rules.yml", "alertmanager.yml")
    )
    return rules, configuration


def test_every_borough_of_london_has_a_receiver(tmp_path: Path) -> None:
    result = run("-i", str(REPOSITORY / "inventory"), "-o", str(tmp_path / "new" / "folder"))
    assert result.exit_code == 0, result.output
    _, configuration = written(tmp_path / "new" / "folder")
    boroughs = {one.slug: str(one.borough.contact) for one in load(REPOSITORY / "inventory").network.boroughs}
    receivers = {one["name"]: one["email_configs"][0]["to"] for one in configuration["receivers"]}
    assert boroughs.items() <= receivers.items()
    assert set(receivers) - set(boroughs) == {"operator", "watchdog"}


def test_the_lab_has_a_webhook_and_short_times(tmp_path: Path) -> None:
    options = ("--scale", "0.05", "--webhook", "http://127.0.0.1:1/x", "--runbooks", "https://books.example/r/")
    result = run("-i", str(REPOSITORY / "lab" / "inventory"), "-o", str(tmp_path), *options)
    assert result.exit_code == 0, result.output
    rules, configuration = written(tmp_path)
    home = next(one for one in rules["groups"][0]["rules"] if one.get("alert") == "HomeBoroughUnreachable")
    assert home["for"] == "6s"
    assert home["annotations"]["runbook_url"] == "https://books.example/r/HomeBoroughUnreachable.md"
    assert {one["webhook_configs"][0]["url"] for one in configuration["receivers"]} == {"http://127.0.0.1:1/x"}


def test_the_failover_is_that_of_the_inventory(tmp_path: Path) -> None:
    run("-i", str(REPOSITORY / "lab" / "inventory"), "-o", str(tmp_path), "--scale", "1")
    target = load(REPOSITORY / "lab" / "inventory").network.federation.failover_target
    assert target == "45s"
    assert "roaming:hub:up[390s]" in (tmp_path / "roaming.rules.yml").read_text()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("-i", str(REPOSITORY / "lab" / "inventory"), "-o", str(tmp_path / "file"))
    assert isinstance(result.exception, SettingError)
    assert str(result.exception) == f"cannot write to {tmp_path / 'file'}: File exists"


@pytest.mark.parametrize("scale", ["0", "-1", "nan"])
def test_a_scale_that_is_none_is_refused(tmp_path: Path, scale: str) -> None:
    result = run("-i", str(REPOSITORY / "lab" / "inventory"), "-o", str(tmp_path), "--scale", scale)
    assert str(result.exception) == f"scale must be a positive number, not {float(scale):g}"
    assert not list(tmp_path.iterdir())
