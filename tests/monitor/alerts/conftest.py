"""The container in which promtool and Alertmanager run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.images import Image
from tests.daemons.conftest import box

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.daemons.conftest import Box


@pytest.fixture(scope="session")
def prometheus_box(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Box]:
    """Start a container with Debian's Prometheus and Alertmanager."""
    with box(tmp_path_factory.mktemp("alerts"), repository, Image.DEBIAN_13) as one:
        yield one
