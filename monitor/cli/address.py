"""Where something is listened on."""

from __future__ import annotations

from typing import Final

from monitor.errors import SettingError

_LAST_PORT: Final = 65_535


def address(option: str, where: str) -> tuple[str, int]:
    """Return address and port of `address:port`, such as [::1]:162; raises `SettingError`, which names the option."""
    host, _, port = where.rpartition(":")
    if not host or not port.isdecimal() or int(port) > _LAST_PORT:
        message = f"{option} {where} is not address:port"
        raise SettingError(message)
    return host.removeprefix("[").removesuffix("]"), int(port)
