"""A container of the lab's image in which real daemons run, cut off from the world."""

from __future__ import annotations

import base64
import io
import itertools
import json
import os
import tarfile
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from lab.engine import CommandLineEngine, bring_up, find_engine, take_down
from lab.images import Image, Workshop, ensure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from lab.engine import Engine, Result


@dataclass(frozen=True)
class Box:
    """A running container."""

    engine: Engine
    name: str

    def run(self, *argv: str, stdin: str | None = None, timeout_s: float = 60) -> Result:
        """Run a command in it; its failure is a value."""
        return self.engine.exec(self.name, argv, stdin=stdin, timeout_s=timeout_s)

    def must(self, *argv: str, stdin: str | None = None, timeout_s: float = 60) -> str:
        """Run a command in it that has to succeed, and return what it printed."""
        result = self.run(*argv, stdin=stdin, timeout_s=timeout_s)
        assert result.ok, f"{argv}: {result.rc}\n{result.out}\n{result.err}"
        return result.out

    def session(self, *argv: str) -> tuple[str, ...]:
        """Return the words that start a command in it whose input and output stay open."""
        assert isinstance(self.engine, CommandLineEngine)
        settings = tuple(f"{name}={value}" for name, value in self.engine.env.items())
        return (*self.engine.stand(), "env", *settings, self.engine.name, "exec", "-i", self.name, *argv)

    def write(self, files: Mapping[str, str]) -> None:
        """Write files, by absolute path."""
        memory = io.BytesIO()
        with tarfile.open(fileobj=memory, mode="w") as archive:
            for path, text in files.items():
                data = text.encode()
                entry = tarfile.TarInfo(path.lstrip("/"))
                entry.size, entry.mode = len(data), 0o600
                archive.addfile(entry, io.BytesIO(data))
        self.must("sh", "-c", "base64 -d | tar -x -C /", stdin=base64.b64encode(memory.getvalue()).decode())


# A process may run several boxes of one image at once: those of the session and those of a module.
_NUMBERS = itertools.count(1)

COMPOSE = """services:
  box:
    image: {image}
    container_name: {name}
    cap_add: [NET_ADMIN, NET_RAW]
    stop_signal: SIGKILL
    init: {init}
    volumes: {volumes}
networks:
  default:
    internal: true
"""


@pytest.fixture(scope="session")
def debian_13(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Box]:
    """Start a device of Debian 13 that plays no role."""
    with box(tmp_path_factory.mktemp("daemons"), repository, Image.DEBIAN_13) as one:
        yield one


@pytest.fixture(scope="session")
def debian_12(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Box]:
    """Start a device of Debian 12 that plays no role."""
    with box(tmp_path_factory.mktemp("older-daemons"), repository, Image.DEBIAN_12) as one:
        yield one


@contextmanager
def box(
    folder: Path, repository: Path, image: Image, *, init: bool = False, volumes: Sequence[str] = ()
) -> Iterator[Box]:
    """Run a container of an image while the block runs; with `init` what ended in it is gone, as in the lab."""
    engine = find_engine(folder)
    shop = Workshop(engine, repository / ".lab" / "scratch", repository / "requirements.txt", step=print)
    name = f"seamless-wifi-daemons-{image}-{os.getpid()}-{next(_NUMBERS)}"
    compose = folder / "compose.yml"
    words = {"init": str(init).lower(), "volumes": json.dumps(list(volumes))}
    compose.write_text(COMPOSE.format(image=ensure(shop, image), name=name, **words), encoding="utf-8")
    try:
        bring_up(engine, compose, name, [name])
        one = Box(engine, name)
        one.must("mkdir", "-p", "/run/box")
        # Tests install configurations of their own; whoever wants the package's takes it from here.
        one.must("cp", "-a", "/etc/freeradius", "/run/box/packaged")
        yield one
    finally:
        take_down(engine, compose, name)
        engine.release()
