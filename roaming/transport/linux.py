"""Sessions to Linux devices over Netmiko.

Netmiko logs in (host keys, time limits, one place for all platforms). Commands then run on channels of their own of
that connection, not in Netmiko's terminal: a terminal mangles octets, has no exit status, and what is typed into it
stands in Netmiko's logs.
"""

from __future__ import annotations

import io
import logging
import shlex
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import paramiko
from netmiko.exceptions import NetmikoAuthenticationException, NetmikoBaseException, NetmikoTimeoutException
from netmiko.linux.linux_ssh import LinuxSSH

from roaming.errors import RoamingError, TransportError
from roaming.model.bundle import RemoteFile
from roaming.transport.access import known_hosts_text, login_key
from roaming.transport.session import Result

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from roaming.transport.access import Access

# Without a handler of its own paramiko's complaints, tracebacks among them, go to standard error.
logging.getLogger("paramiko").addHandler(logging.NullHandler())

_TIMEOUT_S = 30
_COMMAND_TIMEOUT_S = 120
_NO_SUCH_FILE = 44
_FOREIGN = (
    NetmikoBaseException,
    NetmikoTimeoutException,
    NetmikoAuthenticationException,
    paramiko.SSHException,
    OSError,
    EOFError,
    ValueError,
)

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
        super().__init__(
            host=access.host,
            port=access.port,
            username=access.user,
            password=access.password,
            pkey=None if access.key is None else _pkey(access),
            device_type="linux",
            ssh_strict=True,
            allow_agent=False,
            conn_timeout=_TIMEOUT_S,
            auth_timeout=_TIMEOUT_S,
            banner_timeout=_TIMEOUT_S,
            blocking_timeout=_TIMEOUT_S,
        )

    def _get_ssh_client_instance(self) -> paramiko.SSHClient:
        client = paramiko.SSHClient()
        for number, line in enumerate(self._known.splitlines(), start=1):
            _trust(client.get_host_keys(), line, number)
        return client

    def channel_of_its_own(self) -> paramiko.Channel:
        """Open a channel beside Netmiko's terminal."""
        if self.remote_conn_pre is None:
            message = "SSH session not active"
            raise paramiko.SSHException(message)
        return self.remote_conn_pre.get_transport().open_session(timeout=_TIMEOUT_S)


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
        except _FOREIGN as error:
            raise TransportError(_plain(access, error)) from None
        try:
            yield LinuxSession(access, connection)
        finally:
            connection.paramiko_cleanup()


@dataclass(frozen=True, slots=True)
class LinuxSession:
    """A session over a Netmiko connection; commands run as root, by `sudo -n` where the user is another."""

    access: Access
    connection: StrictLinux

    def run(self, argv: Sequence[str], data: bytes = b"") -> Result:
        """Run a command. A silence of two minutes is a lost device."""
        words = list(argv) if self.access.user == "root" else ["sudo", "-n", "--", *argv]
        try:
            return self._exchange(shlex.join(words), data)
        except _FOREIGN as error:
            raise TransportError(_plain(self.access, error)) from None

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


def _trust(keys: paramiko.HostKeys, line: str, number: int) -> None:
    """Add one line of a known_hosts file; markers such as @revoked are not for us."""
    if not line.strip() or line.startswith(("#", "@")):
        return
    entry = paramiko.hostkeys.HostKeyEntry.from_line(line, number)
    for name in entry.hostnames if entry is not None else ():
        keys.add(name, entry.key.get_name(), entry.key)


def _pkey(access: Access) -> paramiko.PKey:
    text = login_key(access.device, access.key or "")
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text))
        except (paramiko.SSHException, ValueError):
            continue
    message = f"{access.device}: its login key is of a kind that is not supported (Ed25519, ECDSA and RSA are)"
    raise TransportError(message)


def _plain(access: Access, error: BaseException) -> str:
    """Say in plain words why there is no session; only paramiko's and Netmiko's known words are looked at."""
    where = f"{access.device} ({access.place})"
    if isinstance(error, paramiko.BadHostKeyException):
        return f"{where}: its host key is not the one that is known: refused"
    if isinstance(error, paramiko.AuthenticationException):
        return f"{where}: it refuses the login of {access.user}"
    text = str(error)
    for telling, words in _CAUSES:
        if telling in text:
            return f"{where}: {words}"
    return f"{where}: no session ({type(error).__name__})"


_CAUSES = (
    ("not found in known_hosts", "its host key is not known: refused"),
    ("does not match", "its host key is not the one that is known: refused"),
    ("TCP connection to device failed", "no connection"),
    ("No existing session", "no answer in time"),
    ("timed out", "no answer in time"),
    ("Error reading SSH protocol banner", "no answer in time"),
    ("SSH session not active", "the connection broke"),
    ("Socket is closed", "the connection broke"),
)
