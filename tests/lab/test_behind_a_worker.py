"""A borough that only its own machine reaches: the control container has no foot in its network, and pushes to it."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
import yaml

from lab import life
from lab.engine import find_engine
from lab.folder import folder
from lab.topology import CONTROL, Part
from tests.lab.conftest import ensurer
from tests.lab.federation import Federation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("worker")]

DEVICES = ("hackney-proxy-1", "hackney-home-1", "hackney-th-ap1", "hackney-sc-ap1", "hackney-sc-ap2")
WORKER = {
    "name": "hackney-worker",
    "address": "198.51.100.130",
    "credentials": {"user": "roam", "key": {"secret": "hackney/worker"}},
}
LONG = 16
PLANTED = "/var/tmp/planted"  # noqa: S108  in the container
SEARCH = """
find / /dev/shm /run /tmp -xdev -type f -newer /run/lab/ready -exec grep -lF -- "$1" {} + 2>/dev/null
for one in /proc/[0-9]*; do
    [ "$one" = "/proc/$$" ] || { cat "$one/cmdline" "$one/environ" | tr '\\0' '\\n' | grep -qF -- "$1" && echo "$one"; }
done 2>/dev/null
find /dev/shm /tmp -mindepth 1
exit 0
"""


@pytest.fixture(scope="module")
def closed(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    """Return a lab of Hackney alone, which lets in nobody but its worker; a controller is not reached through one."""
    inventory = tmp_path_factory.mktemp("closed") / "inventory"
    shutil.copytree(repository / "lab" / "inventory", inventory)
    hackney = inventory / "boroughs" / "hackney.yml"
    document = yaml.safe_load(hackney.read_text()) | {"worker": WORKER, "controllers": []}
    document["sites"] = [site for site in document["sites"] if site["slug"] != "central-library"]
    hackney.write_text(yaml.safe_dump(document, sort_keys=False))
    where = folder(f"test-worker-{os.getpid()}")
    engine = find_engine(where.root)
    order = life.Order(inventory, ensurer(engine, where), Part(frozenset({"hackney"})))
    topology = life.up(engine, where, order, print)
    yield Federation(engine, where, topology)
    life.down(engine, where)


@pytest.mark.parametrize("device", DEVICES)
def test_nobody_outside_reaches_a_device(closed: Federation, device: str) -> None:
    knock = ("nc", "-z", "-w", "3", str(closed.topology.node(device).address), "22")
    assert not closed.on(CONTROL, *knock).ok
    assert closed.on("hackney-worker", *knock).ok


def test_the_push_goes_through_the_worker(closed: Federation) -> None:
    before = closed.json("diff", "--limit", "hackney")
    assert len(before["devices"]) == len(DEVICES)
    done = closed.json("push", "--limit", "hackney", "--yes")
    assert {one["device"]: one["outcome"] for one in done["results"]} == dict.fromkeys(DEVICES, "changed")
    again = closed.roam("diff", "--limit", "hackney")
    assert again.rc == 0, again.out + again.err
    for device, service in (("hackney-home-1", "freeradius"), ("hackney-th-ap1", "hostapd")):
        assert closed.on(device, "service", service, "status").ok
    assert closed.roam("journal", "--verify").rc == 0


def test_the_worker_keeps_nothing(closed: Federation) -> None:
    kept = (path.read_text() for path in (closed.folder.secrets / "hackney").rglob("*") if path.is_file())
    values = {line for text in kept for line in text.splitlines() if len(line) >= LONG and "-----" not in line}
    patterns = "\n".join(sorted(values))
    assert closed.on("hackney-worker", "sh", "-c", SEARCH, "search", patterns).out == ""
    closed.shell("hackney-worker", f"echo {closed.secret('hackney/agent')} > {PLANTED}")
    assert closed.on("hackney-worker", "sh", "-c", SEARCH, "search", patterns).out == f"{PLANTED}\n"
