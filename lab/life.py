"""A lab's life: prepared, up, looked at, down."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lab.agents import WITH_SNMP, controller_tables, snmpd_conf
from lab.engine import LAB_LABEL, bring_up, take_down
from lab.errors import AddressTakenError, LabError
from lab.images import Image, image_for
from lab.logins import authorized_key, host_key, known_hosts
from lab.outside import START, govwifi_files, outside_files, write_outside
from lab.pki import generate, write, write_private
from lab.topology import (
    CONTROL,
    MONITOR,
    ONLOOKERS,
    OUTSIDERS,
    WHOLE,
    Layout,
    Node,
    NodeKind,
    Part,
    Topology,
    compose_file,
    container,
    lay_out,
    read_mapping,
    rewrite,
    write_mapping,
)
from roaming.load import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lab.engine import Engine
    from lab.folder import Folder
    from lab.logins import HostKey
    from lab.pki import Material
    from roaming.model.network import Network

# Private ranges that nobody is known to use; the first that this machine has no route into is taken.
POOLS: Final = tuple(IPv4Network(f"10.{second}.0.0/16") for second in range(213, 220))
_ROUTES: Final = Path("/proc/net/route")
_SOFTWARE: Final = {
    NodeKind.RADIUS_SERVER: "freeradius",
    NodeKind.HUB: "radsecproxy",
    NodeKind.ACCESS_POINT: "hostapd",
}
_WITH_SSH: Final = (
    NodeKind.HUB,
    NodeKind.RADIUS_SERVER,
    NodeKind.ACCESS_POINT,
    NodeKind.CONTROLLER,
    NodeKind.AGENT,
    NodeKind.WORKER,
)


@dataclass(frozen=True, slots=True)
class Order:
    """What lab is wanted. `part` is what gets containers.

    `ensure` returns the tag of an image, having made it where it was missing.
    """

    inventory: Path
    ensure: Callable[[Image], str]
    part: Part = WHOLE
    pools: tuple[IPv4Network, ...] = POOLS


@dataclass(frozen=True, slots=True)
class NodeState:
    """A node and whether its container runs."""

    node: Node
    container: str
    status: str


def up(engine: Engine, folder: Folder, order: Order, step: Callable[[str], None]) -> Topology:
    """Make a lab from an inventory and start it; `step` is told what is being done.

    When anything fails all of it is taken down again and the error goes on to the caller.
    """
    _refuse_second(engine, folder)
    try:
        network = load(order.inventory).network
        _refuse_unknown(network, order.part.boroughs)
        topology = _start(engine, folder, order, network, step)
        step("configuring what stands outside the region")
        _start_outside(engine, topology)
        step("waiting for every device's sshd")
        _wait_ssh(engine, topology)
    except BaseException:
        down(engine, folder)
        raise
    return topology


def down(engine: Engine, folder: Folder) -> tuple[str, ...]:
    """Remove a lab and its files; return what there was. A lab that is not there is no error."""
    label = f"{LAB_LABEL}={folder.name}"
    found = (*engine.containers(label), *engine.networks(label))
    # It stands in the network of the control container, which cannot go before it.
    engine.remove_containers([name for name in found if name == f"{folder.name}-{MONITOR}"])
    take_down(engine, folder.compose, folder.name)
    folder.remove()
    return found


def status(engine: Engine, folder: Folder) -> tuple[NodeState, ...]:
    """Return each node with the state of its container; an observer that was not asked for is left out."""
    topology = read_mapping(folder.mapping)
    return tuple(_states(engine, topology))


def require(folder: Folder) -> None:
    """Raise `LabError` when there is no such lab; nothing is written to find out."""
    read_mapping(folder.mapping)


def prepare(folder: Folder, order: Order, network: Network, pool: IPv4Network) -> Topology:
    """Write a lab's files: addresses, secrets, host keys, the compose file."""
    folder.clear()
    layout = lay_out(network, folder.name, pool=pool, part=order.part)
    material = generate(network)
    folder.runs.mkdir(parents=True)
    rewrite(order.inventory, folder.inventory, layout.places)
    write_mapping(layout.topology, folder.mapping)
    write(material, folder.secrets)
    write_private({f"{name}.key": key for name, key in material.authorities.items()}, folder.authorities)
    _write_nodes(folder, layout, network, material)
    _make_log_folders(folder, layout.topology)
    text = compose_file(layout.topology, lambda node: order.ensure(image_of(node)))
    folder.compose.write_text(text, encoding="utf-8")
    return layout.topology


def image_of(node: Node) -> Image:
    """Return the image that has a node's software in its version; raises `ImageError` when none has.

    A worker is a machine with ansible-runner, which the control image has; the monitor and the simulated controller
    are our own commands.
    """
    if node.kind in {NodeKind.CONTROL, NodeKind.MONITOR, NodeKind.WORKER, NodeKind.CONTROLLER}:
        return Image.CONTROL
    software = _SOFTWARE.get(node.kind)
    return image_for(software, node.version) if software else Image.DEBIAN_13


def free_pools(pools: tuple[IPv4Network, ...], routes: str) -> tuple[IPv4Network, ...]:
    """Return the pools that no route of this machine (`/proc/net/route`) leads into."""
    taken = [route(line) for line in routes.splitlines()[1:] if line.strip()]
    free = [pool for pool in pools if not any(pool.overlaps(route) for route in taken if route.prefixlen)]
    if not free:
        message = f"every range the lab may use is routed on this machine: {', '.join(map(str, pools))}"
        raise AddressTakenError(message)
    return tuple(free)


def route(line: str) -> IPv4Network:
    """Read the destination of a line of /proc/net/route: addresses are hexadecimal, least significant octet first."""
    fields = line.split()
    destination, mask = (IPv4Address(bytes.fromhex(fields[index])[::-1]) for index in (1, 7))
    return IPv4Network(f"{destination}/{mask}")


def _refuse_second(engine: Engine, folder: Folder) -> None:
    if engine.containers(f"{LAB_LABEL}={folder.name}"):
        message = (
            f"lab {folder.name} is up already: `roam-lab down --name {folder.name}` first, or choose another --name"
        )
        raise LabError(message)


def _refuse_unknown(network: Network, limit: frozenset[str]) -> None:
    unknown = sorted(limit - network.boroughs_by_slug.keys())
    if unknown:
        message = f"--limit: there is no borough {unknown[0]}; there are {', '.join(sorted(network.boroughs_by_slug))}"
        raise LabError(message)


def _start(engine: Engine, folder: Folder, order: Order, network: Network, step: Callable[[str], None]) -> Topology:
    """Start the containers in the first pool of addresses that nobody else turns out to use."""
    *others, last = free_pools(order.pools, _ROUTES.read_text(encoding="ascii") if _ROUTES.exists() else "")
    for pool in (*others, last):
        step(f"writing the lab's files, addresses in {pool}")
        topology = prepare(folder, order, network, pool)
        names = [container(topology, node) for node in topology.nodes if node.kind not in ONLOOKERS]
        step(f"starting {len(names)} containers")
        try:
            bring_up(engine, folder.compose, folder.name, names)
        except AddressTakenError:
            if pool == last:
                raise
        else:
            return topology
    raise AddressTakenError


def _write_nodes(folder: Folder, layout: Layout, network: Network, material: Material) -> None:
    """Write what is mounted into the containers: host keys, logins, SNMP agents, what configures others' servers."""
    nodes = layout.topology.of_kind(*_WITH_SSH)
    keys = {node.name: host_key() for node in nodes}
    folder.known_hosts.write_text(known_hosts(nodes, keys), encoding="ascii")
    for node in nodes:
        _write_login(folder.node(node.name), node, keys[node.name], material)
    _write_agents(folder, layout.topology, network, material)
    for upstream in network.upstreams:
        files = outside_files(network, layout.topology, material, upstream)
        write_outside(files, folder.node(upstream.name))
    for node in layout.topology.of_kind(NodeKind.GOVWIFI):
        write_outside(govwifi_files(network, layout.topology, material), folder.node(node.name))


def _write_agents(folder: Folder, topology: Topology, network: Network, material: Material) -> None:
    """Write whom SNMP agents let in and tell, and what a controller's tables are made of."""
    control = topology.node(CONTROL)
    for node in topology.of_kind(*WITH_SNMP):
        snmp = network.boroughs_by_slug[node.owner].snmp
        if snmp:
            # The monitor stands in the control container's network.
            receiver = control.link(node.links[0].network)
            text = snmpd_conf(node.kind, snmp, material.secrets, receiver.address if receiver else None)
            _write_private(folder.node(node.name) / "snmpd.conf", text)
    for node in topology.of_kind(NodeKind.CONTROLLER):
        path = folder.node(node.name) / "controller.json"
        path.write_text(controller_tables(network, topology, node), encoding="utf-8")


def _make_log_folders(folder: Folder, topology: Topology) -> None:
    """Make what the servers' daemons log into; which number their user has is the image's matter."""
    folder.logs.mkdir()
    for node in topology.of_kind(NodeKind.RADIUS_SERVER):
        (folder.logs / node.name).mkdir()
        (folder.logs / node.name).chmod(0o777)


def _write_login(directory: Path, node: Node, key: HostKey, material: Material) -> None:
    directory.mkdir(mode=0o700, parents=True)
    _write_private(directory / "ssh_host_ed25519_key", key.private)
    (directory / "ssh_host_ed25519_key.pub").write_text(f"{key.public}\n", encoding="ascii")
    if node.login and node.login.key:
        line = authorized_key(material.secrets[node.login.key.secret])
        (directory / "authorized_keys").write_text(f"{line}\n", encoding="ascii")
    if node.login and node.login.password:
        _write_private(directory / "password", material.secrets[node.login.password.secret])


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="ascii")


def _start_outside(engine: Engine, topology: Topology) -> None:
    for node in topology.of_kind(*OUTSIDERS):
        result = engine.exec(container(topology, node), list(START), timeout_s=30)
        if not result.ok:
            message = f"{node.name}: the lab's own FreeRADIUS does not start: {(result.out + result.err)[-500:]}"
            raise LabError(message)


def _wait_ssh(engine: Engine, topology: Topology, timeout_s: int = 60) -> None:
    """Wait, from the control container, until every device that it reaches takes connections on port 22."""
    near = {link.network for link in topology.node(CONTROL).links}
    reached = [node for node in topology.of_kind(*_WITH_SSH) if node.links[0].network in near]
    addresses = " ".join(str(node.address) for node in reached)
    script = (
        f"for a in {addresses}; do n=0; until (exec 3<>/dev/tcp/$a/22) 2>/dev/null; do "
        f"n=$((n+1)); [ $n -lt {timeout_s * 5} ] || {{ echo $a; exit 1; }}; sleep 0.2; done; done"
    )
    control = container(topology, topology.node(CONTROL))
    result = engine.exec(control, ["bash", "-c", script], timeout_s=timeout_s * 3)
    if not result.ok:
        silent = result.out.strip()
        names = [node.name for node in reached if str(node.address) == silent]
        message = f"{names[0] if names else silent}: no sshd answers at {silent} after {timeout_s} s"
        raise LabError(message)


def _states(engine: Engine, topology: Topology) -> Iterator[NodeState]:
    for node in topology.nodes:
        name = container(topology, node)
        state = engine.state(name)
        if state or node.kind not in ONLOOKERS:
            yield NodeState(node, name, state.status if state else "absent")
