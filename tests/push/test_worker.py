"""A borough that only its own machine reaches: read and pushed through that machine, from one that cannot reach it.

Four containers: the pusher in an outer network, two devices in an inner one, and the worker with a foot in both.
"""

from __future__ import annotations

import base64
import json
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from lab.engine import bring_up, find_engine, take_down
from lab.images import Image, Workshop, ensure
from tests.push.conftest import make_key, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab.engine import Engine, Result

pytestmark = pytest.mark.daemon

CANARY = "c4n4ry-0123456789-abcdefgh"
COMPOSE = """\
services:
  pusher:
    image: {control}
    container_name: {lab}-pusher
    networks: [outer]
    volumes: ["{repository}:/checkout:ro"]
    working_dir: /checkout
    init: true
  worker:
    image: {control}
    container_name: {lab}-worker
    environment: {{LAB_ROLE: agent, LAB_USER: roam}}
    networks: [outer, inner]
    volumes: ["{root}/worker:/etc/lab:ro"]
    init: true
  device-1:
    image: {device}
    container_name: {lab}-device-1
    environment: {{LAB_ROLE: access-point, LAB_USER: roam}}
    cap_add: [SYS_PTRACE]
    networks: [inner]
    volumes: ["{root}/device-1:/etc/lab:ro"]
    init: true
  device-2:
    image: {device}
    container_name: {lab}-device-2
    environment: {{LAB_ROLE: access-point, LAB_USER: roam}}
    cap_add: [SYS_PTRACE]
    networks: [inner]
    volumes: ["{root}/device-2:/etc/lab:ro"]
    init: true
networks:
  outer: {{internal: true}}
  inner: {{internal: true}}
"""
# Says where the canary or a login key lies: in files written since the container started, in processes, in our places.
SEARCH = """
find / /dev/shm /run /tmp -xdev -type f -newer /run/lab/ready -exec grep -lF -- "$1" {} + 2>/dev/null
for one in /proc/[0-9]*; do
    [ "$one" = "/proc/$$" ] || { cat "$one/cmdline" "$one/environ" | tr '\\0' '\\n' | grep -qF -- "$1" && echo "$one"; }
done 2>/dev/null
ls -d /dev/shm/roam-* /tmp/roam-* /tmp/ansible* /home/roam/.ansible /home/roam/.ssh/known_hosts 2>/dev/null
exit 0
"""
PLANTED = "/var/tmp/planted"  # noqa: S108  in the container


@dataclass(frozen=True)
class Borough:
    """The four containers."""

    engine: Engine
    lab: str
    root: Path

    def run(self, name: str, *argv: str, stdin: str | None = None, timeout_s: float = 180) -> Result:
        return self.engine.exec(f"{self.lab}-{name}", argv, stdin=stdin, timeout_s=timeout_s)

    def must(self, name: str, *argv: str) -> str:
        result = self.run(name, *argv)
        assert result.ok, f"{name}: {argv}: {result.rc}\n{result.out}\n{result.err}"
        return result.out

    def addresses(self, name: str) -> set[str]:
        found = self.must(name, "ip", "-4", "-o", "address", "show", "scope", "global")
        return set(re.findall(r"inet ([0-9.]+)/", found))

    def shared(self, one: str, other: str) -> str:
        """Return the address of `other` in the network that it shares with `one`."""
        networks = {address.rpartition(".")[0] for address in self.addresses(one)}
        return next(address for address in self.addresses(other) if address.rpartition(".")[0] in networks)

    def told(self, *devices: str, **contents: str) -> str:
        names = {"worker": self.shared("pusher", "worker")}
        names |= {name: self.shared("worker", name) for name in devices}
        told: dict[str, object] = {name: json.dumps(self.way_in(name, host)) for name, host in names.items()}
        told |= {"devices": devices, "canary": CANARY}
        return json.dumps(told | ({"content": json.dumps(contents)} if contents else {}))

    def way_in(self, name: str, host: str) -> dict[str, str]:
        public = (self.root / name / "ssh_host_ed25519_key.pub").read_text().split()
        return {"host": host, "key": self.key(name), "host_key": " ".join(public[:2])}

    def key(self, name: str) -> str:
        return (self.root / f"{'worker' if name == 'worker' else 'device'}-login").read_text()

    def push(self, told: str) -> list[dict[str, Any]]:
        result = self.run("pusher", "python3", "tests/push/worker_pusher.py", stdin=told)
        assert result.ok, result.out + result.err
        return [json.loads(line) for line in result.out.splitlines()]

    def search(self, name: str) -> str:
        """Return where something lies that must lie nowhere but on the devices, in the forms that our files have."""
        forms = [CANARY, *(base64.b64encode(b"x" * skip + CANARY.encode()).decode()[4:-4] for skip in range(3))]
        keys = [self.key(one).splitlines()[2] for one in ("worker", "device-1")]
        return self.must(name, "sh", "-c", SEARCH, "search", "\n".join((*forms, *keys)))


@pytest.fixture(scope="module")
def borough(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Borough]:
    root = tmp_path_factory.mktemp("borough")
    with running(root, repository) as one:
        yield one


@contextmanager
def running(root: Path, repository: Path) -> Iterator[Borough]:
    engine = find_engine(root)
    shop = Workshop(engine, repository / ".lab" / "scratch", repository / "requirements.txt", step=print)
    lab = f"seamless-wifi-worker-{os.getpid()}"
    images = {"control": ensure(shop, Image.CONTROL), "device": ensure(shop, Image.DEBIAN_13)}
    keys = {name: make_key(root / f"{name}-login") for name in ("worker", "device")}
    names = ("worker", "device-1", "device-2")
    for name in names:
        (root / name).mkdir()
        make_key(root / name / "ssh_host_ed25519_key")
        (root / name / "authorized_keys").write_text(f"{keys[name.partition('-')[0]]}\n")
    compose = root / "compose.yml"
    compose.write_text(COMPOSE.format(**images, lab=lab, root=root, repository=repository), encoding="ascii")
    try:
        bring_up(engine, compose, lab, [f"{lab}-{name}" for name in ("pusher", *names)])
        yield Borough(engine, lab, root)
    finally:
        take_down(engine, compose, lab)
        engine.release()


def test_the_pusher_cannot_reach_a_device_and_the_worker_can(borough: Borough) -> None:
    device = borough.shared("worker", "device-1")
    knock = ("nc", "-z", "-w", "3", device, "22")
    assert borough.run("worker", *knock).ok
    assert not borough.run("pusher", *knock).ok
    assert borough.run("pusher", "nc", "-z", "-w", "3", borough.shared("pusher", "worker"), "22").ok


def test_a_push_through_the_worker(borough: Borough) -> None:
    told = borough.told("device-1", "device-2", **{"device-1": f"# {CANARY}\n", "device-2": f"# BAD {CANARY}\n"})
    before = borough.must("device-2", "cat", "/etc/snmp/snmpd.conf")
    read, done = borough.push(told)
    assert read["read"]["device-1"]["/etc/snmp/snmpd.conf"][1] == "root"
    assert done["outcomes"]["device-1"] == ["changed", ""]
    outcome, words = done["outcomes"]["device-2"]
    assert outcome == "refused"
    assert words.endswith("the former configuration is back")
    assert CANARY not in words
    assert f"# {CANARY}\n" in borough.must("device-1", "cat", "/etc/snmp/snmpd.conf")
    assert borough.must("device-2", "cat", "/etc/snmp/snmpd.conf") == before
    states = [state for device, state in done["notes"] if device == "device-1"]
    assert states == ["locked", "prechecked", "backed-up", "armed", "applied", "verified", "confirmed", "saved"]
    assert [state for device, state in done["notes"] if device == "device-2"][-2:] == ["reverting", "reverted"]


def test_nothing_stays_with_the_worker_or_the_pusher(borough: Borough) -> None:
    assert borough.search("pusher") == ""
    assert borough.search("worker") == ""
    borough.must("worker", "sh", "-c", f"echo {CANARY} > {PLANTED}")
    assert borough.search("worker") == f"{PLANTED}\n"
    borough.must("worker", "rm", PLANTED)


@pytest.mark.parametrize("whom", ["pusher", "worker"])
def test_whoever_is_killed_nothing_stays_with_the_worker(borough: Borough, whom: str) -> None:
    told = borough.told("device-1", **{"device-1": f"# {CANARY} of the {whom}\n"})
    start = "cat > /tmp/told; setsid python3 tests/push/worker_pusher.py < /tmp/told > /dev/null 2>&1 &"
    assert borough.run("pusher", "sh", "-c", start, stdin=told).ok
    wait_until(lambda: borough.run("worker", "sh", "-c", "ls /dev/shm/roam-worker-*/job/keys").ok, 60)
    kills = {
        "pusher": ("pkill", "-9", "-f", "worker_pusher|ansible_child|^ssh "),
        "worker": ("pkill", "-9", "-o", "-f", "^sh -c.*roam-worker"),
    }
    borough.must("pusher", "rm", "/tmp/told")  # noqa: S108  in the container
    borough.must(whom, *kills[whom])
    wait_until(lambda: not borough.run("worker", "sh", "-c", "ls -d /dev/shm/roam-worker-*").ok, 15)
    wait_until(lambda: not borough.run("worker", "pgrep", "-f", "roam-worker|ansible").ok, 5)
    borough.run("pusher", "pkill", "-9", "-f", "worker_pusher|ansible_child")


def test_a_worker_that_cannot_be_reached_is_a_value(borough: Borough) -> None:
    told = json.loads(borough.told("device-1"))
    worker = json.loads(told["worker"])
    told["worker"] = json.dumps(worker | {"host_key": worker["host_key"][:-4] + "AAAA"})
    (read,) = borough.push(json.dumps(told))
    assert re.fullmatch(
        r"its worker worker \(.*\): its host key is not the one that is known: refused", str(read["read"]["device-1"])
    )
