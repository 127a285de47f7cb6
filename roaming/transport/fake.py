"""A device in memory, for tests of everything above the transport."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from roaming.errors import TransportError
from roaming.transport.session import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from roaming.model.bundle import RemoteFile
    from roaming.transport.access import Access
    from roaming.transport.session import Channel


def _succeed(_argv: tuple[str, ...], _files: dict[str, RemoteFile]) -> Result:
    return Result(0)


@dataclass
class FakeSession:
    """Files in a dictionary, commands answered by a function of the command and the files.

    `dies_after` writes the device is lost.
    """

    files: dict[str, RemoteFile] = field(default_factory=dict)
    answer: Callable[[tuple[str, ...], dict[str, RemoteFile]], Result] = _succeed
    ran: list[tuple[str, ...]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    dies_after: int | None = None

    def run(self, argv: Sequence[str], data: bytes = b"") -> Result:  # noqa: ARG002  no fake command reads its input
        """Note the command and answer it."""
        self.ran.append(tuple(argv))
        return self.answer(tuple(argv), self.files)

    def start(self, argv: Sequence[str]) -> Channel:
        """Refuse: nothing runs in memory (`roaming.eap.FakeChannel` does)."""
        message = f"{argv[0]} cannot be started"
        raise TransportError(message)

    def read(self, path: str) -> RemoteFile | None:
        """Return the file."""
        return self.files.get(path)

    def listing(self, directory: str) -> tuple[str, ...]:
        """Return the files below a directory."""
        return tuple(sorted(path for path in self.files if path.startswith(f"{directory.rstrip('/')}/")))

    def write(self, path: str, file: RemoteFile) -> None:
        """Replace the file, unless the device is dead by now."""
        if self.dies_after is not None and len(self.written) >= self.dies_after:
            message = "the connection broke"
            raise TransportError(message)
        self.files[path] = file
        self.written.append(path)

    def remove(self, path: str) -> None:
        """Remove the file."""
        self.files.pop(path, None)


@dataclass
class FakeDialler:
    """Sessions by device; a device without one cannot be reached."""

    sessions: Mapping[str, FakeSession]

    @contextmanager
    def open(self, access: Access) -> Iterator[FakeSession]:
        """Return the device's session."""
        if access.device not in self.sessions:
            message = f"{access.device}: no connection"
            raise TransportError(message)
        yield self.sessions[access.device]
