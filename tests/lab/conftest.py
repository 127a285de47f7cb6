"""One lab for all tests that need a whole federation: brought up once, taken down at the end."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from lab import life
from lab.engine import find_engine
from lab.folder import folder
from lab.images import Image, Workshop, ensure
from tests.lab.federation import Federation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lab.engine import Engine
    from lab.folder import Folder

# Two runs of the tests on one machine do not meet.
NAME = f"test-{os.getpid()}"


def ensurer(engine: Engine, where: Folder) -> Callable[[Image], str]:
    shop = Workshop(engine, where.root / "images", where.checkout / "requirements.txt", print)
    return lambda image: ensure(shop, image)


@pytest.fixture(scope="session")
def bare(repository: Path) -> Iterator[Federation]:
    """Return a lab that is up, and that nobody may push to before the tests of the bare federation have run."""
    where = folder(NAME)
    engine = find_engine(where.root)
    topology = life.up(engine, where, life.Order(repository / "lab" / "inventory", ensurer(engine, where)), print)
    yield Federation(engine, where, topology)
    life.down(engine, where)
