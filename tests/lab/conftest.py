"""The lab's own inventory, and one lab for all tests that need a whole federation: brought up once, down at the end."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from lab import life
from lab.engine import find_engine
from lab.folder import Folder, folder
from lab.images import Image, Workshop, ensure
from lab.pki import Material, generate
from lab.topology import Topology, lay_out, rewrite
from roaming.load import load
from tests.lab.federation import Federation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lab.engine import Engine
    from roaming.model.network import Network

# Two runs of the tests on one machine do not meet.
NAME = f"test-{os.getpid()}"


def ensurer(engine: Engine, where: Folder) -> Callable[[Image], str]:
    shop = Workshop(engine, where.root / "images", where.checkout / "requirements.txt", print)
    return lambda image: ensure(shop, image)


@pytest.fixture(scope="session")
def network(repository: Path) -> Network:
    return load(repository / "lab" / "inventory").network


@pytest.fixture(scope="session")
def topology(network: Network) -> Topology:
    return lay_out(network, "lab").topology


@pytest.fixture(scope="session")
def material(network: Network) -> Material:
    return generate(network)


@pytest.fixture
def where(tmp_path: Path, repository: Path, network: Network) -> Folder:
    """Return the folder of a lab that has no more than its inventory."""
    found = Folder(tmp_path, "lab")
    rewrite(repository / "lab" / "inventory", found.inventory, lay_out(network, "lab").places)
    return found


@pytest.fixture(scope="session")
def bare(repository: Path) -> Iterator[Federation]:
    """Return a lab that is up, and that nobody may push to before the tests of the bare federation have run."""
    where = folder(NAME)
    engine = find_engine(where.root)
    topology = life.up(engine, where, life.Order(repository / "lab" / "inventory", ensurer(engine, where)), print)
    yield Federation(engine, where, topology)
    life.down(engine, where)
