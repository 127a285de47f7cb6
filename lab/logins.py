"""How engineers get into the lab's devices: each device proves itself with a host key, each user with a login key."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lab.topology import Node


@dataclass(frozen=True, slots=True)
class HostKey:
    """A device's SSH host key: the private half in OpenSSH's format, the public half as one line."""

    private: str = field(repr=False)
    public: str


def host_key() -> HostKey:
    """Make a host key."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
    return HostKey(private, key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode())


def authorized_key(private: str) -> str:
    """Return the line of authorized_keys for a login key."""
    key = load_ssh_private_key(private.encode(), password=None)
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def known_hosts(nodes: Iterable[Node], keys: Mapping[str, HostKey]) -> str:
    """Return known_hosts lines: each device by name and by the address that engineers use."""
    return "".join(f"{node.name},{node.address} {keys[node.name].public}\n" for node in nodes if node.name in keys)
