"""The lab's own settings for podman: they make it work without systemd, where limits cannot be raised, in a container.

Written under the lab's state and named in the environment, so that the machine's own podman is left as it is.
"""

from __future__ import annotations

import resource
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lab.engine.command import Command

_STORAGE: Final = Path("/var/lib/containers/storage")
_FUSE: Final = Path("/dev/fuse")
_FUSE_OVERLAY: Final = Path("/usr/bin/fuse-overlayfs")
_CAP_SYS_RESOURCE: Final = 1 << 24
# Enough for each daemon here; podman itself lowers its own hard limit of processes on some machines.
_ENOUGH: Final = 4096


@dataclass(frozen=True)
class Limits:
    """What containers are given: numbers of files and processes, or None where podman's own defaults work."""

    nofile: int | None
    nproc: int | None


def read_limits(status: str | None = None) -> Limits:
    """Read what we may give. With CAP_SYS_RESOURCE podman's defaults work and nothing is limited here."""
    text = Path("/proc/self/status").read_text(encoding="ascii") if status is None else status
    effective = next((int(line.split()[1], 16) for line in text.splitlines() if line.startswith("CapEff:")), 0)
    if effective & _CAP_SYS_RESOURCE:
        return Limits(None, None)
    return Limits(_within(resource.RLIMIT_NOFILE), _within(resource.RLIMIT_NPROC))


def containers_conf(limits: Limits, *, runc: bool) -> str:
    """Print a containers.conf.

    cgroupfs, file and k8s-file need no systemd; without a limit of pids no controller is needed; runc runs with hybrid
    cgroups where crun refuses ("cgroups in hybrid mode not supported"); limits above our own hard ones end in
    "setrlimit RLIMIT_NOFILE: Operation not permitted".
    """
    ulimits = ", ".join(
        f'"{name}={value}:{value}"'
        for name, value in (("nofile", limits.nofile), ("nproc", limits.nproc))
        if value is not None
    )
    lines = [
        "[containers]",
        'log_driver = "k8s-file"',
        "pids_limit = 0",
        f"default_ulimits = [{ulimits}]",
        "[engine]",
        'cgroup_manager = "cgroupfs"',
        'events_logger = "file"',
    ]
    if runc:
        lines.append('runtime = "runc"')
    lines += ["[network]", 'network_backend = "netavark"']
    return "\n".join(lines) + "\n"


def storage_conf(filesystem: str, *, fuse: bool) -> str | None:
    """Print a storage.conf for images kept on a file system; None where podman's own choice works.

    The kernel lays no overlay over an overlay, which is what the root of most containers is: fuse-overlayfs does, and
    vfs copies every image whole (up 57 s instead of 16 s, 3.8 GB instead of 0.6).
    """
    if filesystem != "overlayfs":
        return None
    lines = ["[storage]", f'driver = "{"overlay" if fuse else "vfs"}"']
    lines += ['runroot = "/run/containers/storage"', f'graphroot = "{_STORAGE}"']
    if fuse:
        lines += ["[storage.options.overlay]", f'mount_program = "{_FUSE_OVERLAY}"']
    return "\n".join(lines) + "\n"


def write_settings(state: Path, command: Command) -> dict[str, str]:
    """Write the settings under the lab's state and return the environment that names them."""
    state.mkdir(parents=True, exist_ok=True)
    conf = containers_conf(read_limits(), runc=shutil.which("runc") is not None)
    environment = {"CONTAINERS_CONF": _write(state / "containers.conf", conf)}
    there = next(path for path in (_STORAGE, *_STORAGE.parents) if path.exists())
    filesystem = command.run(["stat", "--file-system", "--format=%T", str(there)]).out.strip()
    storage = storage_conf(filesystem, fuse=_FUSE_OVERLAY.exists() and _FUSE.exists())
    if storage:
        environment["CONTAINERS_STORAGE_CONF"] = _write(state / "storage.conf", storage)
    return environment


def _write(path: Path, text: str) -> str:
    path.write_text(text, encoding="ascii")
    return str(path.resolve())


def _within(kind: int) -> int:
    hard = resource.getrlimit(kind)[1]
    return _ENOUGH if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH)
