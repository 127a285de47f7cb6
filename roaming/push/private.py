"""A directory for one Ansible run: in memory where there is a tmpfs, for our eyes only, gone afterwards."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from roaming.errors import PushError
from roaming.transport import known_hosts_text, login_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from roaming.transport import Access

_PREFIX = "roam-push-"
_MEMORY = Path("/dev/shm")  # noqa: S108  the tmpfs of every Linux; what is made in it is 0700


@dataclass(frozen=True, slots=True)
class Host:
    """A device as Ansible is told of it: the way in, and the variables of the playbook."""

    access: Access
    variables: Mapping[str, object] = field(repr=False)

    @property
    def name(self) -> str:
        """The device's name."""
        return self.access.device


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


def furnish(directory: Path, hosts: tuple[Host, ...], seen_as: Path | None = None) -> None:
    """Write the inventory, keys, known hosts and playbooks of a run.

    `seen_as` is the path that the directory has where Ansible runs, if that is another machine.
    """
    seen_as = seen_as or directory
    shutil.copytree(playbooks(), directory / "project", ignore=shutil.ignore_patterns("__pycache__"))
    write(directory / "ansible.cfg", "")
    known = {host.name: _host(directory, seen_as, host) for host in hosts}
    write(directory / "inventory" / "hosts.json", json.dumps({"all": {"hosts": known}}))


def playbooks() -> Path:
    """Return the directory of the playbooks: beside the package in a checkout, inside it when installed."""
    package = Path(__file__).parent.parent
    for place in (package / "_data" / "playbooks", package.parent / "playbooks"):
        if (place / "carry.yml").is_file():
            return place
    message = "the playbooks are not installed with this package"
    raise PushError(message)


def _host(directory: Path, seen_as: Path, host: Host) -> dict[str, object]:
    access = host.access
    write(directory / "known_hosts" / host.name, known_hosts_text(access))
    return {
        "ansible_host": access.host,
        "ansible_port": access.port,
        "ansible_user": access.user,
        "ansible_become": access.user != "root",
        "ansible_python_interpreter": "/usr/bin/python3",
        "ansible_ssh_common_args": " ".join(strict(seen_as / "known_hosts" / host.name)),
        **_proof(directory, seen_as, access),
        **host.variables,
    }


def strict(known_hosts: Path) -> list[str]:
    """Return the options of ssh that let in nobody who is not known, and offer no key but the one named."""
    options = (
        "StrictHostKeyChecking=yes",
        f"UserKnownHostsFile={known_hosts}",
        "GlobalKnownHostsFile=/dev/null",
        "IdentitiesOnly=yes",
    )
    return [word for option in options for word in ("-o", option)]


def _proof(directory: Path, seen_as: Path, access: Access) -> dict[str, object]:
    """Return how we prove who we are. A password is marked, so that it is never taken for a template."""
    if access.key is None:
        return {"ansible_password": {"__ansible_unsafe": access.password}}
    write(directory / "keys" / access.device, login_key(access.device, access.key))
    return {"ansible_ssh_private_key_file": str(seen_as / "keys" / access.device)}


def write(path: Path, text: str) -> None:
    """Write a new file that nobody else may read."""
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
