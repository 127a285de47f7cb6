"""What collectors are built with, and the three kinds of things that `serve` is composed of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path
    from random import Random

    from starlette.routing import BaseRoute

    from monitor.cli.logs import LogPlace
    from monitor.exporter import Module
    from monitor.metrics import State
    from monitor.runner import Intervals, Task
    from monitor.sample import Clock
    from monitor.target import Estate
    from roaming.model.borough import Agent
    from roaming.model.network import Network
    from roaming.secrets import SecretStore
    from roaming.transport import Session


@dataclass(frozen=True, slots=True)
class Means:
    """What the process has: secrets, a way to the agents, clocks, chance, and a directory where it has one.

    `limit` is the part of the federation that is watched: `monitor.discover.within(owner, limit)` says what is in it.
    `traps` is the address and port on which devices' traps come, none where nobody sends any; `logs` are those that it
    follows.
    """

    store: SecretStore
    open_session: Callable[[Agent], AbstractContextManager[Session]]
    intervals: Intervals
    clock: Clock
    random: Random
    state_directory: Path | None = None
    limit: str | None = None
    traps: tuple[str, int] | None = None
    logs: tuple[LogPlace, ...] = ()


Builder: TypeAlias = "Callable[[Network, Estate, Means], tuple[Task, ...]]"
"""Makes the tasks of one collector."""

ModuleBuilder: TypeAlias = "Callable[[Network, Estate, Means], Mapping[str, Module]]"
"""Makes modules of `/probe`, by name."""

PageBuilder: TypeAlias = "Callable[[Network, Estate, State, Means], tuple[BaseRoute, ...]]"
"""Makes routes beside those of the exporter."""
