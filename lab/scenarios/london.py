"""The servers and hubs of a whole region in containers: up, pushed, everybody in everywhere; how long, how large."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lab.evidence import home_servers
from lab.scenarios.memory import held_by
from lab.scenarios.verification import Verifier, push
from lab.topology import ONLOOKERS, NodeKind, Part, container
from roaming.load import load
from roaming.render import render
from roaming.verify import failures
from roaming.verify.home import homes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lab.engine import Engine
    from lab.folder import Folder
    from lab.topology import Topology
    from roaming.model.network import Network
    from roaming.verify import Report

# No agent of London is behind an address that is registered with GovWifi: nobody would ask its servers.
SERVERS_AND_HUBS: Final = Part(without=frozenset({NodeKind.ACCESS_POINT, NodeKind.CONTROLLER, NodeKind.GOVWIFI}))
_PATIENCE_S: Final = 180
_PUSH_S: Final = 1800
_DEVICES: Final = (NodeKind.HUB, NodeKind.RADIUS_SERVER)


@dataclass(frozen=True, slots=True)
class Size:
    """What a region took. Seconds, and octets of memory of all its processes; `wanted` pairs, `green` of them.

    `failures` say who did not get in and why, each reason once, as `roam verify` says it.
    """

    containers: int
    up_s: float
    push_s: float
    devices: int
    first_green_s: float
    matrix_s: float
    authentications: int
    green: int
    wanted: int
    memory: int
    failures: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everybody got in everywhere."""
        return self.green == self.wanted


def measure(engine: Engine, folder: Folder, topology: Topology, up_s: float, step: Callable[[str], None]) -> Size:
    """Push to every server and hub of a lab that is up, and verify; raises `LabError` when that cannot be done."""
    network = load(folder.inventory).network
    verifier = Verifier(engine, topology, home_servers(network))
    limit = devices(network, topology)
    step(f"pushing to {len(limit)} servers and hubs")
    began = time.monotonic()
    push(engine, topology, "--limit", ",".join(limit), timeout_s=_PUSH_S)
    push_s = time.monotonic() - began
    step("verifying until everybody gets in")
    first = verifier.verify("--retry-for", str(_PATIENCE_S), timeout_s=2 * _PUSH_S)
    step("verifying once more, for its time")
    report = verifier.verify(timeout_s=_PUSH_S)
    names = [container(topology, node) for node in topology.nodes if node.kind not in ONLOOKERS]
    return Size(
        containers=len(names),
        up_s=up_s,
        push_s=push_s,
        devices=len(limit),
        first_green_s=max((one.first_success_s or 0.0 for one in first.results), default=0.0),
        matrix_s=report.seconds,
        authentications=len(report.results),
        green=len(green(report)),
        wanted=len(network.boroughs) * len(homes(network)),
        memory=held_by(state.pid for name in names if (state := engine.state(name))),
        failures=tuple(line.plain for line in failures(report)),
    )


def devices(network: Network, topology: Topology) -> tuple[str, ...]:
    """Return what is pushed to, as `--limit` names it: the servers and hubs that have a node."""
    present = {node.name for node in topology.of_kind(*_DEVICES)}
    return tuple(device.path for device in render(network).devices if device.name in present)


def green(report: Report) -> frozenset[tuple[str, str]]:
    """Return the pairs all of whose authentications passed."""
    pairs: dict[tuple[str, str], bool] = {}
    for one in report.results:
        pair = (one.visited, one.home)
        pairs[pair] = pairs.get(pair, True) and one.passed
    return frozenset(pair for pair, passed in pairs.items() if passed)


def lines(size: Size) -> Iterable[str]:
    """Say it for people."""
    yield f"{size.containers} containers up in {size.up_s:.0f} s"
    yield f"{size.devices} servers and hubs pushed in {size.push_s:.0f} s"
    yield f"everybody in everywhere {size.first_green_s:.0f} s after the first look"
    yield f"one matrix of {size.authentications:,} authentications in {size.matrix_s:.0f} s"
    yield f"{size.green:,} of {size.wanted:,} pairs green"
    yield from size.failures
    yield f"{size.memory / 2**30:.1f} GiB of memory in all containers"
