"""Running one command of the host: the seam between the engine and the operating system."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from lab.errors import CommandTimeoutError, EngineError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Result:
    """What a finished command left: exit status, standard output, standard error."""

    rc: int
    out: str
    err: str

    @property
    def ok(self) -> bool:
        """True when the command succeeded."""
        return self.rc == 0


class Command(Protocol):
    """Runs a command. Environment values are added to ours and never stand on the command line."""

    def run(
        self,
        argv: Sequence[str],
        *,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> Result:
        """Run to the end and return what it left; CommandTimeoutError when it takes longer than `timeout_s`."""
        ...

    def attach(self, argv: Sequence[str], *, env: Mapping[str, str] | None = None) -> int:
        """Run with our own terminal as its input and output; return its exit status."""
        ...


class Shell:
    """The real Command."""

    def run(
        self,
        argv: Sequence[str],
        *,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> Result:
        """Run to the end, without a terminal."""
        try:
            done = subprocess.run(  # noqa: S603 - the words are ours, and no shell reads them
                list(argv),
                input=stdin,
                stdin=subprocess.DEVNULL if stdin is None else None,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                env={**os.environ, **(env or {})},
                timeout=timeout_s,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            message = f"{argv[0]} {_verb(argv)} took longer than {timeout_s:g} s and was ended"
            raise CommandTimeoutError(message) from error
        except OSError as error:
            message = f"{argv[0]} cannot be run: {error.strerror}"
            raise EngineError(message) from error
        return Result(done.returncode, done.stdout, done.stderr)

    def attach(self, argv: Sequence[str], *, env: Mapping[str, str] | None = None) -> int:
        """Run on our own terminal."""
        try:
            done = subprocess.run(list(argv), env={**os.environ, **(env or {})}, check=False)  # noqa: S603 - likewise
        except OSError as error:
            message = f"{argv[0]} cannot be run: {error.strerror}"
            raise EngineError(message) from error
        return done.returncode


def _verb(argv: Sequence[str]) -> str:
    return next((word for word in argv[1:] if not word.startswith("-")), "")
