"""Who may log in to simulated devices."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from lab.devices.session import PRIVILEGED

if TYPE_CHECKING:
    import asyncssh


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
