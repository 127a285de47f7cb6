"""Read devices for their adoption: what they run, and for a controller which access points it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roaming.adopt import Reading
from roaming.errors import AdoptionError
from roaming.push.fetch import running_files
from roaming.push.on_cli import whole
from roaming.targets import TARGETS
from roaming.targets.hostapd import DEFAULTS, HOSTAPD

if TYPE_CHECKING:
    from roaming.transport import Access, CliDialler, Dialler


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one device. Every method raises `TransportError` when it cannot be reached."""

    dialler: Dialler
    cli_dialler: CliDialler

    def controller(self, access: Access, platform: str) -> Reading:
        """Return what a controller shows; a list of access points that it refuses to show is an empty one."""
        terminal = TARGETS[platform].terminal
        if terminal is None:
            message = f"{access.device}: {platform} is not driven by commands"
            raise AdoptionError(message)
        with self.cli_dialler.open(access, terminal) as session:
            running = whole(session.show(terminal.show), terminal)
            return Reading(running, session.show(terminal.joined))

    def access_point(self, access: Access) -> dict[str, str]:
        """Return the files of an access point with hostapd that would be ours, as text."""
        with self.dialler.open(access) as session:
            files = running_files(session, HOSTAPD, (DEFAULTS,))
        return {path: file.content.decode(errors="replace") for path, file in files.items()}
