"""A terminal session over SSH: lines in, answers out, delays and cuts between them."""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import asyncssh

from lab.devices.execute import forget
from lab.devices.faults import Cut
from lab.devices.session import Session
from lab.devices.terminal import Terminal

if TYPE_CHECKING:
    from lab.devices.catalyst import Catalyst
    from lab.devices.users import Logins

_LOG: Final = logging.getLogger(__name__)
_ONE_MINUTE_LEFT: Final = (
    "Rollback Confirmed Change: Rollback will begin in one minute.\n"
    'Enter "configure confirm" if you wish to keep what you\'ve configured\n'
)


class Vty(asyncssh.SSHServerSession[bytes]):
    """One terminal session over SSH."""

    def __init__(self, device: Catalyst, logins: Logins) -> None:
        self._device = device
        self._logins = logins
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
            session = Session(device.session_count, self._logins.user, peer[0], self._logins.privilege)
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
        if terminal is not None and terminal.session.number not in self._device.sessions:
            self._abort()  # a reboot has ended it
            return
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
        try:
            text = self._terminal.answer(line) if self._terminal else ""
        except Exception:
            _LOG.exception("the simulated device broke at a line")
            raise
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
        elif cut is not Cut.HANG:
            self._abort()

    def _abort(self) -> None:
        """Lose the connection without a word."""
        self._busy = True
        if self._channel is not None:
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
            self._device.pending_revert()
