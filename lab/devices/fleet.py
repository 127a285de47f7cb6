"""Many simulated devices in one process: a thread with an event loop, on the loopback unless told otherwise."""

from __future__ import annotations

import asyncio
import secrets
import socket
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path  # noqa: TC003  part of a public signature
from typing import TYPE_CHECKING, Final, Self

import asyncssh

from lab.devices.catalyst import Catalyst, Setup
from lab.devices.control import Control
from lab.devices.server import DeviceServer, Door
from lab.devices.users import Logins
from lab.errors import AddressTakenError
from lab.logins import HostKey, authorized_key, host_key
from roaming.transport import Access

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

_LOOPBACK: Final = "127.0.0.1"
_PATIENCE_S: Final = 60


@dataclass(frozen=True, slots=True)
class FleetSetup:
    """How a fleet starts. Without `port_base` the kernel chooses the ports; without `password` it is made up.

    `names` are the hostnames; devices beyond them are `wlc-1`, `wlc-2`, … by their place. `addresses` are where they
    listen, one a device, on the loopback without them; `port` is then the same port of each.

    `own_host_keys` gives each device its own host key; one for all costs less memory, and `host_key` is that one, made
    up without it. `control` is where another process can read and trouble the devices. `seed` makes the devices' random
    choices repeatable.
    """

    device: Setup = field(default_factory=Setup)
    names: tuple[str, ...] = ()
    user: str = "roam"
    password: str | None = field(default=None, repr=False)
    authorized_keys: tuple[str, ...] = ()
    privilege: int = 15
    port_base: int | None = None
    addresses: tuple[str, ...] = ()
    port: int | None = None
    own_host_keys: bool = False
    host_key: HostKey | None = None
    control: Path | None = None
    seed: int | None = None


class Fleet:
    """Devices behind SSH on the loopback, served by a thread. A context manager."""

    def __init__(self, count: int = 1, setup: FleetSetup | None = None) -> None:
        self.setup = setup or FleetSetup()
        self.devices = tuple(
            Catalyst(self._name(place), self.setup.device, seed=self._seed(place)) for place in range(count)
        )
        self._login = host_key()
        self._password = self.setup.password or secrets.token_urlsafe(16)
        self._keys = [self.setup.host_key or host_key() for _ in range(count if self.setup.own_host_keys else 1)]
        self._listeners = _listeners(_places(count, self.setup))
        self._places: list[tuple[str, int]] = [each.getsockname() for each in self._listeners]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="simulated-devices", daemon=True)
        self._servers: dict[tuple[str, int], DeviceServer] = {}
        self._control: Control | None = None

    def _name(self, place: int) -> str:
        return self.setup.names[place] if place < len(self.setup.names) else f"wlc-{place + 1}"

    def _seed(self, place: int) -> int | None:
        return None if self.setup.seed is None else self.setup.seed + place

    def __enter__(self) -> Self:
        self._thread.start()
        self._on_loop(self._start)
        if self.setup.control is not None:
            self._control = Control(self.devices)
            asyncio.run_coroutine_threadsafe(self._control.start(self.setup.control), self._loop).result(_PATIENCE_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._on_loop(self._stop)
        asyncio.run_coroutine_threadsafe(_drain(), self._loop).result(_PATIENCE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE_S)
        self._loop.close()

    def access(self, place: int, *, by_key: bool = False) -> Access:
        """Return the way into a device: by password, or by a login key that all of them know."""
        return Access(
            device=self.devices[place].hostname,
            host=self._places[place][0],
            port=self._places[place][1],
            user=self.setup.user,
            password=None if by_key else self._password,
            key=self._login.private if by_key else None,
            host_key=self._keys[place % len(self._keys)].public,
        )

    def _on_loop(self, work: Callable[[], None]) -> None:
        """Do something in the thread of the event loop, and wait until it is done."""
        done: Future[None] = Future()

        def run() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001  handed to the thread that waits
                done.set_exception(error)
            else:
                done.set_result(None)

        self._loop.call_soon_threadsafe(run)
        done.result(_PATIENCE_S)

    def _start(self) -> None:
        known = (*self.setup.authorized_keys, authorized_key(self._login.private))
        logins = Logins(self.setup.user, self._password, known, self.setup.privilege)
        options = [self._options(key.private) for key in self._keys]
        for place, (device, listener) in enumerate(zip(self.devices, self._listeners, strict=True)):
            server = DeviceServer(device, listener, logins)
            self._servers[self._places[place]] = server
            server.start(options[place % len(options)])

    def _options(self, private: str) -> asyncssh.SSHServerConnectionOptions:
        return asyncssh.SSHServerConnectionOptions(
            server_factory=lambda: Door(self._servers.__getitem__),
            server_host_keys=[asyncssh.import_private_key(private)],
            server_version="Cisco-1.25",
            line_editor=False,
            encoding=None,
            allow_scp=False,
            compression_algs=None,
        )

    def _stop(self) -> None:
        if self._control is not None:
            self._control.stop()
        for server in self._servers.values():
            server.stop()


def _places(count: int, setup: FleetSetup) -> list[tuple[str, int]]:
    """Return where each device listens; port 0 is one that the kernel chooses. Raises `AddressTakenError`."""
    if setup.addresses:
        if len(setup.addresses) != count:
            message = f"{count} simulated devices cannot have {len(setup.addresses)} addresses: give one for each"
            raise AddressTakenError(message)
        return [(address, setup.port or 0) for address in setup.addresses]
    base = setup.port_base
    return [(_LOOPBACK, 0 if base is None else base + place) for place in range(count)]


def _listeners(places: list[tuple[str, int]]) -> list[socket.socket]:
    """Bind an address and port a device. Raises `AddressTakenError`."""
    listeners: list[socket.socket] = []
    for address, port in places:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address, port))
        except OSError as error:
            for each in (*listeners, listener):
                each.close()
            message = f"{address} port {port} for a simulated device: {error.strerror}"
            raise AddressTakenError(message) from None
        listener.listen()
        listener.setblocking(False)  # noqa: FBT003  the socket's own name for it
        listeners.append(listener)
    return listeners


async def _drain() -> None:
    """Let what was dropped end, so that nothing is left when the loop closes."""
    for _ in range(20):
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if not others:
            break
        await asyncio.sleep(0.01)
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    await asyncio.sleep(0)
