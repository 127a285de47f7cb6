"""What the lab asks of a container engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lab.engine.command import Result


@dataclass(frozen=True)
class State:
    """One container as it is now. `addresses` maps network name to IPv4 address; `pid` is 0 when stopped."""

    name: str
    status: str
    exit_code: int
    pid: int
    image: str
    addresses: Mapping[str, str] = field(default_factory=dict)

    @property
    def running(self) -> bool:
        """True while its first process lives."""
        return self.status == "running"


class Engine(Protocol):
    """A container engine. Every method raises only EngineError and its kinds."""

    @property
    def name(self) -> str:
        """Name the engine for people: podman or docker."""
        ...

    def image_exists(self, tag: str) -> bool:
        """Tell whether an image is on this machine."""
        ...

    def images(self, repository: str) -> tuple[str, ...]:
        """List the tags (`repository:tag`) of one repository on this machine."""
        ...

    def pull(self, image: str, *, timeout_s: float) -> Result:
        """Try to fetch an image from its registry; a failure is a value."""
        ...

    def tag(self, image: str, tag: str) -> None:
        """Give an image a second name."""
        ...

    def import_image(self, tar: Path, tag: str, *, changes: Sequence[str] = ()) -> None:
        """Make an image of one layer from the tar of a root; `changes` are Dockerfile instructions."""
        ...

    def build(self, context: Path, tag: str, *, arguments: Mapping[str, str] | None = None) -> None:
        """Build the Containerfile of a folder."""
        ...

    def remove_image(self, tag: str) -> None:
        """Remove an image; one that is not there is no error."""
        ...

    def compose_up(self, compose: Path, project: str) -> Result:
        """Run `compose up -d`. Its exit status says little: see `bring_up`."""
        ...

    def compose_down(self, compose: Path, project: str) -> Result:
        """Run `compose down`, volumes too."""
        ...

    def exec(
        self,
        container: str,
        argv: Sequence[str],
        *,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> Result:
        """Run a command in a container; its failure is a value, a container that does not run an EngineError."""
        ...

    def attach(self, container: str, argv: Sequence[str], *, env: Mapping[str, str] | None = None) -> int:
        """Run a command in a container on our own terminal; return its exit status."""
        ...

    def logs(self, container: str, *, tail: int = 20) -> tuple[str, ...]:
        """Read the last lines a container printed."""
        ...

    def state(self, container: str) -> State | None:
        """Inspect one container; None when there is none of that name."""
        ...

    def containers(self, label: str) -> tuple[str, ...]:
        """Name the containers, running or not, with a label `key=value`."""
        ...

    def networks(self, label: str) -> tuple[str, ...]:
        """Name the networks with a label `key=value`."""
        ...

    def start(self, container: str) -> None:
        """Start a stopped container."""
        ...

    def stop(self, container: str, *, grace_s: int = 2) -> None:
        """Stop a container, killing it after `grace_s`."""
        ...

    def remove_containers(self, names: Sequence[str]) -> None:
        """Remove containers, running or not."""
        ...

    def remove_networks(self, names: Sequence[str]) -> None:
        """Remove networks."""
        ...

    def release(self) -> None:
        """Take away what the engine itself put on the machine, once no container needs it."""
        ...
