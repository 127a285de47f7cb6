"""Which engine is on this machine, and whether it can be used."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lab.engine import ground
from lab.engine.command import Command, Shell
from lab.engine.containers import CommandLineEngine
from lab.engine.settings import write_settings
from lab.errors import EngineError, NoEngineError, NoRootError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_INSTALL = "install podman (`make setup` does it on Debian)"


@dataclass(frozen=True)
class Host:
    """What is asked of the machine; tests pass another."""

    command: Command = field(default_factory=Shell)
    which: Callable[[str], str | None] = shutil.which
    uid: Callable[[], int] = os.geteuid
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    scripts: Path = Path(sys.executable).parent


def find_engine(state: Path, host: Host | None = None) -> CommandLineEngine:
    """Find podman, else docker; LAB_ENGINE names one to insist on it. `state` receives the lab's settings for podman.

    NoEngineError when there is none that answers, NoRootError when podman would be used without root.
    """
    host = host or Host()
    wanted = host.environ.get("LAB_ENGINE", "")
    if wanted not in {"", "podman", "docker"}:
        message = f"LAB_ENGINE is {wanted!r}: it is podman or docker"
        raise NoEngineError(message)
    if wanted != "docker" and host.which("podman"):
        return _podman(state, host)
    if wanted != "podman" and host.which("docker"):
        return _docker(host)
    message = f"there is no {wanted or 'podman and no docker'} on this machine: {_INSTALL}"
    raise NoEngineError(message)


def _podman(state: Path, host: Host) -> CommandLineEngine:
    if host.uid() != 0:
        message = "the lab needs root: its containers have networks of their own; run the command with sudo, or as root"
        raise NoRootError(message)
    composer = host.scripts / "podman-compose"
    found = str(composer) if composer.exists() else host.which("podman-compose")
    if found is None:
        message = "podman is here but podman-compose is not: `make setup` installs it into .venv"
        raise NoEngineError(message)
    engine = CommandLineEngine(
        name="podman",
        composer=(found, "--in-pod=false"),
        command=host.command,
        env=write_settings(state, host.command),
        stand=partial(ground.level, host.command),
        leave=partial(ground.clear, host.command),
    )
    _ask(engine)
    return engine


def _docker(host: Host) -> CommandLineEngine:
    engine = CommandLineEngine("docker", ("docker", "compose"), host.command)
    _ask(engine)
    if not host.command.run(["docker", "compose", "version"]).ok:
        message = "docker is here but its compose plugin is not: install docker-compose-plugin, or podman"
        raise NoEngineError(message)
    return engine


def _ask(engine: CommandLineEngine) -> None:
    """Make sure that the engine answers: a docker command without its daemon does not."""
    try:
        result = engine.command.run([*engine.stand(), engine.name, "info"], env=engine.env, timeout_s=30)
    except EngineError as error:
        message = f"{engine.name} is installed but does not answer: {error}"
        raise NoEngineError(message) from error
    if not result.ok:
        last = (result.err or result.out).strip().splitlines()[-1:] or [f"exit status {result.rc}"]
        message = f"{engine.name} is installed but does not answer: {last[0]}; start it, or {_INSTALL}"
        raise NoEngineError(message)
