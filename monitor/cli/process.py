"""The life of the process: it collects and answers in one event loop, until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, NoReturn

import uvicorn

from monitor.cli.address import address
from monitor.errors import ListenError
from monitor.probes import THREAD_NAME
from monitor.sample import FOR_EVER, Batch, Sample, family

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    from starlette.types import ASGIApp

    from monitor.metrics import PairsFile, State
    from monitor.runner import Runner

_LOG: Final = logging.getLogger(__name__)
_THREADS: Final = 64
"""What blocks waits in a thread: sessions to agents, one for each borough, and name look-ups."""
_COLLECTING: Final = "collecting"
_MAY_HANG: Final = (_COLLECTING, THREAD_NAME)
"""How the names of threads begin that may wait for a session: the loop's own, and those of `monitor.probes.Matrix`."""
_GRACE_S: Final = 5
_THREADS_GRACE_S: Final = 2.0


class _Threads(ThreadPoolExecutor):
    """Does not wait for its threads when the loop ends: one in which a session hangs cannot be stopped."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002  the base's words
        """Start nothing more."""
        super().shutdown(wait=False, cancel_futures=True)


class _Server(uvicorn.Server):
    """Leaves signals to the loop: uvicorn's own way ends the process by the signal, and not with status 0."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@dataclass(frozen=True, slots=True)
class Process:
    """What runs: collecting, keeping what is known of the pairs, and answering. `guarded` asks people who they are."""

    runner: Runner
    state: State
    pairs: PairsFile | None
    keep_s: float
    guarded: bool = False

    async def run(self, app: ASGIApp, listening: socket.socket, context: ssl.SSLContext | None) -> None:
        """Run until a signal; then answer what was asked, stop collecting, and keep what is known."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(_Threads(_THREADS, _COLLECTING))
        server = _server(app, context)

        def stop() -> None:
            server.should_exit = True

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)
        if self.pairs is not None:
            self.pairs.load(self.state)
        self._say_version()
        await self._until_stopped(server, listening)
        if self.pairs is not None:
            self.pairs.save(self.state)
        _LOG.info("stopped")

    async def _until_stopped(self, server: uvicorn.Server, listening: socket.socket) -> None:
        host, port = listening.getsockname()[:2]
        _LOG.info("listening on %s port %d", host, port)
        if not self.guarded and reachable(host):
            _LOG.warning("whoever reaches %s is answered: --web-config asks for a password or a certificate", host)
        background = [asyncio.create_task(self.runner.run()), asyncio.create_task(self._keep())]
        for task in background:
            task.add_done_callback(lambda task: _stop_if_broken(task, server))
        try:
            await server.serve(sockets=[listening])
        finally:
            for task in background:
                task.cancel()
            for task in background:
                with suppress(asyncio.CancelledError):
                    await task

    async def _keep(self) -> None:
        while self.pairs is not None:
            await asyncio.sleep(self.keep_s)
            await asyncio.to_thread(self.pairs.save, self.state)

    def _say_version(self) -> None:
        try:
            found = version("seamless-wifi")
        except PackageNotFoundError:  # Nobody installed it: it runs from a checkout, as in the lab.
            found = "checkout"
        sample = Sample(family("roaming_build_info"), (found,), 1)
        self.state.replace(Batch("build", time.time(), FOR_EVER, (sample,)))


def reachable(host: str) -> bool:
    """Return whether others than this machine reach what listens on an address."""
    return not ip_address(host).is_loopback


@contextmanager
def leaving() -> Iterator[None]:
    """End the process after the block, however that ends, even when a thread hangs: status 0, or 1 when it raises.

    Python's own end would wait for a hanging thread for ever. When none hangs, what was raised goes on.
    """
    try:
        yield
    except BaseException as error:
        if hanging := _hanging():
            # Nobody else will tell it.
            sys.excepthook(type(error), error, error.__traceback__)
            _end(hanging, 1)
        raise
    if hanging := _hanging():
        _end(hanging, 0)


def log_to_stderr() -> None:
    """Write plain lines to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    # They tell every connection and command; netmiko and paramiko may repeat what was typed.
    for name in ("paramiko", "netmiko", "asyncio", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _hanging() -> int:
    """Return how many threads have not ended after a short wait."""
    until = time.monotonic() + _THREADS_GRACE_S
    threads = [thread for thread in threading.enumerate() if thread.name.startswith(_MAY_HANG)]
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    return sum(thread.is_alive() for thread in threads)


def _end(hanging: int, status: int) -> NoReturn:
    _LOG.warning("%d of what was collected did not end in time", hanging)
    logging.shutdown()
    os._exit(status)


def _stop_if_broken(task: asyncio.Task[None], server: uvicorn.Server) -> None:
    """End the process when what collects is broken: one that only answers would tell old things for ever."""
    if not task.cancelled() and task.exception() is not None:
        server.should_exit = True


@contextmanager
def listen(where: str) -> Iterator[socket.socket]:
    """Listen on `address:port`; raises SettingError for what is none, ListenError where that cannot be had."""
    host, port = address("--listen", where)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listening = socket.create_server(found[4][:2], family=found[0], backlog=128)
    except OSError as error:
        message = f"{where} cannot be listened on: {error.strerror}"
        raise ListenError(message) from None
    with listening:
        yield listening


def _server(app: ASGIApp, context: ssl.SSLContext | None) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        ssl_context_factory=(lambda _config, _default: context) if context else None,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    return _Server(config)
