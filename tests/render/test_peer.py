"""The peer that `make bench` renders beside us writes what we write: else it would be another piece of work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.large_inventory import grow
from benchmarks.peer import Peer
from roaming.load import load
from roaming.model.bundle import DeviceKind
from roaming.render import render

if TYPE_CHECKING:
    from pathlib import Path


def test_the_peer_of_the_benchmark_writes_the_same_access_points(repository: Path, tmp_path: Path) -> None:
    grow(repository / "inventory", tmp_path / "inventory", 500)
    devices = render(load(tmp_path / "inventory").network).devices
    ours = {
        (device.name, str(file.path)): file.text()
        for device in devices
        if device.kind is DeviceKind.ACCESS_POINT
        for file in device.files
    }
    theirs = {(name, path): text for name, path, text in Peer(tmp_path / "inventory").files()}
    assert theirs == ours
