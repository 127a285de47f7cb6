"""Observers join a lab that runs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lab.errors import ContainerError
from lab.images import Image
from lab.topology import NodeKind, container
from lab.watch.configuration import MONITOR_PORT, files
from lab.watch.observers import observers, observers_file
from lab.watch.question import get
from roaming.load import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.engine import Engine
    from lab.folder import Folder
    from lab.topology import Node, Topology

_READY: Final = {
    "monitor": f"http://127.0.0.1:{MONITOR_PORT}/-/healthy",
    "prometheus": "http://127.0.0.1:9090/-/ready",
    "alertmanager": "http://127.0.0.1:9093/-/ready",
}
_PAUSE_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Wanted:
    """What shall look on, and how fast time goes for it. `ensure` returns the tag of an image."""

    ensure: Callable[[Image], str]
    scale: float
    grafana: bool = False
    patience_s: float = 60


def watch(
    engine: Engine, folder: Folder, topology: Topology, wanted: Wanted, step: Callable[[str], None]
) -> tuple[Node, ...]:
    """Start the monitor, Prometheus, Alertmanager and the pager, and wait until each answers.

    Raises `ContainerError` for the first that does not; the lab and the others go on.
    """
    step("starting the monitor, Prometheus and Alertmanager")
    network = load(folder.inventory).network
    folder.observers.mkdir(exist_ok=True)
    for name, text in files(topology, network, wanted.scale).items():
        (folder.observers / name).write_text(text, encoding="utf-8")
    compose = observers_file(topology, lambda node: wanted.ensure(_image(node)), grafana=wanted.grafana)
    folder.observers_compose.write_text(compose, encoding="utf-8")
    nodes = observers(topology, grafana=wanted.grafana)
    # Those of a former time have read other files.
    names = [container(topology, node) for node in nodes]
    engine.remove_containers([name for name in names if engine.state(name)])
    engine.compose_up(folder.observers_compose, folder.name)
    for node in nodes:
        _wait(engine, topology, node, wanted.patience_s)
    return nodes


def _image(node: Node) -> Image:
    return Image.CONTROL if node.kind is NodeKind.MONITOR else Image.DEBIAN_13


def _wait(engine: Engine, topology: Topology, node: Node, patience_s: float) -> None:
    name, url = container(topology, node), _READY.get(node.name)
    deadline = time.monotonic() + patience_s
    while True:
        state = engine.state(name)
        if state is None:
            raise ContainerError(name, "could not be made")
        if not state.running:
            raise ContainerError(name, f"ended with exit status {state.exit_code}; its last lines:", engine.logs(name))
        if url is None or get(engine, name, url) is not None:
            return
        if time.monotonic() > deadline:
            message = f"does not answer {url} after {patience_s:g} s; its last lines:"
            raise ContainerError(name, message, engine.logs(name))
        time.sleep(_PAUSE_S)
