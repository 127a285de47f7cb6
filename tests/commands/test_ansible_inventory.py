"""Our devices as an inventory for Ansible, asked for by Ansible's own command."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import roaming.cli
from roaming.cli.ansible_inventory import as_ansible, group_name
from roaming.load import load
from tests.conftest import REPOSITORY

PROGRAMS = Path(sys.executable).parent
SCRIPT = REPOSITORY / "playbooks/inventory/roam"


def ask(tmp_path: Path, inventory: str, *words: str) -> str:
    """Ask the real ansible-inventory."""
    path = f"{PROGRAMS}:{os.environ['PATH']}"
    known = {"PATH": path, "HOME": str(tmp_path), "LANG": "C.UTF-8", "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        [PROGRAMS / "ansible-inventory", "-i", SCRIPT, *words],
        env=known | {"ROAM_INVENTORY": str(REPOSITORY / inventory)},
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert "WARNING" not in done.stderr
    return done.stdout


def test_list_shows_boroughs_and_kinds_as_groups(tmp_path: Path) -> None:
    found = json.loads(ask(tmp_path, "inventory", "--list"))
    boroughs = {group_name(path.stem) for path in (REPOSITORY / "inventory/boroughs").glob("*.yml")}
    groups = set(found["all"]["children"]) - {"ungrouped"}
    assert len(boroughs) == 33
    assert groups == boroughs | {"federation", "radius_servers", "hubs", "access_points", "controllers"}
    assert all(re.fullmatch(r"[a-z_][a-z0-9_]*", group) for group in groups)
    hosts = set(found["_meta"]["hostvars"])
    assert {host for group in boroughs | {"federation"} for host in found[group]["hosts"]} == hosts
    assert {host for group in groups - boroughs - {"federation"} for host in found[group]["hosts"]} == hosts


def test_graph_shows_each_device_below_its_borough(tmp_path: Path) -> None:
    lines = ask(tmp_path, "lab/inventory", "--graph", "hackney").splitlines()
    assert lines[0] == "@hackney:"
    assert "  |--hackney-home-1" in lines


def test_host_shows_what_is_needed_and_no_secret(tmp_path: Path) -> None:
    assert json.loads(ask(tmp_path, "lab/inventory", "--host", "camden-th-ap1")) == {
        "ansible_host": "10.7.1.11",
        "ansible_port": 22,
        "ansible_user": "roam",
        "borough": "camden",
        "platform": "hostapd",
        "site": "town-hall",
        "version": "2.10",
    }


def test_no_name_of_a_secret_is_in_it() -> None:
    network = load(REPOSITORY / "inventory").network
    said = json.dumps(as_ansible(network))
    assert "camden-rad-1" in said
    assert "/ssh" not in said
    assert "secret" not in said


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        ([], 2, "give either --list or --host NAME"),
        (["--list", "--host", "camden-rad-1"], 2, "give either --list or --host NAME"),
        (["--host", "camden-rad-9"], 1, "the inventory has no device camden-rad-9"),
    ],
)
def test_wrong_usage(words: list[str], status: int, message: str) -> None:
    given = ["ansible-inventory", "-i", str(REPOSITORY / "lab/inventory"), *words]
    result = CliRunner().invoke(roaming.cli.app, given)
    assert result.exit_code == status
    assert message in (result.output + str(result.exception))
