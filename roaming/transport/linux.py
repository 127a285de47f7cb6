"""Sessions to Linux devices over Netmiko.

Netmiko logs in (host keys, time limits, one place for all platforms). Commands then run on channels of their own of
that connection, not in Netmiko's terminal: a terminal mangles octets, has no exit status, and what is typed into it
stands in Netmiko's logs.
"""

from __future__ import annotations

import shlex
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import paramiko
from netmiko.linux.linux_ssh import LinuxSSH

from roaming.errors import RoamingError, TransportError
from roaming.model.bundle import RemoteFile
from roaming.transport.access import known_hosts_text
from roaming.transport.session import Result
from roaming.transport.strict import FOREIGN, TIMEOUT_S, options, plain, strict_client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from roaming.transport.access import Access

_COMMAND_TIMEOUT_S = 120
_KEEPALIVE_S = 15
_CHUNK = 65536
# sshd has ten sessions a connection (MaxSessions) and still counts one whose command has ended: a busy device is late.
_PAUSES_S = (0.2, 0.5, 1, 2, 4)
_NOT_OPEN = "Unable to open channel."
# SSH_OPEN_CONNECT_FAILED (RFC 4254 §5.1), which is what sshd says of a session too many.
_CONNECT_FAILED = 2
_NO_SUCH_FILE = 44
_READ = """
[ -f "$1" ] || { [ ! -e "$1" ] && exit 44; exit 45; }
stat -L -c '%a %U %G' -- "$1" && exec cat -- "$1"
"""

_LISTING = '[ -d "$1" ] || exit 0; exec find "$1" \\( -type f -o -type l \\) -print0'

# A new directory is like the one it stands in. The length is compared because a broken connection ends `cat` early.
_WRITE = """
set -eu
path=$1 mode=$2 owner=$3 size=$4 directory=$(dirname -- "$1")
missing=$directory
while [ ! -d "$missing" ]; do new="$missing
${new-}"; missing=$(dirname -- "$missing"); done
printf %s "${new-}" | while IFS= read -r one; do
  mkdir -- "$one"
  chown --reference="$missing" -- "$one"
  chmod --reference="$missing" -- "$one"
done
umask 077
draft=$(mktemp -- "$directory/.roam.XXXXXXXX")
trap 'rm -f -- "$draft"' EXIT
cat > "$draft"
[ "$(stat -c %s -- "$draft")" = "$size" ]
chown -- "$owner" "$draft"
chmod -- "$mode" "$draft"
sync -- "$draft"
mv -f -T -- "$draft" "$path"
sync -- "$directory"
"""


class StrictLinux(LinuxSSH):
    """Netmiko's Linux driver that knows host keys from memory and refuses every other."""

    def __init__(self, access: Access) -> None:
        self._known = known_hosts_text(access)
        super().__init__(**options(access, "linux"))

    def _get_ssh_client_instance(self) -> paramiko.SSHClient:
        return strict_client(self._known)

    def channel_of_its_own(self) -> paramiko.Channel:
        """Open a channel beside Netmiko's terminal."""
        if self.remote_conn_pre is None:
            message = "SSH session not active"
            raise paramiko.SSHException(message)
        return open_channel(self.remote_conn_pre.get_transport())


def open_channel(transport: paramiko.Transport, sleep: Callable[[float], None] = time.sleep) -> paramiko.Channel:
    """Open a channel, and ask again for some seconds where sshd refuses one more; raises `paramiko.SSHException`."""
    for pause_s in _PAUSES_S:
        try:
            return _channel(transport)
        except paramiko.ChannelException:
            sleep(pause_s)
    return _channel(transport)


def _channel(transport: paramiko.Transport) -> paramiko.Channel:
    """Open a channel; raises `paramiko.ChannelException` where sshd refuses it, also beside another refusal.

    paramiko keeps one exception for all channels of a connection: of two that are refused at once only one gets it.
    """
    try:
        return transport.open_session(timeout=TIMEOUT_S)
    except paramiko.SSHException as error:
        if str(error) == _NOT_OPEN and transport.is_active():
            raise paramiko.ChannelException(_CONNECT_FAILED, _NOT_OPEN) from error
        raise


@dataclass(frozen=True, slots=True)
class LinuxDialler:
    """Opens sessions to Linux devices."""

    @contextmanager
    def open(self, access: Access) -> Iterator[LinuxSession]:
        """Log in, and hang up at the end; raises TransportError in plain words when there is no way in."""
        try:
            connection = StrictLinux(access)
        except RoamingError:
            raise
        except FOREIGN as error:
            raise TransportError(plain(access, error)) from None
        try:
            yield LinuxSession(access, connection)
        finally:
            connection.paramiko_cleanup()


@dataclass(frozen=True, slots=True)
class LinuxChannel:
    """A command that runs on the device."""

    access: Access
    channel: paramiko.Channel

    def send(self, data: bytes) -> None:
        """Write to its standard input."""
        try:
            self.channel.sendall(data)
        except FOREIGN as error:
            raise TransportError(plain(self.access, error)) from None

    def receive(self) -> bytes:
        """Wait for some of its standard output, for ever."""
        try:
            return bytes(self.channel.recv(_CHUNK))
        except FOREIGN as error:
            raise TransportError(plain(self.access, error)) from None

    def close(self) -> None:
        """End it: its input ends, and what waits for its output is told."""
        try:
            self.channel.close()
        except FOREIGN as error:
            raise TransportError(plain(self.access, error)) from None


@dataclass(frozen=True, slots=True)
class LinuxSession:
    """A session over a Netmiko connection; commands run as root, by `sudo -n` where the user is another."""

    access: Access
    connection: StrictLinux

    def run(self, argv: Sequence[str], data: bytes = b"") -> Result:
        """Run a command. A silence of two minutes is a lost device."""
        try:
            return self._exchange(self._command(argv), data)
        except FOREIGN as error:
            raise TransportError(plain(self.access, error)) from None

    def start(self, argv: Sequence[str]) -> LinuxChannel:
        """Start a command that runs as long as the channel is open; its standard error is passed over."""
        try:
            channel = self.connection.channel_of_its_own()
            channel.get_transport().set_keepalive(_KEEPALIVE_S)
            channel.exec_command(self._command(argv))
        except FOREIGN as error:
            raise TransportError(plain(self.access, error)) from None
        return LinuxChannel(self.access, channel)

    def _command(self, argv: Sequence[str]) -> str:
        return shlex.join(argv if self.access.user == "root" else ["sudo", "-n", "--", *argv])

    def _exchange(self, command: str, data: bytes) -> Result:
        with self.connection.channel_of_its_own() as channel:
            channel.settimeout(_COMMAND_TIMEOUT_S)
            channel.exec_command(command)
            try:
                channel.sendall(data)
                channel.shutdown_write()
            except OSError as error:
                if isinstance(error, TimeoutError):
                    raise
            out = channel.makefile("rb").read()
            err = channel.makefile_stderr("rb").read()
            return Result(channel.recv_exit_status(), out, err)

    def _script(self, script: str, *words: str, data: bytes = b"") -> Result:
        return self.run(["sh", "-c", script, "roam", *words], data)

    def read(self, path: str) -> RemoteFile | None:
        """Return a file with its mode and owner."""
        result = self._script(_READ, path)
        if result.rc == _NO_SUCH_FILE:
            return None
        header, newline, content = result.out.partition(b"\n")
        fields = header.decode(errors="replace").split(" ")
        if result.rc or not newline or len(fields) != 3:  # noqa: PLR2004  mode, owner, group
            raise TransportError(self._refused(f"{path} cannot be read", result))
        return RemoteFile(content, int(fields[0], 8), fields[1], fields[2])

    def listing(self, directory: str) -> tuple[str, ...]:
        """Return all files below a directory."""
        result = self._script(_LISTING, directory)
        if result.rc:
            raise TransportError(self._refused(f"{directory} cannot be listed", result))
        return tuple(sorted(path.decode(errors="surrogateescape") for path in result.out.split(b"\0") if path))

    def write(self, path: str, file: RemoteFile) -> None:
        """Write beside the old file, bring it to disk, and rename."""
        words = (path, f"{file.mode:04o}", f"{file.owner}:{file.group}", str(len(file.content)))
        result = self._script(_WRITE, *words, data=file.content)
        if result.rc:
            raise TransportError(self._refused(f"{path} cannot be written", result))

    def remove(self, path: str) -> None:
        """Remove a file."""
        result = self.run(["rm", "-f", "--", path])
        if result.rc:
            raise TransportError(self._refused(f"{path} cannot be removed", result))

    def _refused(self, what: str, result: Result) -> str:
        """Say what failed. Only standard error is repeated: standard output may be a file."""
        words = result.err.decode(errors="replace").strip().splitlines()
        return f"{self.access.device}: {what}: {words[-1] if words else f'status {result.rc}'}"
