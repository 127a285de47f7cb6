"""The page of metrics is what the table says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.metrics import document
from monitor.metrics.catalogue import series
from monitor.passive.logs import LogKind
from monitor.passive.traps import Trap
from monitor.sample import family

if TYPE_CHECKING:
    from pathlib import Path


def test_the_page_is_fresh(repository: Path) -> None:
    assert (repository / "docs" / "metrics.md").read_text() == document(), "run make docs"


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("roaming_auth_total", 2 * 33 * 33 * 4),
        ("roaming_auth_pair_seconds", 33 * 33 * 2),
        ("roaming_auth_home_seconds", 33 * 2 * 13),
        ("roaming_probe_reason", 33 * 33),
        ("roaming_radio_clients", 20_000),
        ("roaming_server_up", 68),
        ("roaming_traps_total", 50 * len(Trap)),
        ("roaming_log_lines_total", len(LogKind) * 3),
        ("roaming_probe_interval_seconds", 1),
    ],
)
def test_series_are_counted_by_what_their_labels_name(name: str, count: int) -> None:
    assert series(family(name)) == count
