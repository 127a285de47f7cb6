"""Law 6 on controllers: the live key of a run is on the device, and in no log, not the device's own, and in no file."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.push.fifty import Fifty, controllers

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.daemon

KEY = "L1ve-k3y+of/this=run.0123456789"
SERVER = "radius server LON-camden-rad-1"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Fifty]:
    with controllers(tmp_path, 2, minute_s=2) as running:
        (tmp_path / "secrets" / "camden" / "wlc").write_text(KEY)
        yield running


def forms(value: str) -> tuple[str, ...]:
    octets = value.encode()
    shifted = (base64.b64encode(b"\0" * shift + octets).decode()[4:-4] for shift in range(3))
    return (value, octets.hex(), octets.hex().upper(), *shifted, value.replace("/", "\\/"), value.replace("+", "%2B"))


def leaks(text: str) -> list[str]:
    return [form for form in forms(KEY) if form in text]


def test_the_live_key_is_on_the_device_and_nowhere_else(two: Fifty) -> None:
    diff = two.roam("diff")
    push = two.roam("push", "--yes", "--report", str(two.root / "report.md"))
    assert push.returncode == 0, push.stdout + push.stderr
    again = two.roam("push", "--yes", "--json")
    for device in two.devices:
        assert device.secret_of(SERVER, "key") == KEY
        assert leaks(device.running_text()) == []
        assert leaks("\n".join(device.device_log())) == []
        assert any("hidekeys" in line for line in device.running_text().splitlines())
    assert [leaks(one.stdout + one.stderr) for one in (diff, push, again)] == [[], [], []]
    files = [path for path in two.root.rglob("*") if path.is_file() and "secrets" not in path.parts]
    assert len(files) > 5
    assert [str(path) for path in files if leaks(path.read_bytes().decode(errors="replace"))] == []
    assert not list(Path("/dev/shm").glob(f"roam-push-*{two.namespace}*"))  # noqa: S108  where private directories are


def test_a_changed_secret_is_sent_although_the_device_shows_ciphertext_only(two: Fifty) -> None:
    assert two.roam("push", "--yes").returncode == 0
    assert two.roam("diff").returncode == 0
    (two.root / "secrets" / "camden" / "wlc").write_text(KEY[::-1])
    assert two.roam("diff").returncode == 3
    assert two.roam("push", "--yes").returncode == 0
    assert [device.secret_of(SERVER, "key") for device in two.devices] == [KEY[::-1]] * 2
    assert two.roam("diff").returncode == 0


def test_a_controller_whose_log_would_show_the_key_is_not_changed(two: Fifty) -> None:
    former = two.running()[0]
    two.devices[0].console("configure terminal", "archive", "log config", "no hidekeys", "end", "write memory")
    push = two.roam("push", "--yes")
    assert push.returncode == 1
    words = "its own log keeps what is typed, keys too: set `hidekeys` in `archive`, `log config` first"
    assert f"camden-wlc-1: refused: {words}" in push.stdout
    assert SERVER not in former
    assert SERVER not in two.running()[0]
