"""`roam adopt` and `roam diff`, the real commands, against the simulated brownfield Catalyst over SSH."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Golden

HERE = Path(__file__).parent
SPACE = ["unshare", "--net", *(["--map-root-user"] if os.geteuid() else [])]


def _spaces() -> bool:
    """Whether this user may make a network namespace."""
    return subprocess.run([*SPACE, "true"], capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> dict[str, Any]:
    """Return what the commands said: tests/adopt/brownfield.py runs them in a network namespace."""
    if not _spaces():
        pytest.skip("a network namespace needs root, or user namespaces")
    words = [*SPACE, sys.executable, str(HERE / "brownfield.py"), str(tmp_path_factory.mktemp("brownfield"))]
    environment = {**os.environ, "PYTHONPATH": str(repository)}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment, timeout=120)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_before_the_adoption_a_diff_would_take_everything_away(said: dict[str, Any]) -> None:
    assert said["diff before"]["status"] == 3
    assert "WLAN govroam (LON-govroam) is removed: its clients are sent away" in said["diff before"]["out"]


def test_after_it_a_diff_is_empty(said: dict[str, Any]) -> None:
    assert said["adopt"]["status"] == 0
    assert said["diff"] == {"status": 0, "out": "1 device read: nothing differs\n", "err": ""}


def test_each_exception_that_is_taken_out_is_a_diff_to_review(said: dict[str, Any]) -> None:
    found = said["diff without an exception"]
    assert found["status"] == 3
    changed = [
        line for line in found["out"].splitlines() if line.startswith(("+", "-")) and line[:3] not in {"---", "+++"}
    ]
    assert changed == ["- timeout 5"]


def test_without_a_place_to_write_it_shows_the_same(said: dict[str, Any]) -> None:
    assert said["shown"]["status"] == 0
    assert said["shown"]["out"].startswith("--- boroughs/eastmarsh.yml\n+++ boroughs/eastmarsh.yml\n")
    account = said["adopt"]["out"].partition("\nwritten: ")[0]
    assert said["shown"]["out"].endswith(f"\n{account}")


def test_the_list(said: dict[str, Any], golden: Golden) -> None:
    golden("adopt/brownfield-over-ssh.txt", said["adopt"]["out"].partition("\nwritten: ")[0])


def test_for_machines(said: dict[str, Any]) -> None:
    found = json.loads(said["json"]["out"])
    assert sorted(found) == ["adopted", "device", "file", "foreign_lines", "left", "secrets"]
    assert found["file"] == "boroughs/eastmarsh.yml"
    assert found["foreign_lines"] == 684
    assert {"what", "why"} <= set(found["left"][0])


def test_what_is_written_is_a_sound_inventory_and_adopting_again_changes_nothing(said: dict[str, Any]) -> None:
    assert said["check"]["status"] == 0
    assert said["again"]["status"] == 0
    assert said["again"]["out"].startswith("\neastmarsh-wlc: adopted ")


def test_a_push_then_changes_that_line_and_no_other(said: dict[str, Any]) -> None:
    assert said["push"]["status"] == 0, said["push"]
    assert said["changed"]["out"] == ["-  timeout 5"]
    assert said["diff after the push"]["status"] == 0


def test_the_device_is_only_read(said: dict[str, Any]) -> None:
    assert said["untouched"]["status"] == 0
