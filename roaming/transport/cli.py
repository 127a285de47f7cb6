"""Sessions to controllers that are driven by commands, over Netmiko.

Netmiko logs in, finds the prompt and turns paging off. Lines are then sent one by one and each answer is read from its
echo on. Netmiko's own errors repeat what was typed and never leave this module.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from netmiko.cisco.cisco_ios import CiscoIosSSH

from roaming.errors import RefusedError, RoamingError, TransportError
from roaming.transport.access import known_hosts_text
from roaming.transport.strict import FOREIGN, options, plain, strict_client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    import paramiko

    from roaming.targets.terminal import Terminal
    from roaming.transport.access import Access

_ANSWER_S = 60


class CliSession(Protocol):
    """An open session with an enabled user. Every method raises `TransportError` when the device is lost."""

    def show(self, command: str) -> str:
        """Return what a command shows, whatever it says."""
        ...

    def ask(self, command: str) -> str:
        """Return the answer to a command that does something; raises RefusedError when any line says no."""
        ...

    def enter(self, command: str) -> None:
        """Enter the configuration by a command; raises RefusedError when the device does not let us in."""
        ...

    def inside(self, command: str) -> str:
        """Return the answer to a command typed inside the configuration."""
        ...

    def configure(self, line: str) -> None:
        """Type a line inside the configuration; raises RefusedError with the device's words when it is refused."""
        ...

    def leave(self) -> None:
        """Leave the configuration."""
        ...


class CliDialler(Protocol):
    """Opens sessions to controllers."""

    def open(self, access: Access, terminal: Terminal) -> AbstractContextManager[CliSession]:
        """Return a context that is a session; raises `TransportError` when there is no way in."""
        ...


class StrictIos(CiscoIosSSH):
    """Netmiko's IOS driver that knows host keys from memory and refuses every other."""

    def __init__(self, access: Access, terminal: Terminal) -> None:
        self._known = known_hosts_text(access)
        super().__init__(**options(access, terminal.driver))

    def _get_ssh_client_instance(self) -> paramiko.SSHClient:
        return strict_client(self._known)


@dataclass(frozen=True, slots=True)
class NetmikoDialler:
    """Opens sessions with Netmiko."""

    @contextmanager
    def open(self, access: Access, terminal: Terminal) -> Iterator[NetmikoSession]:
        """Log in and enable, and hang up at the end."""
        try:
            connection = StrictIos(access, terminal)
        except RoamingError:
            raise
        except FOREIGN as error:
            raise TransportError(plain(access, error)) from None
        try:
            _enable(access, connection)
            yield NetmikoSession(access, terminal, connection)
        finally:
            connection.paramiko_cleanup()


def _enable(access: Access, connection: StrictIos) -> None:
    if access.enable is None:
        return
    try:
        connection.enable()
    except FOREIGN as error:
        raise TransportError(plain(access, error)) from None


@dataclass(slots=True)
class NetmikoSession:
    """A session over a Netmiko connection."""

    access: Access
    terminal: Terminal
    connection: StrictIos = field(repr=False)

    def show(self, command: str) -> str:
        """Type a command and read up to the prompt; what is shown may hold lines that look like refusals."""
        return self._exchange(command, self._prompt)

    def ask(self, command: str) -> str:
        """Type a command and read up to the prompt."""
        return self._refused(self._exchange(command, self._prompt), command)

    def enter(self, command: str) -> None:
        """Enter the configuration."""
        both = f"(?:{self.terminal.configuring.pattern}|{self._prompt})"
        self._refused(self._exchange(command, both), command)

    def inside(self, command: str) -> str:
        """Type a command inside the configuration."""
        return self._exchange(command, self.terminal.configuring.pattern)

    def configure(self, line: str) -> None:
        """Type a line."""
        self._refused(self.inside(line), "")

    def leave(self) -> None:
        """Leave the configuration."""
        self._exchange(self.terminal.leave, self._prompt)

    @property
    def _prompt(self) -> str:
        """The prompt of the exec mode at the end of what was read; Netmiko keeps the first 16 characters of a name."""
        return rf"{re.escape(self.connection.base_prompt)}[^\s#>()]*#\s*$"

    def _exchange(self, line: str, until: str) -> str:
        """Type a line and read from its echo to the prompt: what came before the echo answers something else."""
        try:
            self.connection.write_channel(self.connection.normalize_cmd(line))
            self.connection.read_until_pattern(pattern=re.escape(line.strip()), read_timeout=_ANSWER_S)
            return _answer(self.connection.read_until_pattern(pattern=until, read_timeout=_ANSWER_S))
        except FOREIGN as error:
            raise TransportError(plain(self.access, error)) from None

    def _refused(self, answer: str, what: str) -> str:
        """Raise what the device says no with; what was typed is not repeated, it may be secret."""
        words = refusal(answer, self.terminal.refusal, self.terminal.harmless)
        if words is not None:
            message = f"{what}: {words}" if what else words
            raise RefusedError(message)
        return answer


def refusal(answer: str, refusals: re.Pattern[str], harmless: re.Pattern[str]) -> str | None:
    """Return the first line of an answer that says no; None when none does."""
    found = (match.group().strip() for match in refusals.finditer(answer))
    return next((line for line in found if not harmless.match(line)), None)


def _answer(text: str) -> str:
    """Return an answer without the end of its echo and the prompt after it."""
    lines = text.replace("\r\n", "\n").replace("\r", "").split("\n")
    return "\n".join(lines[1:-1])
