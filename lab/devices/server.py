"""SSH in front of simulated devices: one listener a device, all in one event loop, and the faults of their connections."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import re
import socket
import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import asyncssh

from lab.devices.execute import forget
from lab.devices.faults import Cut, Login
from lab.devices.session import PRIVILEGED, Session
from lab.devices.terminal import Terminal, banner_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.devices.catalyst import Catalyst

_RESET: Final = struct.pack("ii", 1, 0)
_ONE_MINUTE_LEFT: Final = (
    "Rollback Confirmed Change: Rollback will begin in one minute.\n"
    'Enter "configure confirm" if you wish to keep what you\'ve configured\n'
)


class Logins:
    """Who may log in: users with a password, and the public keys of any of them."""

    def __init__(self, user: str, password: str, keys: tuple[str, ...] = (), privilege: int = PRIVILEGED) -> None:
        self.user = user
        self.privilege = privilege
        self._password = password
        self._keys = frozenset(" ".join(key.split()[:2]) for key in keys)

    def __repr__(self) -> str:
        return f"Logins({self.user!r})"

    def password_is_right(self, user: str, password: str) -> bool:
        """Whether a password lets a user in."""
        return user == self.user and hmac.compare_digest(password.encode(), self._password.encode())

    def key_is_known(self, user: str, key: asyncssh.SSHKey) -> bool:
        """Whether a public key lets a user in."""
        line = key.export_public_key().decode()
        return user == self.user and " ".join(line.split()[:2]) in self._keys


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
        self.device.on_reboot = lambda: loop.call_soon_threadsafe(self.drop_all)

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
    """The authentication of one connection. Which device it is for is told by the port it came to."""

    def __init__(self, servers: Callable[[int], DeviceServer]) -> None:
        self._servers = servers
        self._server: DeviceServer | None = None
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Find the device."""
        self._connection = conn
        self._server = self._servers(conn.get_extra_info("sockname")[1])
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
        return Vty(self._of)

    @property
    def _of(self) -> DeviceServer:
        if self._server is None:
            message = "asyncssh asks before the connection is made"
            raise RuntimeError(message)
        return self._server

    @property
    def _open(self) -> bool:
        return self._of.device.faults.login is not Login.DENIED


class Vty(asyncssh.SSHServerSession[bytes]):
    """One terminal session over SSH."""

    def __init__(self, server: DeviceServer) -> None:
        self._server = server
        self._device = server.device
        self._channel: asyncssh.SSHServerChannel[bytes] | None = None
        self._terminal: Terminal | None = None
        self._busy = False
        self._lines = 0
        self._warned: float | None = None

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        """Keep the channel."""
        self._channel = chan

    def pty_requested(self, *_: object) -> bool:
        """Give a terminal."""
        return True

    def shell_requested(self) -> bool:
        """Give a shell; commands without one are not taken."""
        return True

    def session_started(self) -> None:
        """Greet."""
        device, peer = self._device, ("", 0)
        if self._channel is not None:
            peer = self._channel.get_extra_info("peername")
        with device.lock:
            device.session_count += 1
            session = Session(device.session_count, self._server.logins.user, peer[0], self._server.logins.privilege)
            device.sessions[session.number] = session
        self._terminal = Terminal(device, session)
        self._write(self._terminal.greeting())

    def data_received(self, data: bytes, datatype: int | None) -> None:  # noqa: ARG002  asyncssh's interface
        """Take what was typed."""
        if self._terminal is not None:
            self._terminal.inbox += data.decode(errors="replace")
            self._pump()

    def eof_received(self) -> bool:
        """End with the client."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncssh's interface
        """Let go of what the session held. A revert timer that it armed runs on."""
        self._busy = True
        if self._terminal is not None:
            forget(self._device, self._terminal.session)

    def _write(self, text: str) -> None:
        if text and self._channel is not None and not self._channel.is_closing():
            self._channel.write(text.encode())

    def _pump(self) -> None:
        """Answer line by line, until a line takes time."""
        terminal = self._terminal
        out: list[str] = []
        while terminal is not None and not self._busy and (typed := terminal.typed()) is not None:
            out.append(typed.echo)
            if typed.line is None:
                continue
            self._lines += 1
            cut = self._cut(typed.line)
            if cut is not None:
                self._write("".join(out))
                self._end(cut, typed.line)
                return
            delay = self._device.faults.line_delay_ms
            if delay:
                self._busy = True
                self._write("".join(out))
                asyncio.get_running_loop().call_later(delay / 1000, self._late, typed.line)
                return
            out.append(self._answer(typed.line))
        self._write("".join(out))
        self._leave()

    def _late(self, line: str) -> None:
        """Answer a line after its delay."""
        if self._channel is None or self._channel.is_closing():
            return
        self._busy = False
        self._write(self._answer(line))
        self._leave()
        self._pump()

    def _answer(self, line: str) -> str:
        text = self._terminal.answer(line) if self._terminal else ""
        self._warn_later()
        return text

    def _leave(self) -> None:
        if self._terminal is not None and self._terminal.left and self._channel is not None:
            self._busy = True
            self._channel.exit(0)

    def _cut(self, line: str) -> Cut | None:
        """Return how the session ends at this line, None when it goes on. A cut happens once."""
        device = self._device
        with device.lock:
            faults = device.faults
            if faults.cut is None:
                return None
            struck = (
                faults.cut_line == self._lines
                or (faults.cut_on is not None and re.search(faults.cut_on, line) is not None)
                or (faults.cut_chance > 0 and device.random.random() < faults.cut_chance)
            )
            if struck:
                device.faults = replace(faults, cut=None)
            return faults.cut if struck else None

    def _end(self, cut: Cut, line: str) -> None:
        """End the session as the cut says."""
        self._busy = True
        if cut in {Cut.AFTER, Cut.HANG}:
            self._answer(line)
        if cut is Cut.CRASH:
            self._device.reboot()
        elif cut is not Cut.HANG and self._channel is not None:
            self._channel.get_connection().abort()

    def _warn_later(self) -> None:
        """Tell the session that armed a revert one minute before it happens, and when it does."""
        pending, terminal = self._device.pending, self._terminal
        if pending is None or terminal is None or pending.session != terminal.session.number:
            return
        if self._warned == pending.deadline:
            return
        self._warned = pending.deadline
        loop, now = asyncio.get_running_loop(), self._device.clock()
        early = max(pending.deadline - self._device.setup.minute_s - now, 0)
        loop.call_later(early, self._say, pending.deadline, _ONE_MINUTE_LEFT)
        loop.call_later(
            pending.deadline - now,
            self._say,
            pending.deadline,
            f"Rollback Confirmed Change: rolling to:{pending.backup}\n",
        )

    def _say(self, deadline: float, text: str) -> None:
        """Print a message of the device between what the user types, if the revert is still that one."""
        pending = self._device.pending
        if pending is not None and pending.deadline == deadline:
            self._write(text.replace("\n", "\r\n"))
