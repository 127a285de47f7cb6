"""A real sshd on loopback, in a container of the lab's image that shares the tests' temporary directory."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from lab.engine import bring_up, find_engine, take_down
from lab.images import Image, Workshop, ensure
from roaming.transport import Access

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CONFIGURATION = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {root}/host_key
AuthorizedKeysFile {root}/authorized_keys
PidFile {root}/sshd.pid
StrictModes no
UsePAM no
PasswordAuthentication yes
PermitRootLogin yes
MaxStartups 100
LogLevel ERROR
SetEnv PATH={root}/bin:/usr/sbin:/usr/bin:/sbin:/bin ROAM_GUARD_PATIENCE=2
"""
COMPOSE = """\
services:
  sshd:
    image: {image}
    container_name: {name}
    network_mode: host
    entrypoint: ["sh", "{root}/start"]
    stop_signal: SIGKILL
    volumes: ["{shared}:{shared}"]
"""
START = """\
mkdir -p /run/lab /run/sshd
touch /run/lab/ready
exec /usr/sbin/sshd -D -E {root}/log -f {root}/sshd_config
"""
# What service(8) is to a device: `restart` starts a service unless its file says CRASH, and cuts every connection where
# it says CUT; everything is noted.
SERVICE = """\
#!/bin/sh
cd {root}/services/$1 || exit 4
echo "$2" >> log
case $2 in
  status) [ -e up ] || exit 3 ;;
  restart | start)
    rm -f up
    grep -q CRASH "$(cat file)" && {{ echo "$1 fell over: $(cat "$(cat file)")"; exit 1; }}
    touch up
    ! grep -q CUT "$(cat file)" || pkill -9 -f '^sshd-session' ;;
  reload) [ -e up ] ;;
esac
"""


@dataclass(frozen=True)
class Sshd:
    """A running sshd and the way into it."""

    port: int
    host_key: str
    key: str
    root: Path

    def access(self, device: str = "loopback", **changes: object) -> Access:
        """Return the way in, with changes for the tests that want a wrong one."""
        right: dict[str, object] = {
            "device": device,
            "host": "127.0.0.1",
            "port": self.port,
            "user": "root",
            "key": self.key,
            "host_key": self.host_key,
        }
        return Access(**(right | changes))  # type: ignore[arg-type]  # a test's keywords


@dataclass(frozen=True)
class Daemon:
    """A service of the loopback device, with its configuration file."""

    name: str
    file: Path
    home: Path

    @property
    def asked(self) -> list[str]:
        """What the service was asked to do, other than for its status."""
        log = self.home / "log"
        return [line for line in log.read_text().split() if line != "status"] if log.exists() else []


@pytest.fixture
def daemon(sshd: Sshd, tmp_path: Path) -> Daemon:
    """Return a running service with a file of its own."""
    home = sshd.root / "services" / tmp_path.name
    home.mkdir(parents=True)
    (home / "up").touch()
    file = tmp_path / "etc" / "daemon.conf"
    file.parent.mkdir()
    file.write_text("old\n")
    (home / "file").write_text(str(file))
    return Daemon(tmp_path.name, file, home)


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Sshd]:
    """Run sshd for the session."""
    root = tmp_path_factory.mktemp("sshd")
    host_key = make_key(root / "host_key")
    user_key = make_key(root / "user_key")
    (root / "authorized_keys").write_text(f"{user_key}\n")
    (root / "bin").mkdir()
    (root / "bin/service").write_text(SERVICE.format(root=root))
    (root / "bin/service").chmod(0o755)
    with running(root, tmp_path_factory.getbasetemp(), repository) as port:
        yield Sshd(port, host_key, (root / "user_key").read_text(), root)


@contextmanager
def running(root: Path, shared: Path, repository: Path) -> Iterator[int]:
    """Run sshd in a container on the host's loopback; it sees the tests' temporary directory where they see it."""
    engine = find_engine(root)
    shop = Workshop(engine, repository / ".lab" / "scratch", repository / "requirements.txt", step=print)
    name = f"seamless-wifi-sshd-{os.getpid()}"
    compose = root / "compose.yml"
    compose.write_text(
        COMPOSE.format(image=ensure(shop, Image.DEBIAN_13), name=name, shared=shared, root=root), encoding="ascii"
    )
    port = free_port()
    (root / "sshd_config").write_text(CONFIGURATION.format(port=port, root=root))
    (root / "start").write_text(START.format(root=root))
    try:
        bring_up(engine, compose, name, [name])
        wait_for(port)
        yield port
    finally:
        take_down(engine, compose, name)
        engine.release()


def wait_until(true: Callable[[], bool], seconds: float) -> None:
    """Wait until something comes about."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it does not come about"
        time.sleep(0.1)


def wait_for(port: int) -> None:
    """Wait until somebody listens."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("sshd does not listen")


def free_port() -> int:
    """Return a port of loopback that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_key(path: Path, kind: str = "ed25519") -> str:
    """Make a key pair and return the public key as `type base64`."""
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", os.fspath(path)], check=True)
    return " ".join(path.with_suffix(".pub").read_text().split()[:2])
