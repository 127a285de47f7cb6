"""Podman and docker: they share their command line, so one implementation speaks to both."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lab.engine.command import Command, Result
from lab.engine.protocol import State
from lab.errors import EngineError, ImageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

_NO_SUCH = (
    "no such container",
    "container state improper",
    "no container with name or id",
    "is not running",
    "not running",
)
_NO_NETWORK = re.compile(r"Command 'podman (network create [^']*)' returned non-zero")
_NOISE = "failed to connect to syslog"


def _nothing() -> None:
    """Leave an ordinary machine: there is nothing to take away."""


@dataclass(frozen=True)
class CommandLineEngine:
    """An engine driven by its command line.

    `name` is the command, `podman` or `docker`; `composer` reads compose files; `env` names the lab's own settings.
    `stand` makes the ground that the engine stands on, if need be, and returns what goes before each command.
    """

    name: str
    composer: tuple[str, ...]
    command: Command
    env: Mapping[str, str] = field(default_factory=dict)
    stand: Callable[[], tuple[str, ...]] = tuple
    leave: Callable[[], None] = _nothing

    def image_exists(self, tag: str) -> bool:
        """Ask the local store."""
        return self._run("image", "inspect", "--format", "{{.Id}}", tag).ok

    def images(self, repository: str) -> tuple[str, ...]:
        """List `repository:tag`."""
        found = self._must("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", repository)
        return tuple(sorted(set(found.out.split())))

    def pull(self, image: str, *, timeout_s: float) -> Result:
        """Pull, quietly."""
        return self._run("pull", "--quiet", image, timeout_s=timeout_s)

    def tag(self, image: str, tag: str) -> None:
        """Name an image again."""
        self._must("tag", image, tag)

    def import_image(self, tar: Path, tag: str, *, changes: Sequence[str] = ()) -> None:
        """Import one layer."""
        options = [word for change in changes for word in ("--change", change)]
        self._image("import", *options, str(tar), tag)

    def build(self, context: Path, tag: str, *, arguments: Mapping[str, str] | None = None) -> None:
        """Build `Containerfile`."""
        options = [word for key, value in (arguments or {}).items() for word in ("--build-arg", f"{key}={value}")]
        self._image("build", "--quiet", "--tag", tag, "--file", str(context / "Containerfile"), *options, str(context))

    def remove_image(self, tag: str) -> None:
        """Remove one name of an image."""
        if self.image_exists(tag):
            self._must("rmi", tag)

    def compose_up(self, compose: Path, project: str) -> Result:
        """Start all services; when a network cannot be made the engine is asked again, for podman-compose hides why."""
        result = self._compose(compose, project, "up", "-d")
        failed = _NO_NETWORK.search(result.err)
        if failed is None:
            return result
        again = self._run(*shlex.split(failed[1]))
        return Result(result.rc, result.out, result.err + again.err)

    def compose_down(self, compose: Path, project: str) -> Result:
        """Stop and remove all services, their networks and volumes."""
        return self._compose(compose, project, "down", "--volumes", "--timeout", "2")

    def exec(
        self,
        container: str,
        argv: Sequence[str],
        *,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> Result:
        """Execute; values of `env` go through our environment, never through the command line."""
        words = self._exec_words(container, argv, env, interactive=stdin is not None)
        result = self.command.run(words, stdin=stdin, env={**self.env, **(env or {})}, timeout_s=timeout_s)
        if not result.ok and any(text in result.err.lower() for text in _NO_SUCH) and not self._runs(container):
            message = f"container {container} does not run; `roam-lab status` lists what does"
            raise EngineError(message)
        return Result(result.rc, result.out, _without_noise(result.err))

    def attach(self, container: str, argv: Sequence[str], *, env: Mapping[str, str] | None = None) -> int:
        """Execute on our terminal."""
        words = self._exec_words(container, argv, env, interactive=True)
        return self.command.attach(words, env={**self.env, **(env or {})})

    def logs(self, container: str, *, tail: int = 20) -> tuple[str, ...]:
        """Read standard output and error of the container's first process."""
        found = self._run("logs", "--tail", str(tail), container)
        return tuple(line for line in (found.out + found.err).splitlines() if _NOISE not in line)[-tail:]

    def state(self, container: str) -> State | None:
        """Inspect."""
        found = self._run("container", "inspect", container)
        if not found.ok:
            return None
        return _state(json.loads(found.out)[0])

    def containers(self, label: str) -> tuple[str, ...]:
        """Filter by label."""
        found = self._must("ps", "--all", "--filter", f"label={label}", "--format", "{{.Names}}")
        return tuple(sorted(found.out.split()))

    def networks(self, label: str) -> tuple[str, ...]:
        """Filter by label."""
        found = self._must("network", "ls", "--filter", f"label={label}", "--format", "{{.Name}}")
        return tuple(sorted(found.out.split()))

    def start(self, container: str) -> None:
        """Start."""
        self._must("start", container)

    def stop(self, container: str, *, grace_s: int = 2) -> None:
        """Stop."""
        self._must("stop", "--time", str(grace_s), container)

    def remove_containers(self, names: Sequence[str]) -> None:
        """Remove by force, with anonymous volumes."""
        if names:
            self._must("rm", "--force", "--volumes", *names)

    def remove_networks(self, names: Sequence[str]) -> None:
        """Remove."""
        if names:
            self._must("network", "rm", *names)

    def release(self) -> None:
        """Leave the ground when no container stands on it, ours or another's."""
        if not self._must("ps", "--all", "--quiet").out.split():
            self.leave()

    def _runs(self, container: str) -> bool:
        state = self.state(container)
        return state is not None and state.running

    def _exec_words(
        self, container: str, argv: Sequence[str], env: Mapping[str, str] | None, *, interactive: bool
    ) -> list[str]:
        options = ["--interactive"] if interactive else []
        options += [word for key in env or {} for word in ("--env", key)]
        return [*self.stand(), self.name, "exec", *options, container, *argv]

    def _run(self, *words: str, timeout_s: float | None = None) -> Result:
        return self.command.run([*self.stand(), self.name, *words], env=self.env, timeout_s=timeout_s)

    def _must(self, *words: str) -> Result:
        result = self._run(*words)
        if not result.ok:
            message = f"{self.name} {words[0]} failed: {_last_words(result)}"
            raise EngineError(message)
        return result

    def _image(self, *words: str) -> None:
        result = self._run(*words)
        if not result.ok:
            message = f"{self.name} {words[0]} failed: {_last_words(result)}"
            raise ImageError(message)

    def _compose(self, compose: Path, project: str, *words: str) -> Result:
        argv = [*self.stand(), *self.composer, "--file", str(compose.resolve()), "--project-name", project, *words]
        return self.command.run(argv, env=self.env)


def _state(found: dict[str, Any]) -> State:
    networks = found["NetworkSettings"].get("Networks") or {}  # none for a container on the host's own network
    return State(
        name=found["Name"].removeprefix("/"),
        status=found["State"]["Status"],
        exit_code=found["State"]["ExitCode"],
        pid=found["State"]["Pid"],
        image=found["Config"]["Image"],
        addresses={name: network["IPAddress"] for name, network in networks.items()},
    )


def _without_noise(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if _NOISE not in line)


def _last_words(result: Result) -> str:
    lines = _without_noise(result.err or result.out).strip().splitlines()
    return " / ".join(lines[-3:]) or f"exit status {result.rc}"
