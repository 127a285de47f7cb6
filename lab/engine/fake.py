"""An Engine in memory, for tests of what stands on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lab.engine.command import Result
from lab.errors import EngineError

if TYPE_CHECKING:
    from pathlib import Path

    from lab.engine.protocol import State

_DONE = Result(0, "", "")


@dataclass
class FakeCommand:
    """A Command that runs nothing: the first of `answers` whose words begin the command line says what it left.

    `act` is given each command line first, and leaves what the command would leave.
    """

    answers: Mapping[str, Result] = field(default_factory=dict)
    act: Callable[[Sequence[str]], None] = lambda _: None
    calls: list[tuple[str, ...]] = field(default_factory=list)
    inputs: list[str | None] = field(default_factory=list)

    def run(
        self,
        argv: Sequence[str],
        *,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> Result:
        """Look the answer up; nothing found is success in silence."""
        del env, timeout_s
        self.calls.append(tuple(argv))
        self.inputs.append(stdin)
        self.act(argv)
        line = " ".join(argv)
        return next((answer for words, answer in self.answers.items() if line.startswith(words)), _DONE)

    def attach(self, argv: Sequence[str], *, env: Mapping[str, str] | None = None) -> int:
        """Look the exit status up."""
        return self.run(argv, env=env).rc


Answer = Callable[[str, Sequence[str], str | None, Mapping[str, str]], Result]


def _silent(_container: str, _argv: Sequence[str], _stdin: str | None, _env: Mapping[str, str]) -> Result:
    return _DONE


@dataclass
class FakeEngine:
    """Keeps containers, networks and images in dictionaries.

    `services` are the containers (name to state) that compose makes, `answer` says what a command in one returns,
    `calls` lists what was asked, `up` is what compose answers.
    """

    services: Mapping[str, State] = field(default_factory=dict)
    answer: Answer = _silent
    up: Result = _DONE
    pulled: Result = field(default=Result(125, "", "no registry"))
    tags: set[str] = field(default_factory=set)
    running: dict[str, State] = field(default_factory=dict)
    bridges: list[str] = field(default_factory=list)
    printed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    calls: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Name it."""
        return "fake"

    def image_exists(self, tag: str) -> bool:
        """Look it up."""
        return tag in self.tags

    def images(self, repository: str) -> tuple[str, ...]:
        """List it."""
        return tuple(sorted(tag for tag in self.tags if tag.rpartition(":")[0] == repository))

    def pull(self, image: str, *, timeout_s: float) -> Result:
        """Answer `pulled`."""
        self.calls.append(("pull", image, f"{timeout_s:g}"))
        if self.pulled.ok:
            self.tags.add(image)
        return self.pulled

    def tag(self, image: str, tag: str) -> None:
        """Add a name."""
        self.calls.append(("tag", image, tag))
        self.tags.add(tag)

    def import_image(self, tar: Path, tag: str, *, changes: Sequence[str] = ()) -> None:
        """Add an image."""
        self.calls.append(("import", tar.name, tag, *changes))
        self.tags.add(tag)

    def build(self, context: Path, tag: str, *, arguments: Mapping[str, str] | None = None) -> None:
        """Add an image."""
        self.calls.append(("build", context.name, tag, *(f"{key}={value}" for key, value in (arguments or {}).items())))
        self.tags.add(tag)

    def remove_image(self, tag: str) -> None:
        """Forget an image."""
        self.calls.append(("rmi", tag))
        self.tags.discard(tag)

    def compose_up(self, compose: Path, project: str) -> Result:
        """Make all services."""
        self.calls.append(("up", str(compose), project))
        self.running.update(self.services)
        return self.up

    def compose_down(self, compose: Path, project: str) -> Result:
        """Remove all services."""
        self.calls.append(("down", str(compose), project))
        for name in self.services:
            self.running.pop(name, None)
        return _DONE

    def exec(
        self,
        container: str,
        argv: Sequence[str],
        *,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> Result:
        """Ask `answer`."""
        del timeout_s
        if container not in self.running or not self.running[container].running:
            message = f"container {container} does not run; `roam-lab status` lists what does"
            raise EngineError(message)
        self.calls.append(("exec", container, *argv))
        return self.answer(container, argv, stdin, env or {})

    def attach(self, container: str, argv: Sequence[str], *, env: Mapping[str, str] | None = None) -> int:
        """Ask `answer` for its exit status."""
        return self.exec(container, argv, env=env).rc

    def logs(self, container: str, *, tail: int = 20) -> tuple[str, ...]:
        """Read `printed`."""
        return self.printed.get(container, ())[-tail:]

    def state(self, container: str) -> State | None:
        """Look it up."""
        return self.running.get(container)

    def containers(self, label: str) -> tuple[str, ...]:
        """List all: a fake holds one lab."""
        del label
        return tuple(sorted(self.running))

    def networks(self, label: str) -> tuple[str, ...]:
        """List all: a fake holds one lab."""
        del label
        return tuple(self.bridges)

    def start(self, container: str) -> None:
        """Set it running."""
        self.calls.append(("start", container))
        self.running[container] = replace(self.running[container], status="running")

    def stop(self, container: str, *, grace_s: int = 2) -> None:
        """Set it stopped."""
        self.calls.append(("stop", container, str(grace_s)))
        self.running[container] = replace(self.running[container], status="exited")

    def remove_containers(self, names: Sequence[str]) -> None:
        """Forget them."""
        self.calls.extend(("rm", name) for name in names)
        for name in names:
            self.running.pop(name, None)

    def remove_networks(self, names: Sequence[str]) -> None:
        """Forget them."""
        self.calls.extend(("network rm", name) for name in names)
        self.bridges = [name for name in self.bridges if name not in names]

    def release(self) -> None:
        """Note it."""
        self.calls.append(("release",))
