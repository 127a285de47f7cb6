"""`roam-monitor capture --listen`: a sensor in a building, as an exporter."""

from __future__ import annotations

import asyncio
from random import SystemRandom
from typing import TYPE_CHECKING, Final

from monitor.cli.process import Process, leaving, listen, log_to_stderr
from monitor.discover import bssids
from monitor.errors import SettingError
from monitor.exporter import Exporter, WebConfig, application, read_web_config
from monitor.metrics import State
from monitor.passive.captures import CaptureTask, Machine, Medium, PacketsTask, RoamCounter, Tap
from monitor.runner import Runner
from monitor.sample import SystemClock
from monitor.target import Estate
from roaming.load import load
from roaming.model.terms import Scheme

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from roaming.model.network import Network

MACHINE = Machine()
_KEEP_S: Final = 60.0
"""It keeps nothing over a restart: the interval has no effect."""


def serve_roams(interfaces: Sequence[str], inventory: Path, listen_on: str, web_config: Path | None) -> None:
    """Hear the air until SIGTERM or SIGINT, and tell Prometheus of the roams to access points of the inventory.

    Raises `CaptureError` for what cannot be heard, `SettingError` for an interface that is no radio.
    """
    for interface in interfaces:
        if Tap(interface, machine=MACHINE).medium is not Medium.AIR:
            message = f"--listen tells of roams, and {interface} is no radio in monitor mode"
            raise SettingError(message)
    network = load(inventory).network
    config = WebConfig() if web_config is None else read_web_config(web_config)
    log_to_stderr()
    with leaving():
        asyncio.run(_serve(network, tuple(dict.fromkeys(interfaces)), listen_on, config))


async def _serve(network: Network, interfaces: tuple[str, ...], listen_on: str, config: WebConfig) -> None:
    context = config.tls.context() if config.tls else None
    clock = SystemClock()
    # Of the federation it shows nothing: who probes it does.
    state = State(_nothing(network), interval_s=None, clock=clock)
    federated = frozenset(wlan.ssid for wlan in network.wlans if wlan.scheme is not Scheme.GOVWIFI)
    sensor = CaptureTask(interfaces, RoamCounter(bssids(network), federated), MACHINE)
    runner = Runner((sensor, PacketsTask(sensor, clock)), state, clock=clock, random=SystemRandom())
    app = application(Exporter(state=state, clock=clock, ready=lambda: runner.ready), config=config)
    with listen(listen_on) as socket:
        process = Process(runner=runner, state=state, pairs=None, keep_s=_KEEP_S, guarded=config.guarded)
        await process.run(app, socket, context)


def _nothing(network: Network) -> Estate:
    head = network.federation
    return Estate(head.name, head.operator.name, boroughs=(), homes=(), sites=(), servers=(), hubs=())
