"""`roam-monitor serve`: one process that collects, keeps and tells."""

from __future__ import annotations

import asyncio
import os
from random import SystemRandom
from typing import TYPE_CHECKING

import typer

from monitor.cli import compose
from monitor.cli.address import address
from monitor.cli.logs import log_places
from monitor.cli.means import Means
from monitor.cli.options import (
    DEFAULT_INVENTORY,
    DEFAULT_LISTEN,
    InventoryOption,
    KnownHostsOption,
    LimitOption,
    ListenOption,
    LogOption,
    ScaleOption,
    SecretsOption,
    StateOption,
    TrapsOption,
    VaultPasswordFileOption,
    WebConfigOption,
)
from monitor.cli.process import Process, leaving, listen, log_to_stderr
from monitor.discover import estate, targets
from monitor.exporter import Exporter, WebConfig, application, read_web_config
from monitor.metrics import PairsFile, State
from monitor.runner import Intervals, Runner
from monitor.sample import SystemClock
from roaming.load import load
from roaming.push.reach import agent_sessions
from roaming.secrets import open_store

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from monitor.target import Estate
    from roaming.model.network import Network


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve_command)


def serve_command(
    *,
    inventory: InventoryOption = DEFAULT_INVENTORY,
    limit: LimitOption = None,
    listen_on: ListenOption = DEFAULT_LISTEN,
    web_config: WebConfigOption = None,
    scale: ScaleOption = 1.0,
    state: StateOption = None,
    traps: TrapsOption = None,
    log: LogOption = None,
    secrets: SecretsOption = None,
    vault_password_file: VaultPasswordFileOption = None,
    known_hosts: KnownHostsOption = None,
) -> None:
    """Watch the federation, and tell Prometheus and people.

    Examples: roam-monitor serve -i inventory; roam-monitor serve --limit camden --web-config web.yml
    """
    if not 0 < scale < float("inf"):
        message = "--scale is a number above 0"
        raise typer.BadParameter(message)
    network = load(inventory).network
    watched = estate(network, limit)
    if not watched.boroughs and not watched.hubs:
        message = f"--limit {limit} names no borough of the inventory"
        raise typer.BadParameter(message)
    store = open_store(secrets, os.environ, vault_password_file)
    means = Means(
        store=store,
        open_session=agent_sessions(store, known_hosts),
        intervals=Intervals(scale),
        clock=SystemClock(),
        random=SystemRandom(),
        state_directory=state,
        limit=limit,
        traps=address("--traps", traps) if traps else None,
        logs=log_places(log or ()),
    )
    config = WebConfig() if web_config is None else read_web_config(web_config)
    log_to_stderr()
    with leaving():
        asyncio.run(_serve(network, watched, means, listen_on, config))


async def _serve(network: Network, watched: Estate, means: Means, listen_on: str, config: WebConfig) -> None:
    """Listen, then compose everything and run it: what cannot be served collects nothing."""
    context = config.tls.context() if config.tls else None
    with listen(listen_on) as socket:
        process, app = _composed(network, watched, means, config)
        await process.run(app, socket, context)


def _composed(network: Network, watched: Estate, means: Means, config: WebConfig) -> tuple[Process, Starlette]:
    state = State(watched, interval_s=means.intervals.probes_s, clock=means.clock)
    runner = Runner(compose.tasks(network, watched, means), state, clock=means.clock, random=means.random)
    exporter = Exporter(
        state=state,
        clock=means.clock,
        ready=lambda: runner.ready,
        targets=targets(network, means.limit),
        modules=compose.modules(network, watched, means),
    )
    pages = tuple(route for build in compose.PAGES for route in build(network, watched, state, means))
    process = Process(
        runner=runner,
        state=state,
        pairs=PairsFile(means.state_directory / "pairs.json") if means.state_directory else None,
        keep_s=means.intervals.keep_s,
        guarded=config.guarded,
    )
    return process, application(exporter, pages, config)
