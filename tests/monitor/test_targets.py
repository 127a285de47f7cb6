"""What the monitor finds in an inventory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from typer.testing import CliRunner

from monitor.cli import app
from monitor.discover import targets
from monitor.target import TargetKind
from roaming.load import load

if TYPE_CHECKING:
    from collections.abc import Sequence

REPOSITORY = Path(__file__).parents[2]


def run(words: Sequence[str]) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result.output


def test_everything_of_the_inventory_is_watched_once() -> None:
    network = load(REPOSITORY / "inventory").network
    found = targets(network)
    names = [target.name for target in found]
    assert len(names) == len(set(names))
    assert sum(target.kind is TargetKind.HUB for target in found) == len(network.hubs)
    assert sum(target.kind is TargetKind.AGENT for target in found) == len(network.boroughs)
    assert sum(target.kind is TargetKind.ACCESS_POINT for target in found) == len(list(network.access_points()))


def test_service_discovery_has_prometheus_form() -> None:
    groups = json.loads(run(["targets", "-i", str(REPOSITORY / "lab" / "inventory"), "--json"]))
    hub = next(group for group in groups if group["labels"]["name"] == "hub-east")
    assert hub["targets"] == ["10.0.0.10"]
    assert hub["labels"] == {
        "name": "hub-east",
        "kind": "hub",
        "borough": "federation",
        "site": "data-centre-east",
    }


def test_the_table_names_every_hub() -> None:
    assert "hub-west" in run(["targets", "-i", str(REPOSITORY / "lab" / "inventory")])
