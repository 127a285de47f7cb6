"""The pages for planners in `serve`: over the whole federation, so that what is not watched here is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import BaseRoute, Mount

from monitor.discover import estate
from monitor.web import web

if TYPE_CHECKING:
    from monitor.cli.means import Means
    from monitor.metrics import State
    from monitor.target import Estate
    from roaming.model.network import Network


def pages(network: Network, _: Estate, state: State, means: Means) -> tuple[BaseRoute, ...]:
    """Return the routes of `monitor.web`, behind all others."""
    wall = means.clock.wall
    return (Mount("/", web(estate(network), lambda: state.picture(wall()), clock=wall)),)
