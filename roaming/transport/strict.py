"""What every Netmiko session of ours has in common: known host keys from memory, time limits, plain words."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING, Any, Final

import paramiko
from netmiko.exceptions import NetmikoAuthenticationException, NetmikoBaseException, NetmikoTimeoutException

from roaming.errors import TransportError
from roaming.transport.access import login_key

if TYPE_CHECKING:
    from roaming.transport.access import Access

# Without a handler of its own paramiko's complaints, tracebacks among them, go to standard error.
logging.getLogger("paramiko").addHandler(logging.NullHandler())

TIMEOUT_S: Final = 30
FOREIGN: Final = (
    NetmikoBaseException,
    NetmikoTimeoutException,
    NetmikoAuthenticationException,
    paramiko.SSHException,
    OSError,
    EOFError,
    ValueError,
)


def options(access: Access, platform: str) -> dict[str, Any]:
    """Return Netmiko's options for a way in; raises TransportError for a login key of an unknown kind."""
    return {
        "host": access.host,
        "port": access.port,
        "username": access.user,
        "password": access.password,
        "secret": access.enable or "",
        "pkey": None if access.key is None else _pkey(access),
        "device_type": platform,
        "ssh_strict": True,
        "allow_agent": False,
        "conn_timeout": TIMEOUT_S,
        "auth_timeout": TIMEOUT_S,
        "banner_timeout": TIMEOUT_S,
        "blocking_timeout": TIMEOUT_S,
    }


def strict_client(known: str) -> paramiko.SSHClient:
    """Return a client that knows these host keys and refuses every other."""
    client = paramiko.SSHClient()
    for number, line in enumerate(known.splitlines(), start=1):
        _trust(client.get_host_keys(), line, number)
    return client


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


def plain(access: Access, error: BaseException) -> str:
    """Say in plain words why there is no session; only paramiko's and Netmiko's known words are looked at."""
    where = f"{access.device} ({access.place})"
    if isinstance(error, paramiko.BadHostKeyException):
        return f"{where}: its host key is not the one that is known: refused"
    if isinstance(error, paramiko.AuthenticationException):
        return f"{where}: it refuses the login of {access.user}"
    if isinstance(error, paramiko.ChannelException):
        return f"{where}: its sshd refuses one more session on this connection (MaxSessions in sshd_config)"
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
    ("Pattern not detected", "no answer in time"),
    ("SSH session not active", "the connection broke"),
    ("Socket is closed", "the connection broke"),
)
