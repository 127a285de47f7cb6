"""The pages over HTTP: an application to mount, with the headers that let nothing else in.

No script, no cookie, no address of another host. A picture is taken at most once in two seconds, however many look.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route

from monitor import attribution
from monitor.errors import MonitorError
from monitor.web.overview import overview
from monitor.web.pages import STATIC, page, static
from monitor.web.places import borough_page, building_page, search
from monitor.web.seen import Seen, aged, tidy
from monitor.web.words import plain, stamp, told

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from monitor.attribution import Finding
    from monitor.metrics import Picture
    from monitor.target import Estate

_KEPT_S: Final = 2.0
_QUERY_LENGTH: Final = 100
"""Characters of a search that are looked at."""
_HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "geolocation=(), camera=(), microphone=()",
}


def web(
    estate: Estate,
    picture: Callable[[], Picture],
    findings: Callable[[Picture, Estate], tuple[Finding, ...]] = attribution.findings,
    clock: Callable[[], float] = time.time,
) -> Starlette:
    """Return the pages as an application to mount at `/`; they need nothing but these."""
    pages = _Pages(_Watch(tidy(estate), picture, findings, clock))
    app = Starlette(
        routes=[
            Route("/", pages.overview),
            Route("/borough/{slug}", pages.borough),
            Route("/building/{borough}/{site}", pages.building),
            Route("/buildings", pages.buildings),
            Route("/static/{name}", _static),
        ],
        middleware=[Middleware(_Guarded)],
        exception_handlers={HTTPException: pages.refused, MonitorError: pages.failed},
    )
    # A redirect for a slash would repeat whatever Host the request bears.
    app.router.redirect_slashes = False
    return app


@dataclass
class _Watch:
    """Takes a picture, and has it explained, at most every two seconds."""

    estate: Estate
    picture: Callable[[], Picture]
    findings: Callable[[Picture, Estate], tuple[Finding, ...]]
    clock: Callable[[], float]
    _seen: Seen | None = None
    _lock: Lock = field(default_factory=Lock)

    def look(self) -> Seen:
        """Return what is known; raises whatever `MonitorError` the picture raises."""
        now = self.clock()
        with self._lock:
            if self._seen is None or not 0 <= now - self._seen.now < _KEPT_S:
                self._seen = self._fresh(now)
            return self._seen

    def _fresh(self, now: float) -> Seen:
        seen = Seen(self.estate, self.picture(), (), now)
        if seen.late:
            # Nothing is said to be at fault on evidence that is not gone by.
            return replace(seen, picture=aged(seen.picture))
        return replace(seen, findings=self.findings(seen.picture, self.estate))


@dataclass(frozen=True)
class _Pages:
    """Each page: what is known, viewed, printed. They run in threads: one may wait for the picture."""

    watch: _Watch

    def overview(self, request: Request) -> Response:
        """Answer `/`; `?order=state` puts the worst first, `?refresh=on` loads it again every minute."""
        seen = self.watch.look()
        view = overview(seen, by_state=request.query_params.get("order") == "state")
        return _html(seen, "overview.html", view=view, refresh=request.query_params.get("refresh") == "on")

    def borough(self, request: Request) -> Response:
        """Answer `/borough/SLUG`."""
        seen = self.watch.look()
        slug = request.path_params["slug"]
        if slug not in seen.boroughs:
            raise HTTPException(404)
        return _html(seen, "borough.html", view=borough_page(seen, slug))

    def building(self, request: Request) -> Response:
        """Answer `/building/BOROUGH/SITE`."""
        seen = self.watch.look()
        key = f"{request.path_params['borough']}/{request.path_params['site']}"
        if key not in seen.sites:
            raise HTTPException(404)
        return _html(seen, "building.html", view=building_page(seen, key))

    def buildings(self, request: Request) -> Response:
        """Answer `/buildings`, with `?q=` only those that hold a text."""
        seen = self.watch.look()
        query = request.query_params.get("q", "")[:_QUERY_LENGTH]
        return _html(
            seen,
            "buildings.html",
            found=search(seen, query),
            query=plain(query),
            longest=_QUERY_LENGTH,
            total=len(seen.sites),
        )

    def refused(self, _: Request, error: Exception) -> Response:
        """Say that there is no such page, or that it cannot be asked in this way."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = error.headers if isinstance(error, HTTPException) else None
        return _problem(self.watch.estate.name, status, headers)

    def failed(self, _: Request, __: Exception) -> Response:
        """Say that nothing can be said now: the reason is the monitor's, and not for this page."""
        return _problem(self.watch.estate.name, 503)


def _html(seen: Seen, template: str, *, refresh: bool = False, **values: object) -> Response:
    late = told(seen.picture.at, seen.now) if seen.late else None
    body = page(
        template,
        federation=seen.estate.name,
        made=stamp(seen.now),
        clock=told(seen.now, seen.now),
        late=late,
        ahead=seen.ahead,
        refresh=refresh,
        **values,
    )
    return Response(body, media_type="text/html", headers={"cache-control": "no-cache"})


def _problem(federation: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    body = page("problem.html", federation=federation, status=status)
    return Response(body, status, media_type="text/html", headers={"cache-control": "no-store", **(headers or {})})


def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in STATIC:
        raise HTTPException(404)
    kept = {"cache-control": "public, max-age=86400", "content-type": STATIC[name]}
    return Response(static(name), headers=kept)


class _Guarded:
    """Adds the headers to every answer, also to those of errors."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
                message["headers"] = [*message.get("headers", []), *given]
            await send(message)

        await self._app(scope, receive, guarded)
