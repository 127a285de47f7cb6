"""What render makes: per device the files it shall have, with slots where secrets go.

A slot is filled by push and lab only; everything before sees references and digests.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class DeviceKind(StrEnum):
    """What a device is to the federation; waves are made of it."""

    RADIUS_SERVER = "radius-server"
    HUB = "hub"
    CONTROLLER = "controller"
    ACCESS_POINT = "access-point"


class SlotKind(StrEnum):
    """What fills a slot: a secret's value, a certificate's PEM, or something derived from a secret."""

    SECRET = "secret"  # noqa: S105  the name of a kind
    PRIVATE_KEY = "private-key"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class Slot:
    """A hole in a file: `name` is a secret's path or a certificate's name, `quoting` a key of its target's table."""

    kind: SlotKind
    name: str
    quoting: str

    def placeholder(self) -> str:
        """Spell the slot for eyes: no value, the same every time."""
        return f"<{self.kind} {self.name}>"


@dataclass(frozen=True, slots=True)
class File:
    """A file of a device: its absolute path, its parts in order, and who may read it."""

    path: str
    parts: tuple[str | Slot, ...]
    mode: int = 0o644
    owner: str = "root"
    group: str = "root"

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The file's slots in order."""
        return tuple(part for part in self.parts if isinstance(part, Slot))

    def text(self, fill: Callable[[Slot], str] = Slot.placeholder) -> str:
        """Return the file's text with each slot filled; by default with its placeholder."""
        return "".join(fill(part) if isinstance(part, Slot) else part for part in self.parts)

    def digest(self) -> str:
        """Return the sha256 of the text with placeholders: the same for the same inventory."""
        return hashlib.sha256(self.text().encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as it is on a device, or shall be: its octets, which may hold secrets, and who may read them."""

    content: bytes = field(repr=False)
    mode: int
    owner: str
    group: str


@dataclass(frozen=True, slots=True)
class DeviceBundle:
    """One device's files. `owner` is the borough's slug, or `federation` for the hubs.

    `owns` is the prefix of what is ours on a device that others configure too; empty where whole files are ours.
    `leaves` names what bears it and is not ours all the same, in the platform's words.
    """

    owner: str
    site: str
    name: str
    kind: DeviceKind
    target: str
    version: str
    files: tuple[File, ...]
    owns: str = ""
    leaves: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The device as `--limit` names it: borough/site/device."""
        return "/".join(part for part in (self.owner, self.site, self.name) if part)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Every device's files, in the order of the inventory."""

    devices: tuple[DeviceBundle, ...]

    def digest(self) -> str:
        """Return `sha256:…` over every file with placeholders: the same for the same inventory."""
        lines = (f"{one.path} {file.path} {file.digest()}\n" for one in self.devices for file in one.files)
        return f"sha256:{hashlib.sha256(''.join(lines).encode()).hexdigest()}"

    def limited(self, limit: str | None) -> Bundle:
        """Return the part that `--limit` names: borough, borough/site, or down to a device. It may be empty.

        `*` and `?` match as in a shell: `camden/camden-wlc-*`. Commas stand between several.
        """
        if limit is None:
            return self
        wanted = [f"{part.strip('/ ')}/*" for part in limit.split(",")]
        return Bundle(tuple(one for one in self.devices if any(fnmatchcase(f"{one.path}/", part) for part in wanted)))
