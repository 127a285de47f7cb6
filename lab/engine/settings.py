"""The lab's own settings for podman: they make it work where there is no systemd and where limits cannot be raised.

Written under the lab's state and named in CONTAINERS_CONF, so that the machine's own podman is left as it is.
"""

from __future__ import annotations

import resource
import shutil
from dataclasses import dataclass
from pathlib import Path

_CAP_SYS_RESOURCE = 1 << 24
# Enough for each daemon here; podman itself lowers its own hard limit of processes on some machines.
_ENOUGH = 4096


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


def write_containers_conf(state: Path) -> Path:
    """Write `containers.conf` under the lab's state and return its path."""
    state.mkdir(parents=True, exist_ok=True)
    path = state / "containers.conf"
    path.write_text(containers_conf(read_limits(), runc=shutil.which("runc") is not None), encoding="ascii")
    return path.resolve()


def _within(kind: int) -> int:
    hard = resource.getrlimit(kind)[1]
    return _ENOUGH if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH)
