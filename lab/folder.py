"""The files of one lab on this machine, all under `.lab/<name>` of the checkout."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lab.errors import LabError

DEFAULT_NAME: Final = "lab"
_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Folder:
    """Where a lab keeps what it made. `checkout` is mounted into the control container, so all of it is seen there."""

    checkout: Path
    name: str

    @property
    def root(self) -> Path:
        """The lab's own folder; nothing of the lab is written elsewhere."""
        return self.checkout / ".lab" / self.name

    @property
    def compose(self) -> Path:
        """The compose file."""
        return self.root / "compose.yml"

    @property
    def observers_compose(self) -> Path:
        """The compose file of those who only look on."""
        return self.root / "observers.yml"

    @property
    def observers(self) -> Path:
        """What those who look on read."""
        return self.root / "observers"

    @property
    def inventory(self) -> Path:
        """The inventory with lab addresses."""
        return self.root / "inventory"

    @property
    def mapping(self) -> Path:
        """Which address became which, and who stands where."""
        return self.root / "mapping.json"

    @property
    def secrets(self) -> Path:
        """The secret store."""
        return self.root / "secrets"

    @property
    def authorities(self) -> Path:
        """The keys of the lab's CAs, which no device and no probe has."""
        return self.root / "authorities"

    def authority(self, name: str) -> Path:
        """Return the file of one CA's key."""
        return self.authorities / f"{name}.key"

    @property
    def known_hosts(self) -> Path:
        """The devices' SSH host keys."""
        return self.root / "known_hosts"

    @property
    def runs(self) -> Path:
        """What `roam` keeps: its journal."""
        return self.root / "state"

    def node(self, name: str) -> Path:
        """Return what is mounted into one container."""
        return self.root / "nodes" / name

    @property
    def logs(self) -> Path:
        """What the RADIUS servers log: a folder for each, which its daemon writes to."""
        return self.root / "logs"

    def inside(self, path: Path) -> str:
        """Return a path as the control container sees it."""
        return f"/checkout/{path.relative_to(self.checkout)}"

    def clear(self) -> None:
        """Remove what an earlier lab left; the engine's settings stay, they are in use."""
        for path in self.root.iterdir() if self.root.is_dir() else ():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.suffix != ".conf":
                path.unlink()

    def remove(self) -> None:
        """Remove everything, and `.lab` itself when this was the last lab."""
        shutil.rmtree(self.root, ignore_errors=True)
        parent = self.root.parent
        if parent.is_dir() and not any(parent.iterdir()):
            parent.rmdir()


def folder(name: str, checkout: Path | None = None) -> Folder:
    """Return the folder of a lab. Raises `LabError` for a name that cannot stand in names of containers."""
    if not _NAME.fullmatch(name):
        message = f"a lab's name has lower-case letters, digits and hyphens, at most 32: {name!r} has not"
        raise LabError(message)
    return Folder(checkout or Path(__file__).resolve().parent.parent, name)
