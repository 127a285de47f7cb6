"""`roam-lab` as people type it: what goes wrong is one plain sentence, and nothing is written."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from lab.radio.guest import cache_folder

if TYPE_CHECKING:
    from pathlib import Path

ABSENT = "no-such-lab"


def _lab(repository: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lab.cli", *words]
    given = {**os.environ, "PYTHONPATH": str(repository), **environ}
    return subprocess.run(command, cwd=repository, env=given, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "words",
    [
        ("status", "--name", ABSENT),
        ("fault", "clear", "--name", ABSENT),
        ("watch", "--name", ABSENT),
        ("exec", "--name", ABSENT, "--", "roam", "verify"),
    ],
)
def test_without_a_lab_a_command_says_what_makes_one(repository: Path, words: tuple[str, ...]) -> None:
    found = _lab(repository, *words)
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr == f"roam-lab: there is no lab {ABSENT}: `roam-lab up` makes one\n"
    assert not (repository / ".lab" / ABSENT).exists()


LOOK_ON = "is for those who look on: give --watch too, or use `roam-lab watch` later"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "A real RADIUS federation in containers"),
        (("up", "--subnet", "10.0.0.1/8"), "--subnet"),
        (("up", "--subnet", "8.8.0.0/16"), "is not a private range"),
        (("up", "--without", "roof"), "'roof' is not one of"),
        (("up", "--scale", "0.1", "-i", "nowhere", "--name", ABSENT), f"Invalid value for --scale: {LOOK_ON}"),
        (("up", "--grafana", "-i", "nowhere", "--name", ABSENT), f"Invalid value for --grafana: {LOOK_ON}"),
        (("watch", "--scale", "0"), "--scale"),
        (("fault",), "Missing argument 'KIND:NODE'"),
        (("dance",), "No such command 'dance'"),
    ],
)
def test_wrong_usage_is_2(repository: Path, words: tuple[str, ...], message: str) -> None:
    found = _lab(repository, *words, LAB_ENGINE="podman", COLUMNS="200")
    assert found.returncode == 2
    assert message in found.stdout + found.stderr


def test_a_row_that_is_not_in_the_table_is_said_before_anything_is_made(repository: Path) -> None:
    found = _lab(repository, "alarms", "--name", ABSENT, "--only", "flood")
    assert found.returncode == 1
    assert found.stderr.startswith("roam-lab: there is no row 'flood'; there are two-boroughs, ")
    assert not (repository / ".lab" / ABSENT).exists()


def test_an_inventory_with_problems_is_refused_with_all_of_them(repository: Path, tmp_path: Path) -> None:
    found = _lab(repository, "up", "-i", str(tmp_path), "--name", ABSENT)
    assert found.returncode == 1
    assert "federation.yml:1: error: the file cannot be read" in found.stderr
    assert "Traceback" not in found.stderr
    assert not (repository / ".lab" / ABSENT).exists()


def test_a_name_that_is_no_name_is_refused(repository: Path) -> None:
    found = _lab(repository, "down", "--name", "../etc")
    assert found.returncode == 1
    assert found.stderr.startswith("roam-lab: a lab's name has lower-case letters")


def test_an_engine_that_is_not_there_is_said(repository: Path) -> None:
    found = _lab(repository, "up", "-i", "lab/inventory", "--name", ABSENT, LAB_ENGINE="rocket")
    assert found.returncode == 1
    assert "LAB_ENGINE is 'rocket': it is podman or docker" in found.stderr
    assert not (repository / ".lab" / ABSENT).exists()


def test_every_command_helps_with_an_example(repository: Path) -> None:
    for verb in ("up", "down", "status", "exec", "fault", "demo", "images"):
        found = _lab(repository, verb, "--help", COLUMNS="200")
        assert found.returncode == 0
        assert "Example: roam-lab" in found.stdout, verb


@pytest.mark.parametrize("verb", ["demo", "alarms", "panels"])
def test_what_tells_of_devices_by_name_needs_no_inventory(repository: Path, verb: str) -> None:
    found = _lab(repository, verb, "--help", COLUMNS="200", ROAM_INVENTORY="elsewhere")
    assert "[default: lab/inventory]" in " ".join(found.stdout.split())


@pytest.mark.lab
def test_down_of_nothing_is_no_error_and_leaves_nothing(repository: Path) -> None:
    found = _lab(repository, "down", "--name", ABSENT)
    assert (found.returncode, found.stdout) == (0, f"lab {ABSENT} is not up\n")
    assert not (repository / ".lab" / ABSENT).exists()


@pytest.mark.lab
def test_listing_the_images_leaves_no_file(repository: Path) -> None:
    kept = (repository / ".lab" / "lab" / "mapping.json").exists()
    found = _lab(repository, "images")
    assert found.returncode == 0
    guests = f"{cache_folder()}{os.sep}"
    assert all(line.startswith(("localhost/seamless-wifi/", guests)) for line in found.stdout.splitlines())
    assert (repository / ".lab" / "lab").exists() == kept
