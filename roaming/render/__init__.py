"""Network to bundle: per device the files it shall have, with slots where secrets go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from roaming.model.bundle import Bundle, DeviceBundle
from roaming.model.collector import building
from roaming.render.freeradius import radius_servers
from roaming.render.hostapd import access_points
from roaming.render.iosxe import controllers
from roaming.render.radsecproxy import hubs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from roaming.model.network import Network

RENDERERS: Final[tuple[Callable[[Network], Iterable[DeviceBundle]], ...]] = (
    hubs,
    radius_servers,
    controllers,
    access_points,
)


@building()
def render(network: Network) -> Bundle:
    """Return every device's files: the same for the same network.

    Raises `QuoteError` for a value that a target cannot spell, `RenderError` for what a version cannot do.
    """
    return Bundle(tuple(device for devices in RENDERERS for device in devices(network)))


__all__ = ["render"]
