"""People who sign in: supplicants behind the lab's access points."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol

from lab.errors import LabError
from lab.topology import container
from roaming.load import load
from roaming.secrets import DirectoryStore

if TYPE_CHECKING:
    from lab.engine import Engine
    from lab.folder import Folder
    from lab.scenarios.panels.table import Visit
    from lab.topology import Topology
    from roaming.model.network import Network

_CLIENT_S: Final = 10
_BLOCK: Final = 'eap=PEAP\nidentity="{user}"\npassword="{password}"\nphase2="auth=MSCHAPV2"\n'
_NOBODYS: Final = "not-the-password"


class Crowd(Protocol):
    """Lets somebody sign in."""

    def come(self, visit: Visit) -> None:
        """Sign in once; how it ends is for the logs to tell."""
        ...


@dataclass(frozen=True)
class LabCrowd:
    """The people of a lab: each home's probe account, and its name that nobody has."""

    engine: Engine
    topology: Topology
    folder: Folder

    def come(self, visit: Visit) -> None:
        """Run a supplicant. Raises `LabError` where none could be run, `SecretError` without a password."""
        words = ["lab-client", "--timeout", str(_CLIENT_S), *(["--stay"] if visit.stays else [])]
        name = container(self.topology, self.topology.node(visit.point))
        result = self.engine.exec(name, words, stdin=self._block(visit), timeout_s=3 * _CLIENT_S)
        if not result.out.strip():
            message = f"{visit.point}: no supplicant could be run: {result.err.strip()[-200:]}"
            raise LabError(message)

    def _block(self, visit: Visit) -> str:
        probe = self._network.boroughs_by_slug[visit.home].identity.probe
        if not visit.known:
            return _BLOCK.format(user=probe.reject_user, password=_NOBODYS)
        if probe.password is None:
            message = f"{visit.home} has no account with a password"
            raise LabError(message)
        password = DirectoryStore(self.folder.secrets).secret(probe.password.secret.secret)
        return _BLOCK.format(user=probe.password.user, password=password)

    @cached_property
    def _network(self) -> Network:
        return load(self.folder.inventory).network


@dataclass
class FakeCrowd:
    """Remembers who came."""

    came: list[Visit] = field(default_factory=list)

    def come(self, visit: Visit) -> None:
        """Note it."""
        self.came.append(visit)
