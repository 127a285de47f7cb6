"""How to reach a device: address, user, the proof of who we are, and of who it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path  # noqa: TC003  part of a public signature

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_ssh_private_key,
)

from roaming.errors import SecretError, TransportError

_SSH_PORT = 22
_OPENSSH = "-----BEGIN OPENSSH PRIVATE KEY-----"


@dataclass(frozen=True, slots=True)
class Access:
    """The way into a device. `host_key` is an OpenSSH public key; without it `known_hosts` must know the device.

    `enable` is the password of a second step that some controllers want.
    """

    device: str
    host: str
    port: int
    user: str
    password: str | None = field(default=None, repr=False)
    key: str | None = field(default=None, repr=False)
    host_key: str | None = None
    known_hosts: Path | None = None
    enable: str | None = field(default=None, repr=False)

    @property
    def place(self) -> str:
        """The host as known_hosts spells it."""
        return self.host if self.port == _SSH_PORT else f"[{self.host}]:{self.port}"


def known_hosts_text(access: Access) -> str:
    """Return the known_hosts lines by which the device must prove itself.

    Raises TransportError when there are none: an unknown device is never trusted.
    """
    if access.host_key is not None:
        return f"{access.place} {access.host_key}\n"
    if access.known_hosts is None:
        message = (
            f"{access.device}: its host key is not known: give it host_key in the inventory, or name --known-hosts"
        )
        raise TransportError(message)
    try:
        return access.known_hosts.read_text()
    except (OSError, UnicodeDecodeError):
        message = f"{access.device}: the known_hosts file {access.known_hosts.name} cannot be read"
        raise TransportError(message) from None


def login_key(device: str, pem: str) -> str:
    """Return a private key in OpenSSH's own format, which every client reads, whatever PEM it came in.

    Raises SecretError when it is none, or is encrypted.
    """
    text = pem.strip() + "\n"
    load = load_ssh_private_key if text.startswith(_OPENSSH) else load_pem_private_key
    try:
        key = load(text.encode(), password=None)
        return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        message = f"{device}: its login key is not an unencrypted private key"
        raise SecretError(message) from None
