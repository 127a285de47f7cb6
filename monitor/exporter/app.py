"""The application: what stands at which path. No URL leads to an error of the server."""

from __future__ import annotations

import asyncio
import gzip
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from monitor.exporter.authentication import BasicAuthentication
from monitor.exporter.discovery import scrapes_of_us, service_discovery
from monitor.exporter.headers import FixedHeaders
from monitor.exporter.web_config import WebConfig
from monitor.metrics import CONTENT_TYPE, exposition_of, picture_document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from monitor.exporter.module import Module
    from monitor.metrics import State
    from monitor.sample import Clock
    from monitor.target import Target

_LOG: Final = logging.getLogger(__name__)
_GZIP_FROM: Final = 1024
_FAST: Final = 1
_LONGEST_PROBE_S: Final = 120.0
_PROBES_AT_ONCE: Final = 32
"""However many ask, the devices are not asked by more at once."""
_MARGIN_S: Final = 0.5
"""Taken from Prometheus' own timeout, so that it hears of ours."""


@dataclass(frozen=True, slots=True)
class Exporter:
    """What is asked for by HTTP. `ready` says whether everything has been collected once.

    What takes long and waits for no device is no coroutine: Starlette calls it in threads of its own, in which no
    session to an agent hangs.
    """

    state: State
    clock: Clock
    ready: Callable[[], bool]
    targets: tuple[Target, ...] = ()
    modules: Mapping[str, Module] = field(default_factory=dict)
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_PROBES_AT_ONCE))

    def metrics(self, request: Request) -> Response:
        """Return everything. It is zipped in the thread that wrote it: megabytes would hold the loop."""
        text = self.state.exposition(self.clock.wall())
        headers = {"Content-Type": CONTENT_TYPE, "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(gzip.compress(text, _FAST, mtime=0), headers=headers | {"Content-Encoding": "gzip"})
        return Response(text, headers=headers)

    async def probe(self, request: Request) -> Response:
        """Collect from one target of the inventory now, and return only that."""
        name, target = request.query_params.get("module", ""), request.query_params.get("target", "")
        module = self.modules.get(name)
        if module is None:
            return _wrong("module", self.modules)
        if target not in module.targets:
            return _wrong("target", module.targets)
        try:
            async with asyncio.timeout(_timeout(request)), self._slots:
                batches = await module.collect(module.targets[target])
        except TimeoutError:
            return PlainTextResponse(f"{target} took too long\n", 504)
        except Exception as error:  # noqa: BLE001  whatever a module does, the answer is one
            _LOG.error("/probe of %s by %s failed: %s", target, name, type(error).__name__)
            return PlainTextResponse(f"{target} could not be read\n", 502)
        return Response(exposition_of(batches), headers={"Content-Type": CONTENT_TYPE})

    async def discovery(self, request: Request) -> Response:
        """Return what there is, or what a module can be asked for, as Prometheus' service discovery reads it."""
        name = request.query_params.get("module")
        if name is None:
            return JSONResponse(service_discovery(self.targets))
        if name not in self.modules:
            return _wrong("module", self.modules)
        address = request.headers.get("host", "")
        return JSONResponse(scrapes_of_us(self.modules[name].targets.values(), name, address))

    def picture(self, _: Request) -> Response:
        """Return what is known now, for `roam-monitor matrix` and other readers."""
        return JSONResponse(picture_document(self.state.picture(self.clock.wall())))

    async def healthy(self, _: Request) -> Response:
        """Say that the process lives."""
        return PlainTextResponse("Healthy.\n")

    async def is_ready(self, _: Request) -> Response:
        """Say whether what is told is whole."""
        if self.ready():
            return PlainTextResponse("Ready.\n")
        return PlainTextResponse("The first cycle is not over.\n", 503)


def application(exporter: Exporter, routes: Sequence[BaseRoute] = (), config: WebConfig | None = None) -> Starlette:
    """Return the application. `routes` are others', behind ours."""
    config = config or WebConfig()
    ours = (
        Route("/metrics", exporter.metrics),
        Route("/probe", exporter.probe),
        Route("/targets", exporter.discovery),
        Route("/api/picture", exporter.picture),
        Route("/-/healthy", exporter.healthy),
        Route("/-/ready", exporter.is_ready),
    )
    middleware = [Middleware(GZipMiddleware, minimum_size=_GZIP_FROM, compresslevel=_FAST)]
    if config.users:
        middleware.insert(0, Middleware(BasicAuthentication, users=config.users))
    if config.headers:
        middleware.insert(0, Middleware(FixedHeaders, headers=config.headers))
    app = Starlette(routes=[*ours, *routes], middleware=middleware)
    # A redirect for a slash would repeat whatever Host the request bears.
    app.router.redirect_slashes = False
    return app


def _wrong(what: str, known: Mapping[str, object]) -> Response:
    there_is = ", ".join(sorted(known)) or "none"
    return PlainTextResponse(f"unknown {what}; there is: {there_is}\n", 400)


def _timeout(request: Request) -> float:
    """Return how long Prometheus waits, less a margin (its header X-Prometheus-Scrape-Timeout-Seconds)."""
    try:
        given = float(request.headers.get("x-prometheus-scrape-timeout-seconds", ""))
    except ValueError:
        return _LONGEST_PROBE_S
    # Written so that NaN is the longest too.
    return max(given - _MARGIN_S, _MARGIN_S) if given < _LONGEST_PROBE_S else _LONGEST_PROBE_S
