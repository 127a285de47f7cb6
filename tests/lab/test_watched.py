"""A watched lab for a command: the one that is up and is left as it was, or one that is there for the command alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import yaml

from lab import life
from lab.cli.watched import watched
from lab.engine import FakeEngine, State
from lab.errors import ContainerError
from lab.folder import Folder

if TYPE_CHECKING:
    from pathlib import Path

    from lab.engine import Result

ONLOOKERS = {"x-monitor", "x-prometheus", "x-alertmanager", "x-pager"}


@dataclass
class Engine(FakeEngine):
    """An engine that has every image, and starts what a compose file names."""

    def image_exists(self, tag: str) -> bool:
        del tag
        return True

    def compose_up(self, compose: Path, project: str) -> Result:
        services = yaml.safe_load(compose.read_text(encoding="utf-8"))["services"].values()
        names = [service["container_name"] for service in services]
        self.services = {name: State(name, "running", 0, 1, "image") for name in names}
        return super().compose_up(compose, project)


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def where(tmp_path: Path) -> Folder:
    (tmp_path / "requirements.txt").touch()
    return Folder(tmp_path, "x")


@pytest.fixture
def inventory(repository: Path) -> Path:
    return repository / "lab" / "inventory"


@pytest.fixture
def up(engine: Engine, where: Folder, inventory: Path) -> None:
    life.up(engine, where, life.Order(inventory, lambda image: f"image-{image}"), print)
    engine.calls.clear()


def _pushes(engine: Engine) -> int:
    return engine.calls.count(("exec", "x-control", "roam", "push", "--yes"))


def _observed(engine: Engine) -> int:
    return [call[1].rpartition("/")[2] for call in engine.calls if call[0] == "up"].count("observers.yml")


@pytest.mark.usefixtures("up")
def test_a_lab_that_is_up_is_watched_and_left_up(engine: Engine, where: Folder, tmp_path: Path) -> None:
    before = set(engine.running)
    with watched(engine, where, tmp_path / "nowhere", 0.05, print) as topology:
        assert set(engine.running) == before | ONLOOKERS
        assert topology.node("hub-east").name == "hub-east"
    assert set(engine.running) == before | ONLOOKERS
    assert _pushes(engine) == 0


@pytest.mark.usefixtures("up")
@pytest.mark.parametrize(("lost", "times"), [(None, 1), ("x-pager", 2), ("x-monitor", 2)])
def test_those_who_look_on_already_are_left_alone(
    engine: Engine, where: Folder, inventory: Path, lost: str | None, times: int
) -> None:
    with watched(engine, where, inventory, 0.05, print):
        pass
    if lost:
        engine.stop(lost)
    with watched(engine, where, inventory, 0.05, print):
        pass
    assert _observed(engine) == times


def test_without_a_lab_one_is_made_pushed_to_and_taken_down(engine: Engine, where: Folder, inventory: Path) -> None:
    with watched(engine, where, inventory, 0.05, print):
        assert set(engine.running) > ONLOOKERS
        assert _pushes(engine) == 1
    assert engine.running == {}
    assert not where.root.exists()


def test_a_lab_of_ones_own_is_taken_down_after_a_failure_too(engine: Engine, where: Folder, inventory: Path) -> None:
    failure = ContainerError("x-hub-east", "ended")
    with pytest.raises(ContainerError), watched(engine, where, inventory, 0.05, print):
        raise failure
    assert engine.running == {}
