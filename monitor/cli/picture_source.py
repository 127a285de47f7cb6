"""A running monitor, asked for its picture of the federation."""

from __future__ import annotations

import base64
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException
from typing import TYPE_CHECKING, Final

from monitor import json_file
from monitor.errors import PictureError, SettingError
from monitor.metrics import Picture, read_picture

if TYPE_CHECKING:
    from pathlib import Path

_TIMEOUT_S: Final = 10


@dataclass(frozen=True, slots=True)
class PictureSource:
    """Where a monitor answers, and what it takes to be let in.

    `ca` is a file of certificates that are trusted in place of the system's.
    """

    url: str
    user: str = ""
    password: str = field(default="", repr=False)
    ca: Path | None = None

    def picture(self) -> Picture:
        """Ask for what is known now.

        Raises `PictureError` when nobody answers, or with something else, and `SettingError` for an unusable `ca`.
        """
        try:
            with urllib.request.urlopen(self._request(), timeout=_TIMEOUT_S, context=self._trust()) as reply:  # noqa: S310  the scheme is seen to in _request
                document = json_file.parse(reply.read())
        except urllib.error.HTTPError as error:
            error.close()
            hint = ": give --user and ROAM_MONITOR_PASSWORD" if error.code == HTTPStatus.UNAUTHORIZED else ""
            message = f"the monitor at {self.url} answers {error.code} {error.reason}{hint}"
            raise PictureError(message) from error
        except OSError as error:
            reason = getattr(error, "reason", error)
            message = f"no monitor answers at {self.url}: {reason}; start one with `roam-monitor serve`, or give --url"
            raise PictureError(message) from error
        except (HTTPException, ValueError) as error:
            message = f"what answers at {self.url} is no monitor: it sent no JSON"
            raise PictureError(message) from error
        return read_picture(document)

    def _request(self) -> urllib.request.Request:
        address = f"{self.url.rstrip('/')}/api/picture"
        if not address.startswith(("http://", "https://")):
            message = f"{self.url} is no address of a monitor: it starts with http:// or https://"
            raise PictureError(message)
        request = urllib.request.Request(address)  # noqa: S310  the scheme is seen to above
        if self.user:
            pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
            # Whoever is redirected to does not get the password.
            request.add_unredirected_header("Authorization", f"Basic {pair}")
        return request

    def _trust(self) -> ssl.SSLContext | None:
        if self.ca is None:
            return None
        try:
            return ssl.create_default_context(cafile=self.ca)
        except OSError as error:
            message = f"{self.ca} holds no certificates that can be read: {error.strerror or error}"
            raise SettingError(message) from error
