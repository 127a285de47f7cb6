"""A root's tar file as what the kernel unpacks at its start: a cpio archive in the `newc` format.

Source: the kernel's Documentation/driver-api/early-userspace/buffer-format.rst.
"""

from __future__ import annotations

import stat
import tarfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, Final

from lab.errors import ImageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

_MAGIC: Final = b"070701"
_KERNEL: Final = "boot/vmlinuz-"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a root goes into the guest: modules by name, nothing that begins as `dropped`, and the first process."""

    modules: Collection[str]
    dropped: tuple[str, ...]
    init: bytes


def write_guest(tar: Path, kernel: Path, initramfs: Path, wanted: Wanted) -> None:
    """Split a root into the kernel and an initramfs with its first process; ImageError when there is no kernel."""
    with tarfile.open(tar) as root, initramfs.open("wb") as out:
        members = {name: member for member in root if (name := member.name.removeprefix("./").strip("/"))}
        _write_kernel(root, members, kernel)
        modules = needed_modules(_modules_dep(root, members), wanted.modules)
        for number, (name, member) in enumerate(_kept(members, wanted.dropped, modules), start=1):
            source = members[member.linkname.removeprefix("./")] if member.islnk() else member
            data = _content(root, source)
            _entry(out, name, number, (_kind(source) | source.mode, source.uid, source.gid), data)
        _entry(out, "init", 0, (stat.S_IFREG | 0o755, 0, 0), wanted.init)
        _entry(out, "TRAILER!!!", 0, (0, 0, 0))


def needed_modules(modules_dep: str, names: Collection[str]) -> frozenset[str]:
    """Return the paths of modules and of all that they need, from the text of modules.dep.

    A name that is not there is built into the kernel.
    """
    needs = {path: rest.split() for path, _, rest in (line.partition(":") for line in modules_dep.splitlines())}
    named = {_module(path): path for path in needs}
    roots = [named[name.replace("-", "_")] for name in names if name.replace("-", "_") in named]
    # depmod lists all that a module needs, not the next alone.
    return frozenset(path for root in roots for path in (root, *needs[root]))


def _module(path: str) -> str:
    return PurePosixPath(path).name.partition(".")[0].replace("-", "_")


def _modules_dep(root: tarfile.TarFile, members: Mapping[str, tarfile.TarInfo]) -> str:
    found = next((member for name, member in members.items() if name.endswith("/modules.dep")), None)
    return _content(root, found).decode() if found else ""


def _write_kernel(root: tarfile.TarFile, members: Mapping[str, tarfile.TarInfo], kernel: Path) -> None:
    found = [member for name, member in members.items() if name.startswith(_KERNEL)]
    if len(found) != 1:
        message = f"the guest's root has {len(found)} kernels, not one"
        raise ImageError(message)
    kernel.write_bytes(_content(root, found[0]))


def _kept(
    members: Mapping[str, tarfile.TarInfo], dropped: tuple[str, ...], modules: Collection[str]
) -> Iterator[tuple[str, tarfile.TarInfo]]:
    for name, member in members.items():
        _, kernel, module = name.partition("/kernel/")
        unneeded = bool(kernel) and ".ko" in module and f"kernel/{module}" not in modules
        if not unneeded and not name.startswith((*dropped, _KERNEL)):
            yield name, member


def _kind(member: tarfile.TarInfo) -> int:
    kinds = {
        tarfile.DIRTYPE: stat.S_IFDIR,
        tarfile.SYMTYPE: stat.S_IFLNK,
        tarfile.REGTYPE: stat.S_IFREG,
        tarfile.AREGTYPE: stat.S_IFREG,
    }
    # Devices come from devtmpfs.
    return kinds.get(member.type, stat.S_IFREG)


def _content(root: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    if member.issym():
        return member.linkname.encode()
    file = root.extractfile(member) if member.isreg() else None
    return file.read() if file else b""


def _entry(out: BinaryIO, name: str, number: int, access: tuple[int, int, int], data: bytes = b"") -> None:
    """Write one entry, padded to words of four octets; `access` is its mode, owner and group."""
    path = name.encode() + b"\0"
    fields = (number, *access, 1, 0, len(data), 0, 0, 0, 0, len(path), 0)
    head = _MAGIC + b"".join(b"%08x" % field for field in fields) + path
    out.write(head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4))
