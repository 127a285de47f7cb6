"""Basic authentication with bcrypt, as the exporter-toolkit does it: for every path, health included.

Source: https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md#about-bcrypt.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Final

import bcrypt
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Receive, Scope, Send

_NOBODY: Final = bcrypt.hashpw(secrets.token_bytes(32), bcrypt.gensalt(10))
"""Compared with when the user is unknown, so that the time does not tell who is known."""
_LONGEST: Final = 72
"""Octets of a password that bcrypt looks at; the library raises for more."""


class BasicAuthentication:
    """ASGI: lets through whoever is known.

    bcrypt takes 70 ms of CPU by design, so each user's right password is remembered, as a keyed digest. Wrong ones are
    not, and wait for each other: whoever guesses neither delays nor displaces who is known.
    """

    def __init__(self, app: ASGIApp, users: Mapping[str, bytes]) -> None:
        self._app = app
        self._users = dict(users)
        self._key = secrets.token_bytes(32)
        self._right: dict[str, bytes] = {}
        self._one_at_a_time = asyncio.Lock()

    @property
    def remembered(self) -> int:
        """How many users' passwords are remembered: one of each at most."""
        return len(self._right)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401, or pass on."""
        if scope["type"] != "http" or await self._known(Headers(scope=scope).get("authorization", "")):
            await self._app(scope, receive, send)
            return
        refused = PlainTextResponse("Unauthorized\n", 401, {"WWW-Authenticate": "Basic"})
        await refused(scope, receive, send)

    async def _known(self, header: str) -> bool:
        given = credentials(header)
        if given is None:
            return False
        user, password = given
        mark = hmac.digest(self._key, len(user).to_bytes(8, "big") + user.encode() + password, hashlib.sha256)
        if self._remembers(user, mark):
            return True
        async with self._one_at_a_time:
            # Another request may have brought the same meanwhile.
            if self._remembers(user, mark):
                return True
            right = await run_in_threadpool(self._compare, user, password)
            if right:
                self._right[user] = mark
        return right

    def _remembers(self, user: str, mark: bytes) -> bool:
        return hmac.compare_digest(self._right.get(user, b""), mark)

    def _compare(self, user: str, password: bytes) -> bool:
        known = self._users.get(user)
        fits = len(password) <= _LONGEST
        same = bcrypt.checkpw(password if fits else b"", known or _NOBODY)
        return same and fits and known is not None


def credentials(header: str) -> tuple[str, bytes] | None:
    """Return user and password of an Authorization header (RFC 7617); None when it is none."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(token.strip(), validate=True).partition(b":")
        return (user.decode(), password) if colon else None
    except (binascii.Error, ValueError):
        return None
