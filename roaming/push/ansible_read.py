"""Read the running files of devices with Ansible: of those that only their borough's own machine reaches."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roaming.errors import RoamingError
from roaming.model.bundle import RemoteFile
from roaming.push.ansible_way import Event, Way, plain
from roaming.push.private import Host
from roaming.transport import known_hosts_text, login_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roaming.transport import Access

_READ = "Read the files"


@dataclass(frozen=True, slots=True)
class Look:
    """What is to be read of a device: these files, and all below the patterns of what is ours."""

    access: Access
    paths: tuple[str, ...]
    owned: tuple[str, ...]


def read(way: Way, looks: tuple[Look, ...]) -> dict[str, Mapping[str, RemoteFile] | str]:
    """Return the files of each device by path, or in words why they could not be read."""
    found: dict[str, Mapping[str, RemoteFile] | str] = {}
    hosts: list[Host] = []
    for look in looks:
        try:
            hosts.append(_host(look))
        except RoamingError as error:
            found[look.access.device] = str(error)

    def hear(event: Event) -> None:
        if event.kind == "ok" and event.task == _READ:
            found[event.host] = _files(event)
        elif event.kind != "ok":
            found[event.host] = plain(event.words)

    said = way.play("read.yml", tuple(hosts), hear) if hosts else ""
    return {look.access.device: found.get(look.access.device, said or "Ansible ended early") for look in looks}


def _host(look: Look) -> Host:
    """Return a device as Ansible is told of it; raises RoamingError when there is no way in."""
    known_hosts_text(look.access)
    if look.access.key is not None:
        login_key(look.access.device, look.access.key)
    return Host(look.access, {"roam_paths": look.paths, "roam_owned": look.owned})


def _files(event: Event) -> dict[str, RemoteFile]:
    files = event.data.get("files")
    return {
        one["path"]: RemoteFile(base64.b64decode(one["content"]), one["mode"], one["owner"], one["group"])
        for one in (files if isinstance(files, list) else ())
    }
