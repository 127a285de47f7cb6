"""What a session to a Linux device can do, whoever carries it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from roaming.model.bundle import RemoteFile
    from roaming.transport.access import Access


@dataclass(frozen=True, slots=True)
class Result:
    """What a command left: its exit status and its output, which may hold secrets and so is not shown by repr."""

    rc: int
    out: bytes = field(default=b"", repr=False)
    err: bytes = field(default=b"", repr=False)

    @property
    def words(self) -> str:
        """Both outputs as text, for eyes (after masking)."""
        return (self.out + self.err).decode(errors="replace").strip()


class Channel(Protocol):
    """A command that runs, with its input and output. Every method raises `TransportError` when the device is lost."""

    def send(self, data: bytes) -> None:
        """Write to its standard input."""
        ...

    def receive(self) -> bytes:
        """Wait for some of its standard output; nothing is the end."""
        ...

    def close(self) -> None:
        """End it."""
        ...


class Session(Protocol):
    """An open session with the rights of root. Every method raises `TransportError` when the device is lost."""

    def run(self, argv: Sequence[str], data: bytes = b"") -> Result:
        """Run a command with `data` on its standard input; a failing command is a value."""
        ...

    def start(self, argv: Sequence[str]) -> Channel:
        """Start a command that runs as long as the channel is open."""
        ...

    def read(self, path: str) -> RemoteFile | None:
        """Return a file, or None when there is none."""
        ...

    def listing(self, directory: str) -> tuple[str, ...]:
        """Return the absolute paths of all files below a directory, sorted; none when it does not exist."""
        ...

    def write(self, path: str, file: RemoteFile) -> None:
        """Put a file in place of the old one in one step: a reader sees the old or the new, never a part."""
        ...

    def remove(self, path: str) -> None:
        """Remove a file; none there is no error."""
        ...


class Dialler(Protocol):
    """Opens sessions."""

    def open(self, access: Access) -> AbstractContextManager[Session]:
        """Return a context that is a session; raises `TransportError` when there is no way in."""
        ...
