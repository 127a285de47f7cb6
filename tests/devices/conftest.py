"""Fleets on the loopback, and a plain SSH terminal that sees what the wire carries."""

from __future__ import annotations

import time
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import paramiko
import pytest
from netmiko import ConnectHandler

from lab.devices import Fleet, FleetSetup, Setup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roaming.transport import Access

HERE = Path(__file__).parent
PATIENCE_S = 20


@pytest.fixture(scope="session")
def small() -> str:
    """Return a small configuration with an archive and one WLAN of ours."""
    return (HERE / "small.cfg").read_text()


@pytest.fixture
def fleet(small: str) -> Iterator[Fleet]:
    """Yield two small devices whose minute takes half a second."""
    with Fleet(2, FleetSetup(device=Setup(config=small, minute_s=0.5), seed=7)) as made:
        yield made


class Wire:
    """A terminal of one device."""

    def __init__(self, channel: paramiko.Channel) -> None:
        self.channel = channel
        self.seen = ""

    def read(self, until: str, patience_s: float = PATIENCE_S) -> str:
        """Return what comes up to a text. Raises EOFError when the connection ends, TimeoutError when it stays away."""
        deadline = time.monotonic() + patience_s
        while until not in self.seen:
            self.channel.settimeout(max(deadline - time.monotonic(), 0.001))
            data = self.channel.recv(65536)
            if not data:
                raise EOFError(self.seen)
            self.seen += data.decode()
        end = self.seen.index(until) + len(until)
        taken, self.seen = self.seen[:end], self.seen[end:]
        return taken

    def ask(self, line: str, until: str = "#", patience_s: float = PATIENCE_S) -> str:
        """Type a line and return what is seen after its echo, up to the prompt."""
        self.channel.sendall(f"{line}\n".encode())
        self.read(f"{line}\r\n", patience_s)
        return self.read(until, patience_s)


@contextmanager
def wire(access: Access) -> Iterator[Wire]:
    """Log in and yield the terminal."""
    with paramiko.SSHClient() as client:
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        client.connect(
            access.host,
            access.port,
            access.user,
            access.password,
            pkey=paramiko.Ed25519Key.from_private_key(StringIO(access.key)) if access.key else None,
            allow_agent=False,
            look_for_keys=False,
            timeout=PATIENCE_S,
            banner_timeout=PATIENCE_S,
        )
        shell = Wire(client.invoke_shell())
        shell.read("#")
        shell.ask("terminal length 0")
        yield shell


@contextmanager
def netmiko_to(access: Access, **options: Any) -> Iterator[Any]:  # noqa: ANN401  netmiko is untyped
    """Connect as the pusher does."""
    given = {"host": access.host, "port": access.port, "username": access.user, "password": access.password}
    with ConnectHandler(device_type="cisco_xe", **given, **options) as connection:
        yield connection
