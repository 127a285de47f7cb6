"""Faults in a running federation, and back. Management stays reachable, so that each can be taken back."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lab.errors import EngineError, LabError
from lab.faults import delay, scripts
from lab.faults.fault import Fault, parse
from lab.faults.kind import BLACKHOLED, STOPPED, FaultKind
from lab.reissue import by_a_stranger, with_other_days
from lab.topology import NodeKind, container
from roaming.load import load
from roaming.targets.freeradius import OURS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from lab.engine import Engine
    from lab.folder import Folder
    from lab.topology import Node, Topology
    from roaming.model.network import Network

DELAY_S: Final = 2.0
EXPIRING: Final = timedelta(days=5)
EXPIRED: Final = timedelta(days=-1)
# What is run is the same wherever it is done.
_ALIKE: Final[Mapping[FaultKind, Callable[[], str]]] = {
    FaultKind.SNMP_STOPPED: scripts.stop_snmp,
    FaultKind.SNMP_RESTARTED: scripts.restart_snmp,
    FaultKind.ACCESS_POINT_LOST: scripts.lose,
    FaultKind.AGENT_UNREACHABLE: scripts.shut_out,
    FaultKind.PROBER_PAUSED: scripts.pause,
}
_TLS: Final = f"{OURS}/tls"


@dataclass(frozen=True)
class Faults:
    """What can be broken in one lab. Every method raises `LabError` with a node's own words when it does not obey."""

    engine: Engine
    topology: Topology
    folder: Folder

    def parse(self, text: str) -> Fault:
        """Read `hub-stopped:hub-east`."""
        return parse(self.topology, text)

    def set(self, fault: Fault) -> None:
        """Bring a fault about."""
        for node in self._struck(fault):
            self._break(fault.kind, fault.place, node)

    def break_all(self, names: Sequence[str]) -> None:
        """Bring faults about by their names, one right after the other; none when a name is wrong."""
        for fault in [self.parse(name) for name in names]:
            self.set(fault)

    def mend_all(self, names: Sequence[str]) -> None:
        """Take faults back by their names; nodes that do not obey are named together at the end."""
        faults = [self.parse(name) for name in names]
        self._undo(dict.fromkeys(node for fault in faults for node in self._struck(fault)))

    def clear_all(self) -> None:
        """Take every fault back, whatever was set; nodes that do not obey are named together at the end."""
        kinds = (*scripts.SERVICES, NodeKind.AGENT, NodeKind.CONTROLLER, NodeKind.GOVWIFI, NodeKind.MONITOR)
        self._undo(self.topology.of_kind(*kinds))

    @contextmanager
    def held(self, *names: str) -> Iterator[None]:
        """Hold faults for the length of a `with` block."""
        try:
            self.break_all(names)
            yield
        finally:
            self.mend_all(names)

    def _undo(self, nodes: Iterable[Node]) -> None:
        """Take back whatever was done to the nodes, each whatever became of the others."""
        refusals = []
        for node in nodes:
            try:
                if self._begun(node):
                    self._run(node, scripts.undo(node))
            except EngineError as error:
                refusals.append(f"{node.name}: {error}")
            except LabError as error:
                refusals.append(str(error))
        if refusals:
            raise LabError("\n".join(refusals))

    def _begun(self, node: Node) -> bool:
        """Tell whether a node has a container: the monitor of a lab that nobody watches has none."""
        return node.kind is not NodeKind.MONITOR or self.engine.state(container(self.topology, node)) is not None

    def _struck(self, fault: Fault) -> tuple[Node, ...]:
        """Return the nodes that a fault is done to: of a borough's servers those that have the certificate."""
        if fault.kind in {FaultKind.CERTIFICATE_EXPIRING, FaultKind.CERTIFICATE_EXPIRED}:
            wanted = {server.name for server in self._network.homes(self._network.boroughs_by_slug[fault.place])}
            return tuple(node for node in self.topology.of_kind(NodeKind.RADIUS_SERVER) if node.name in wanted)
        if fault.kind is FaultKind.RADSEC_KEY_WRONG:
            servers = self._network.servers_by_name
            return tuple(node for node in fault.nodes if (face := servers[node.name].federation) and face.certificate)
        return fault.nodes

    def _break(self, kind: FaultKind, place: str, node: Node) -> None:
        if kind in STOPPED:
            self._run(node, scripts.stop(node))
        elif kind in _ALIKE:
            self._run(node, _ALIKE[kind]())
        elif kind in BLACKHOLED:
            self._run(node, scripts.blackhole(self.topology))
        elif kind is FaultKind.LINK_DELAYED:
            self._run(node, scripts.delay(node, DELAY_S), _program())
        elif kind is FaultKind.RADSEC_KEY_WRONG:
            self._take_strangers_key(node)
        else:
            self._change_days(node, place, EXPIRED if kind is FaultKind.CERTIFICATE_EXPIRED else EXPIRING)

    def _take_strangers_key(self, node: Node) -> None:
        """Give a proxy a certificate with its own name, and a key, of a CA that nobody trusts."""
        certificate, key = by_a_stranger(self._run(node, f"cat {_TLS}/radsec.pem"))
        self._run(node, scripts.replace(f"{_TLS}/radsec.pem"), certificate)
        self._run(node, scripts.replace(f"{_TLS}/radsec.key"), key)
        self._run(node, scripts.restart(node))

    def _change_days(self, node: Node, borough: str, left: timedelta) -> None:
        """Give a home server a certificate like its own, of the same CA, that ends at another time."""
        path = f"{_TLS}/eap-{borough}.pem"
        name = self._network.boroughs_by_slug[borough].identity.certificate
        key = self.folder.authority(self._network.certificates_by_name[name].issuer or name).read_text(encoding="ascii")
        certificate = with_other_days(self._run(node, f"cat {path}"), key, datetime.now(UTC) + left)
        self._run(node, scripts.replace(path), certificate)
        self._run(node, scripts.restart(node))

    @cached_property
    def _network(self) -> Network:
        return load(self.folder.inventory).network

    def _run(self, node: Node, script: str, stdin: str | None = None) -> str:
        result = self.engine.exec(container(self.topology, node), ["sh", "-c", script], stdin=stdin, timeout_s=60)
        if not result.ok:
            words = (result.err or result.out).strip().splitlines()[-1:] or [f"exit status {result.rc}"]
            message = f"{node.name}: {script.split(' && ', maxsplit=1)[0]} failed: {words[0]}"
            raise LabError(message)
        return result.out


def _program() -> str:
    return Path(delay.__file__).read_text(encoding="utf-8")
