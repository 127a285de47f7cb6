"""Simulated controllers at an inventory's addresses, in a network namespace of the test's own, and `roam` there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lab.devices import RemoteCatalyst
from lab.pki import generate, write
from roaming.load import load

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).parents[2]
CONTROLLER = """\
  - name: camden-wlc-{number}
    platform: iosxe
    version: "17.12.4"
    address: {address}
    owns: {{prefix: LON-}}
    secret: {{secret: camden/wlc}}
    credentials: {{user: roam, password: {{secret: camden/wlc-login}}}}
"""


ACCESS_POINT = """\
      - name: camden-th-c{number}
        controller: camden-wlc-{number}
        ethernet_mac: "02:00:0a:09:00:{number:02x}"
        radio_mac: "02:10:0a:09:{number:02x}:00"
"""


@dataclass(frozen=True)
class Fifty:
    """The controllers, by their place, and a `roam` that reaches them."""

    namespace: str
    root: Path
    devices: tuple[RemoteCatalyst, ...]
    names: tuple[str, ...]

    def roam(self, *words: str, state: str = "state") -> subprocess.CompletedProcess[str]:
        """Run `roam` beside the controllers."""
        where = ["-i", str(self.root / "inventory"), "--secrets", str(self.root / "secrets")]
        where += ["--known-hosts", str(self.root / "known_hosts"), "--state", str(self.root / state)]
        where += ["--limit", "camden/camden-wlc-*"]
        command = ["ip", "netns", "exec", self.namespace, sys.executable, "-m", "roaming.cli", *words]
        return subprocess.run(
            [*command, *where], check=False, capture_output=True, text=True, cwd=REPOSITORY, timeout=300
        )

    def json(self, *words: str, status: int) -> dict[str, Any]:
        """Run `roam` for its JSON, and see that it ends with a status."""
        done = self.roam(*words, "--json")
        assert done.returncode == status, done.stdout + done.stderr
        return dict(json.loads(done.stdout))

    def running(self) -> list[str]:
        """Return what every controller runs."""
        return [device.running_text() for device in self.devices]


def addresses(count: int) -> tuple[str, ...]:
    """Return the addresses of the controllers; they exist in the namespace only."""
    return tuple(f"10.213.9.{place + 1}" for place in range(count))


@contextmanager
def controllers(root: Path, count: int, minute_s: float) -> Iterator[Fifty]:
    """Run the controllers."""
    namespace = f"roam-fifty-{os.getpid()}"
    places = addresses(count)
    _write_inventory(root, places)
    subprocess.run(["ip", "netns", "add", namespace], check=True)
    try:
        lines = ["link set lo up", *(f"addr add {address}/32 dev lo" for address in places)]
        subprocess.run(["ip", "-n", namespace, "-batch", "-"], input="\n".join(lines), text=True, check=True)
        with _fleet(namespace, root, places, minute_s) as (data, control):
            _write_access(root, data)
            devices = tuple(RemoteCatalyst(control, place) for place in range(count))
            yield Fifty(namespace, root, devices, tuple(f"camden-wlc-{place + 1}" for place in range(count)))
    finally:
        subprocess.run(["ip", "netns", "del", namespace], check=True)


@contextmanager
def _fleet(
    namespace: str, root: Path, places: tuple[str, ...], minute_s: float
) -> Iterator[tuple[dict[str, Any], Path]]:
    state = root / "fleet.json"
    names = ",".join(f"camden-wlc-{place + 1}" for place in range(len(places)))
    command = ["ip", "netns", "exec", namespace, sys.executable, "-m", "lab.devices", "--names", names, "--until-eof"]
    command += ["--addresses", ",".join(places), "--port", "22", "--state", str(state), "--minute-s", str(minute_s)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=REPOSITORY) as process:
        deadline = time.monotonic() + 60
        while not state.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail("the simulated controllers do not start")
            time.sleep(0.05)
        data = json.loads(state.read_text())
        try:
            yield data, Path(data["control"])
        finally:
            if process.stdin is not None:
                process.stdin.close()
            process.wait(20)


def _write_inventory(root: Path, places: tuple[str, ...]) -> None:
    for source in (REPOSITORY / "lab" / "inventory").rglob("*.yml"):
        target = root / "inventory" / source.relative_to(REPOSITORY / "lab" / "inventory")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(source.read_text())
    camden = root / "inventory" / "boroughs" / "camden.yml"
    blocks = (CONTROLLER.format(number=place + 1, address=address) for place, address in enumerate(places))
    text = camden.read_text().replace("\nsites:\n", f"\ncontrollers:\n{''.join(blocks)}\nsites:\n")
    points = "".join(ACCESS_POINT.format(number=place + 1) for place in range(len(places)))
    camden.write_text(text.replace("    access_points:\n", f"    access_points:\n{points}", 1))


def _write_access(root: Path, data: dict[str, Any]) -> None:
    write(generate(load(root / "inventory").network), root / "secrets")
    login = root / "secrets" / "camden" / "wlc-login"
    login.write_text(data["devices"][0]["password"])
    lines = (f"{one['host']} {one['host_key']}\n" for one in data["devices"])
    (root / "known_hosts").write_text("".join(lines))
