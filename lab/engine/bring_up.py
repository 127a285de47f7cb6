"""Start a compose file and prove that it runs; take it down and prove that nothing is left.

Compose goes on past a service that failed, and healthchecks need systemd: so every container is looked at here.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from lab.errors import AddressTakenError, ContainerError, EngineError, LabError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from lab.engine.command import Result
    from lab.engine.protocol import Engine, State

LAB_LABEL = "seamless-wifi.lab"
READY_FILE = "/run/lab/ready"

_TAKEN = ("already in use", "already used on the host", "already allocated", "pool overlaps")
_POLL_S = 0.2


def bring_up(engine: Engine, compose: Path, lab: str, expected: Sequence[str], *, timeout_s: float = 60) -> None:
    """Start every service of `compose` and wait until each of the containers `expected` runs.

    When one does not, everything is taken down again before the error is raised: AddressTakenError for a port or
    network in use, ContainerError with the last log lines for a container that did not start.
    """
    try:
        result = engine.compose_up(compose, lab)
        _refuse_taken(result)
        _refuse_absent(engine, expected, result)
        wait_running(engine, expected, timeout_s=timeout_s)
    except LabError as error:
        left = _take_down_after(error, engine, compose, lab)
        error.add_note(left)
        raise


def take_down(engine: Engine, compose: Path, lab: str) -> tuple[str, ...]:
    """Stop and remove all of a lab, and say what compose had left behind and was removed here.

    Works without the compose file too: containers and networks are found by their label.
    """
    label = f"{LAB_LABEL}={lab}"
    if compose.exists():
        engine.compose_down(compose, lab)
    containers = engine.containers(label)
    engine.remove_containers(containers)
    networks = engine.networks(label)
    engine.remove_networks(networks)
    still = (*engine.containers(label), *engine.networks(label))
    if still:
        message = f"lab {lab}: still there after removal: {', '.join(still)}; remove them with {engine.name}"
        raise EngineError(message)
    engine.release()
    return (*containers, *networks)


def wait_running(
    engine: Engine,
    names: Sequence[str],
    *,
    timeout_s: float = 60,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Wait until each container runs and its entrypoint is ready; ContainerError for the first that is not.

    An image without the lab's entrypoint is ready when it runs.
    """
    deadline = clock() + timeout_s
    for name in names:
        while not _ready(engine, name):
            if clock() > deadline:
                raise ContainerError(name, f"was not ready after {timeout_s:g} s; its last lines:", engine.logs(name))
            sleep(_POLL_S)


def _ready(engine: Engine, name: str) -> bool:
    """Tell whether a container is ready; ContainerError when it never will be."""
    _refuse_ended(engine, name)
    probe = f"test ! -x /usr/lib/lab/entrypoint || test -e {READY_FILE}"
    try:
        return engine.exec(name, ["sh", "-c", probe]).ok
    except EngineError:
        # It may have ended since it was looked at: then its own last words say why.
        _refuse_ended(engine, name)
        raise


def _refuse_ended(engine: Engine, name: str) -> None:
    state = engine.state(name)
    if state is None:
        raise ContainerError(name, "does not exist")
    if not state.running:
        raise ContainerError(name, _why(state), engine.logs(name))


def _why(state: State) -> str:
    if state.status in {"created", "configured"}:
        return f"was made from {state.image} but could not be started"
    return f"ended with exit status {state.exit_code}; its last lines:"


def _refuse_taken(result: Result) -> None:
    for line in result.err.splitlines():
        if any(text in line.lower() for text in _TAKEN):
            message = f"an address of the lab is in use already: {line.strip()}; stop its user, or take another subnet"
            raise AddressTakenError(message)


def _refuse_absent(engine: Engine, expected: Sequence[str], result: Result) -> None:
    """Raise for the first container that compose could not make or start, with the engine's own words."""
    errors = tuple(line.strip() for line in result.err.splitlines() if line.startswith("Error"))[-5:]
    for name in expected:
        state = engine.state(name)
        if state is None:
            raise ContainerError(name, "could not be made; the engine says:", errors)
        if not state.running:
            raise ContainerError(name, _why(state), (*errors, *engine.logs(name)))


def _take_down_after(error: LabError, engine: Engine, compose: Path, lab: str) -> str:
    try:
        take_down(engine, compose, lab)
    except LabError as second:
        return f"taking the rest down failed too: {second}"
    return f"everything of lab {lab} was taken down again ({type(error).__name__})"
