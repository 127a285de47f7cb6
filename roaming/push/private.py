"""A directory for one Ansible run: in memory where there is a tmpfs, for our eyes only, gone afterwards."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from roaming.errors import PushError
from roaming.targets import Action
from roaming.transport import known_hosts_text, login_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from roaming.model.bundle import RemoteFile
    from roaming.plan import DevicePlan, FileChange
    from roaming.push.carrier import Job
    from roaming.transport import Access

_PREFIX = "roam-push-"
_MEMORY = Path("/dev/shm")  # noqa: S108  the tmpfs of every Linux; what is made in it is 0700


@contextmanager
def private_directory() -> Iterator[Path]:
    """Return a fresh directory; whatever happens, it is overwritten and removed.

    A process that is killed cannot do that: the next run removes what a dead one left.
    """
    memory = _MEMORY if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) else None
    sweep(memory or Path(tempfile.gettempdir()))
    path = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=memory))
    try:
        yield path
    finally:
        _remove(path)


def sweep(place: Path) -> None:
    """Remove the private directories of processes that are no more."""
    for path in place.glob(f"{_PREFIX}*"):
        process = path.name.removeprefix(_PREFIX).partition("-")[0]
        dead = process.isdecimal() and not Path("/proc", process).exists()
        if dead and path.is_dir() and not path.is_symlink() and path.stat().st_uid == os.getuid():
            _remove(path)


def _remove(path: Path) -> None:
    if path.parent != _MEMORY:
        _overwrite(path)
    shutil.rmtree(path, ignore_errors=True)


def furnish(directory: Path, jobs: tuple[Job, ...], common: Mapping[str, object]) -> None:
    """Write the inventory, keys, known hosts and playbook of a run; `common` are variables of every host."""
    shutil.copytree(playbooks(), directory / "project", ignore=shutil.ignore_patterns("__pycache__"))
    (directory / "ansible.cfg").touch()
    hosts = {job.device: {**_host(directory, job), **common} for job in jobs}
    _write(directory / "inventory" / "hosts.json", json.dumps({"all": {"hosts": hosts}}))


def playbooks() -> Path:
    """Return the directory of the playbooks: beside the package in a checkout, inside it when installed."""
    package = Path(__file__).parent.parent
    for place in (package / "_data" / "playbooks", package.parent / "playbooks"):
        if (place / "carry.yml").is_file():
            return place
    message = "the playbooks are not installed with this package"
    raise PushError(message)


def _host(directory: Path, job: Job) -> dict[str, object]:
    access = job.access
    known = directory / "known_hosts" / job.device
    _write(known, known_hosts_text(access))
    options = f"-o StrictHostKeyChecking=yes -o UserKnownHostsFile={known} -o GlobalKnownHostsFile=/dev/null"
    return {
        "ansible_host": access.host,
        "ansible_port": access.port,
        "ansible_user": access.user,
        "ansible_become": access.user != "root",
        "ansible_python_interpreter": "/usr/bin/python3",
        "ansible_ssh_common_args": f"{options} -o IdentitiesOnly=yes",
        **_proof(directory, access),
        "roam_job": encode(job),
        "roam_services": [action.service for action in job.plan.actions],
        "roam_action": _action(job.plan),
        "roam_again": not job.plan.changes,
    }


def _action(plan: DevicePlan) -> str:
    """Return what all services of a device are given: the strongest that one of them wants."""
    wanted = {action.action for action in plan.actions}
    return next((action.value for action in (Action.RESTART, Action.RELOAD) if action in wanted), "none")


def _proof(directory: Path, access: Access) -> dict[str, object]:
    """Return how we prove who we are. A password is marked, so that it is never taken for a template."""
    if access.key is None:
        return {"ansible_password": {"__ansible_unsafe": access.password}}
    path = directory / "keys" / access.device
    _write(path, login_key(access.device, access.key))
    return {"ansible_ssh_private_key_file": str(path)}


def encode(job: Job) -> str:
    """Return what `roam_carry` needs, as JSON in base64: no template language sees anything in it."""
    plan: DevicePlan = job.plan
    text = json.dumps(
        {
            "files": [_file(change) for change in plan.changes],
            "check": list(job.target.check_command),
            "masks": list(job.masks),
        }
    )
    return base64.b64encode(text.encode()).decode()


def _file(change: FileChange) -> dict[str, object]:
    wanted = change.wanted
    return {
        "path": change.path,
        "content": None if wanted is None else base64.b64encode(wanted.content).decode(),
        "mode": None if wanted is None else wanted.mode,
        "owner": None if wanted is None else wanted.owner,
        "group": None if wanted is None else wanted.group,
        "expected": _digest(change.running),
    }


def _digest(file: RemoteFile | None) -> str:
    """Return what `roam_carry` knows a file by; it travels only inside the opaque value."""
    if file is None:
        return "none"
    access = f"\0{file.mode:o} {file.owner} {file.group}"
    return hashlib.sha256(file.content + access.encode()).hexdigest()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def _overwrite(directory: Path) -> None:
    """Overwrite every file before it is removed; the best that can be done where there is no tmpfs."""
    for path in directory.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("r+b") as file:
                file.write(b"\0" * path.stat().st_size)
                file.flush()
                os.fsync(file.fileno())
