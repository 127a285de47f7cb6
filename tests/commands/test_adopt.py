"""`roam adopt` as far as it goes without a device: no address here is ever dialled."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from roaming.cli import app
from roaming.cli.adopt import adopted
from roaming.errors import RoamingError
from roaming.load import load
from roaming.model.bundle import RemoteFile
from roaming.push.reading import Reader
from roaming.transport import Access, NetmikoDialler
from roaming.transport.fake import FakeDialler, FakeSession
from tests.adopt.test_access_point import BY_HAND
from tests.edited import MINIMAL

INVENTORY = Path(__file__).parents[1] / "adopt" / "inventory"


def run(*words: str, secrets: Path | None = None) -> Result:
    environment = {"ROAM_KNOWN_HOSTS": None, "ROAM_SECRETS": str(secrets) if secrets else None}
    return CliRunner(env=environment).invoke(app, ["adopt", *words, "-i", str(INVENTORY)])


@pytest.mark.parametrize("name", ["nobody", "eastmarsh-rad-1", "hub-east"])
def test_only_controllers_and_access_points_are_adopted(name: str) -> None:
    result = run(name)
    assert result.exit_code == 2
    assert "is no controller and no standalone access point" in " ".join(result.stderr.replace("│", "").split())


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run("eastmarsh-wlc", "-o", str(tmp_path))
    assert result.exit_code == 2
    assert "is there and not empty" in " ".join(result.stderr.replace("│", "").split())
    assert run("eastmarsh-wlc", "-o", str(tmp_path / "file")).exit_code == 2


def test_a_device_without_a_login_is_not_adopted(tmp_path: Path) -> None:
    result = run("eastmarsh-wlc", "-o", str(tmp_path / "out"), secrets=tmp_path)
    assert isinstance(result.exception, RoamingError)
    assert "eastmarsh/wlc-login is in no secret store" in str(result.exception)
    assert not (tmp_path / "out").exists()


def test_an_access_point_is_read_and_adopted() -> None:
    files = {path: RemoteFile(text.encode(), 0o600, "root", "root") for path, text in BY_HAND.items()}
    way = Access("camden-th-ap1", "10.7.1.11", 22, "roam")
    reader = Reader(FakeDialler({way.device: FakeSession(files)}), NetmikoDialler())
    adoption = adopted(load(MINIMAL), MINIMAL, way, reader)
    assert adoption.file == "boroughs/camden.yml"
    assert "uplink enp1s0 (was eth0)" in adoption.adopted


def test_an_unknown_host_is_not_adopted(tmp_path: Path) -> None:
    (tmp_path / "eastmarsh").mkdir()
    (tmp_path / "eastmarsh" / "wlc-login").write_text("made-up")
    (tmp_path / "eastmarsh" / "wlc-login").chmod(0o600)
    result = run("eastmarsh-wlc", secrets=tmp_path)
    assert isinstance(result.exception, RoamingError)
    assert "its host key is not known" in str(result.exception)
