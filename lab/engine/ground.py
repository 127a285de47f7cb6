"""The ground that podman stands on: a mount namespace whose root is a mount point, with cgroups under it.

A plain chroot gives neither. There runc stops at "remount /: invalid argument", /sys/fs/cgroup is empty, and `podman
exec` would enter a container's mount namespace at its true root, which is not the container's but the machine's. So the
engine gets a mount namespace of its own with the chroot as its true root, on the same files. It is kept by a file in
/run, so that each command of the engine enters the same one; an ordinary machine needs none. Processes share it: the
networks of all their containers are mounted in it, so nobody takes it away while another uses it.
"""

from __future__ import annotations

import fcntl
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lab.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.engine.command import Command, Result

GROUND: Final = Path("/run/seamless-wifi-ground")
_NAMESPACE: Final = GROUND / "mnt"
_CGROUP: Final = "/sys/fs/cgroup"
# Runs in the new namespace, at its true root and with our root as working directory, and makes that the true root.
_PIVOT: Final = f"""
mount --make-rprivate /
here=$(pwd -P)
mount --rbind . "${{here%/}}{GROUND}/root"
cd "${{here%/}}{GROUND}/root"
pivot_root . .
umount --lazy .
cd /
grep -q ' {_CGROUP}' /proc/self/mounts || mount -t cgroup2 none {_CGROUP}
"""


class _Use:
    """This process's use of the ground: a shared lock on /run (flock(2)), which ends with the process at the latest."""

    def __init__(self) -> None:
        self._threads = threading.Lock()
        self._file: int | None = None

    def begin(self, there: Callable[[], bool], make: Callable[[], None]) -> None:
        """Share it; who finds none makes it, alone."""
        with self._threads:
            if self._file is not None:
                return
            file = os.open(GROUND.parent, os.O_RDONLY)
            try:
                fcntl.flock(file, fcntl.LOCK_SH)
                # A lock is given free before it changes: in between another may have taken the ground away.
                while not there():
                    fcntl.flock(file, fcntl.LOCK_EX)
                    if not there():
                        make()
                    fcntl.flock(file, fcntl.LOCK_SH)
            except BaseException:
                os.close(file)
                raise
            self._file = file

    def end(self, take_away: Callable[[], None]) -> None:
        """Give it up, and take it away unless another process uses it."""
        with self._threads:
            file = os.open(GROUND.parent, os.O_RDONLY) if self._file is None else self._file
            self._file = None
            try:
                with suppress(BlockingIOError):
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    take_away()
            finally:
                os.close(file)


_USE: Final = _Use()


def level(command: Command, mounts: str | None = None) -> tuple[str, ...]:
    """Return what stands before a command of the engine: nothing on a machine; in a chroot, entering the ground.

    Raises EngineError when the ground cannot be made. `mounts` is the text of /proc/self/mounts.
    """
    points = _mount_points(mounts)
    if str(_NAMESPACE) not in points and {"/", _CGROUP} <= points and not _chrooted(command):
        return ()
    _USE.begin(lambda: _there(mounts), lambda: _make(command))
    return ("nsenter", f"--mount={_NAMESPACE}", "--")


def clear(command: Command, mounts: str | None = None) -> None:
    """Take the ground away again, if there is one and no other process uses it."""
    if _there(mounts):
        _USE.end(lambda: _take_away(command))


def _there(mounts: str | None) -> bool:
    return str(_NAMESPACE) in _mount_points(mounts)


def _take_away(command: Command) -> None:
    _must(command, "umount", str(_NAMESPACE))
    _must(command, "umount", str(GROUND))
    GROUND.rmdir()


def _make(command: Command) -> None:
    GROUND.mkdir(parents=True, exist_ok=True)
    # A namespace can only be kept on a mount that no other namespace shares.
    _must(command, "mount", "-t", "tmpfs", "tmpfs", str(GROUND))
    _must(command, "mount", "--make-private", str(GROUND))
    (GROUND / "root").mkdir()
    _NAMESPACE.touch()
    failed: Result | None = None
    for cpu in os.sched_getaffinity(0):
        result = _unshare(command, cpu)
        if result.ok:
            return
        failed = result
    command.run(("umount", "--lazy", str(GROUND)))
    GROUND.rmdir()
    raise EngineError(_message(failed, "making a mount namespace"))


def _unshare(command: Command, cpu: int) -> Result:
    """Make the namespace on one processor.

    A file keeps only a namespace whose number is higher than ours. Since Linux 6.18 each processor counts in a
    block of its own, so that another one may succeed where this one fails.
    """
    enter = ("nsenter", "--mount=/proc/self/ns/mnt", "--wd=/", "sh", "-ec", _PIVOT)
    pinned = ("taskset", "--cpu-list", str(cpu))
    return command.run((*pinned, "unshare", f"--mount={_NAMESPACE}", "--propagation=unchanged", *enter))


def _chrooted(command: Command) -> bool:
    """Tell whether our root is another than that of our mount namespace; a chroot may be a mount point as well.

    Where nobody says, it is not taken for one.
    """
    true_root = command.run(("nsenter", "--mount=/proc/self/ns/mnt", "--", "stat", "--format=%d:%i", "/")).out.strip()
    ours = Path("/").stat()
    return true_root not in {"", f"{ours.st_dev}:{ours.st_ino}"}


def _mount_points(mounts: str | None) -> frozenset[str]:
    text = Path("/proc/self/mounts").read_text(encoding="utf-8") if mounts is None else mounts
    return frozenset(line.split()[1] for line in text.splitlines() if len(line.split()) > 1)


def _must(command: Command, *words: str) -> None:
    result = command.run(words)
    if not result.ok:
        raise EngineError(_message(result, f"`{' '.join(words)}`"))


def _message(result: Result | None, what: str) -> str:
    words = result.err.strip() if result else "no processor"
    return (
        f"containers need a root that is a mount point and cgroups at {_CGROUP}, and {what} fails: "
        f"{words}; use a machine, a privileged container, or a chroot with /proc, /sys and /dev mounted"
    )
