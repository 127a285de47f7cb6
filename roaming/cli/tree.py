"""A bundle as a tree of files with a MANIFEST, written so that a reader never meets half of one."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from roaming.errors import RenderError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from roaming.model.bundle import Bundle, DeviceBundle, File

MANIFEST: Final = "MANIFEST.json"


def write_tree(bundle: Bundle, out: Path, content: Callable[[DeviceBundle, File], bytes], *, private: bool) -> int:
    """Write OUT/borough/device/path… and OUT/MANIFEST.json with a sha256 per file; return the number of files.

    A former tree of ours is replaced as a whole. `private` files are 0600 below directories of 0700.
    Raises RenderError when OUT holds something else.
    """
    _refuse_foreign(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        manifest = {name: _write(fresh / name, octets, private=private) for name, octets in _files(bundle, content)}
        text = json.dumps({"files": manifest}, indent=2, sort_keys=True) + "\n"
        _write(fresh / MANIFEST, text.encode(), private=private)
        fresh.chmod(0o700 if private else 0o755)
        shutil.rmtree(out, ignore_errors=True)
        fresh.replace(out)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return len(manifest)


def _files(bundle: Bundle, content: Callable[[DeviceBundle, File], bytes]) -> Iterator[tuple[str, bytes]]:
    for device in bundle.devices:
        for file in device.files:
            yield f"{device.owner}/{device.name}{file.path}", content(device, file)


def _write(path: Path, octets: bytes, *, private: bool) -> str:
    """Write one file and return its sha256."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700 if private else 0o755)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o644)
    with os.fdopen(descriptor, "wb") as file:
        file.write(octets)
    return hashlib.sha256(octets).hexdigest()


def _refuse_foreign(out: Path) -> None:
    """Refuse to replace anything but an empty directory or a former tree of ours."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        message = f"{out} is not a directory: name another one"
        raise RenderError(message)
    if out.is_dir() and any(out.iterdir()) and not (out / MANIFEST).is_file():
        message = f"{out} holds files that are not ours (it has no {MANIFEST}): name another directory"
        raise RenderError(message)
