"""Files that nobody else may read: written whole or not at all, and refused when they have been opened to others."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from roaming.errors import SecretError

if TYPE_CHECKING:
    from typing import BinaryIO

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def create(path: Path, content: bytes) -> None:
    """Bring a new file of mode 0600 to disk under its name in one step.

    Raises FileExistsError when the name is taken: two that start at once end up with one file. Raises OSError when
    it cannot be written, and leaves nothing then.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    finally:
        draft.unlink()
    sync(path.parent)


def sync(directory: Path) -> None:
    """Bring a directory's names to disk. Raises OSError."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(path: Path, what: str) -> bytes:
    """Return a file's octets. Raises SecretError when others may use it, OSError when it cannot be read.

    `what` names the file in the message.
    """
    with path.open("rb") as file:
        refuse_others(file, what)
        return file.read()


def refuse_others(file: BinaryIO, what: str) -> None:
    """Raise SecretError when somebody else than its owner may use an open file."""
    mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
    if mode & _OTHERS:
        message = f"{what} may be used by others (mode {mode:04o}): chmod 600 it"
        raise SecretError(message)
