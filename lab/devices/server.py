"""SSH in front of simulated devices: a listener a device, all in one event loop, and the faults of connections."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import TYPE_CHECKING, Final

import asyncssh

from lab.devices.faults import Login
from lab.devices.terminal import banner_text
from lab.devices.vty import Vty

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.devices.catalyst import Catalyst
    from lab.devices.users import Logins

_RESET: Final = struct.pack("ii", 1, 0)


class DeviceServer:
    """The listener of one device and its connections."""

    def __init__(self, device: Catalyst, listener: socket.socket, logins: Logins) -> None:
        self.device = device
        self.logins = logins
        self.connections: set[asyncssh.SSHServerConnection] = set()
        self._listener = listener
        self._silent: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, options: asyncssh.SSHServerConnectionOptions) -> None:
        """Take connections from now on."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self._listener, self._accept, options)

        def rebooted() -> None:
            loop.call_soon_threadsafe(self.drop_all)

        self.device.on_reboot = rebooted

    def stop(self) -> None:
        """Take no more connections, and drop those there are."""
        asyncio.get_running_loop().remove_reader(self._listener)
        self._listener.close()
        for task in tuple(self._tasks):
            task.cancel()
        self.drop_all()

    def drop_all(self) -> None:
        """Drop every connection without a word."""
        for connection in tuple(self.connections):
            connection.abort()
        for silent in self._silent:
            silent.close()
        self._silent.clear()

    def _accept(self, options: asyncssh.SSHServerConnectionOptions) -> None:
        """Meet a new connection as the faults say."""
        try:
            accepted, _ = self._listener.accept()
        except OSError:
            return
        login = self.device.faults.login
        if self.device.down or login is Login.RESET:
            accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            accepted.close()
        elif login is Login.SILENT:
            self._silent.append(accepted)
        else:
            accepted.setblocking(False)  # noqa: FBT003  the socket's own name for it
            task = asyncio.get_running_loop().create_task(self._serve(accepted, options))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, accepted: socket.socket, options: asyncssh.SSHServerConnectionOptions) -> None:
        """Speak SSH over a connection, after the delay of its first line."""
        delay = self.device.faults.identification_delay_s
        if delay:
            await asyncio.sleep(delay)
        with contextlib.suppress(OSError, asyncssh.Error):
            await asyncssh.run_server(accepted, options=options)


class Door(asyncssh.SSHServer):
    """The authentication of one connection. Which device it is for is told by the address and port it came to."""

    def __init__(self, servers: Callable[[tuple[str, int]], DeviceServer]) -> None:
        self._servers = servers
        self._server: DeviceServer | None = None
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Find the device."""
        self._connection = conn
        self._server = self._servers(conn.get_extra_info("sockname"))
        self._server.connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncssh's interface
        """Forget the connection."""
        if self._server is not None and self._connection is not None:
            self._server.connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:  # noqa: ARG002  asyncssh's interface
        """Show the login banner before anybody proves who they are."""
        if self._server is not None and self._connection is not None:
            text = banner_text(self._server.device, "login")
            if text:
                self._connection.send_auth_banner(f"{text}\n")
        return True

    def password_auth_supported(self) -> bool:
        """Take passwords."""
        return True

    def public_key_auth_supported(self) -> bool:
        """Take keys."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """Check a password."""
        return self._open and self._of.logins.password_is_right(username, password)

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Check a key."""
        return self._open and self._of.logins.key_is_known(username, key)

    def session_requested(self) -> Vty:
        """Open a terminal."""
        return Vty(self._of.device, self._of.logins)

    @property
    def _of(self) -> DeviceServer:
        if self._server is None:
            message = "asyncssh asks before the connection is made"
            raise RuntimeError(message)
        return self._server

    @property
    def _open(self) -> bool:
        return self._of.device.faults.login is not Login.DENIED
