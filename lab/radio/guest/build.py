"""Make the guest that is not there yet."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lab.engine import Shell
from lab.images import write_tar
from lab.images.recipes import LEFT_OUT
from lab.radio.guest.archive import Wanted, write_guest
from lab.radio.guest.recipe import DROPPED, KERNEL, KERNEL_HOOK, MODULES, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lab.engine import Command

_INIT: Final = Path(__file__).parent.parent / "files" / "init"
_ARCHIVE: Final = Path(__file__).parent / "archive.py"


@dataclass(frozen=True, slots=True)
class Guest:
    """A guest that can be booted: its kernel and the root that the kernel unpacks into memory."""

    kernel: Path
    initramfs: Path


@dataclass(frozen=True, slots=True)
class GuestShop:
    """Where guests are kept, and whom to tell what is being done."""

    cache: Path
    step: Callable[[str], None]
    command: Command = field(default_factory=Shell)


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return where guests are kept on this machine, for every checkout of it (XDG base directory specification)."""
    home = environ.get("XDG_CACHE_HOME") or Path(environ.get("HOME") or "/root", ".cache")
    return Path(home, "seamless-wifi", "guests")


def ensure_guest(shop: GuestShop) -> Guest:
    """Return the guest, having made it where it was missing; two that ask at once make it once.

    Raises ImageError when Debian's packages or its kernel cannot be had.
    """
    folder = shop.cache / _digest()
    found = Guest(folder / "vmlinuz", folder / "initramfs")
    if not folder.is_dir():
        with _lock(shop.cache):
            if not folder.is_dir():
                _build(shop, folder)
    return found


def list_guests(cache: Path) -> tuple[Path, ...]:
    """List every guest on this machine, old ones too."""
    return tuple(sorted(path for path in cache.glob("*") if (path / "initramfs").exists()))


def remove_guests(cache: Path) -> tuple[Path, ...]:
    """Remove every guest and say which."""
    found = list_guests(cache)
    shutil.rmtree(cache, ignore_errors=True)
    return found


def _build(shop: GuestShop, folder: Path) -> None:
    """Build beside the place and move there when whole: what was cut short is never taken for a guest."""
    shop.step(f"radio guest: {len(ROOT.packages)} packages of {ROOT.suite} and {KERNEL}; this takes a minute or two")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=shop.cache, prefix="new-") as scratch:
        tar, made = Path(scratch) / "root.tar", Path(scratch) / "guest"
        write_tar(ROOT, tar, shop.command, (KERNEL_HOOK,))
        made.mkdir()
        write_guest(tar, made / "vmlinuz", made / "initramfs", Wanted(MODULES, DROPPED, _INIT.read_bytes()))
        made.rename(folder)
    megabytes = (folder / "initramfs").stat().st_size / 1e6
    shop.step(f"radio guest: made in {time.monotonic() - began:.0f} s, {megabytes:.0f} MB")


@contextmanager
def _lock(cache: Path) -> Iterator[None]:
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _digest() -> str:
    """Name a guest by all that went into it, as far as it is ours."""
    texts = (_INIT.read_text(encoding="utf-8"), _ARCHIVE.read_text(encoding="utf-8"))
    parts = (ROOT.suite, *ROOT.packages, *LEFT_OUT, KERNEL, KERNEL_HOOK, *MODULES, *DROPPED, *texts)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]
