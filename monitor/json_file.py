"""A small JSON file that is the former one or the new one, whatever happens."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write(path: Path, document: object) -> None:
    """Bring a document to disk in place of the former one, and make the directory.

    Raises `OSError`, and leaves the former one then.
    """
    fresh = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("w", encoding="ascii") as file:
            file.write(json.dumps(document) + "\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise


def parse(text: str | bytes) -> object:
    """Return a document; raises `ValueError` for what is none, and for one that is nested too deep."""
    try:
        document: object = json.loads(text)
    except RecursionError as error:
        message = "it is nested too deep"
        raise ValueError(message) from error
    return document
