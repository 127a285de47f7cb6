"""The ground that podman stands on: a root that is a mount point, with cgroups under it.

In a plain chroot neither is given. runc cannot change the propagation of a root that is no mount point ("remount /:
invalid argument"), and needs /sys/fs/cgroup. So the root is bound to a folder in /run, and the engine runs chrooted in
there, on the same files. `level` makes that folder, `clear` takes it away.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from lab.errors import EngineError

if TYPE_CHECKING:
    from lab.engine.command import Command

GROUND: Final = Path("/run/seamless-wifi-root")
_CGROUP: Final = "/sys/fs/cgroup"


def level(command: Command, mounts: str | None = None) -> tuple[str, ...]:
    """Return what stands before a command of the engine: nothing on a machine, `chroot DIR` in a plain chroot.

    Raises EngineError when the ground cannot be made. `mounts` is the text of /proc/self/mounts.
    """
    points = _mount_points(mounts)
    if str(GROUND) not in points:
        if {"/", _CGROUP} <= points:
            return ()
        GROUND.mkdir(parents=True, exist_ok=True)
        _must(command, "mount", "--rbind", "/", str(GROUND))
        _must(command, "mount", "--make-rprivate", str(GROUND))
        if not any(point.startswith(_CGROUP) for point in points):
            _must(command, "mount", "-t", "cgroup2", "none", f"{GROUND}{_CGROUP}")
    return ("chroot", str(GROUND))


def clear(command: Command, mounts: str | None = None) -> None:
    """Take the ground away again, if there is one."""
    if str(GROUND) in _mount_points(mounts):
        _must(command, "umount", "--recursive", "--lazy", str(GROUND))
        GROUND.rmdir()


def _mount_points(mounts: str | None) -> frozenset[str]:
    text = Path("/proc/self/mounts").read_text(encoding="utf-8") if mounts is None else mounts
    return frozenset(line.split()[1] for line in text.splitlines() if len(line.split()) > 1)


def _must(command: Command, *words: str) -> None:
    result = command.run(words)
    if not result.ok:
        message = (
            f"containers need a root that is a mount point and cgroups at {_CGROUP}, and `{' '.join(words)}` fails: "
            f"{result.err.strip()}; use a machine, a privileged container or a chroot with /proc, /sys and /dev"
        )
        raise EngineError(message)
