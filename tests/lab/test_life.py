"""A lab's life on an engine in memory: whatever goes wrong, nothing is left."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import pytest

from lab import life
from lab.agents import controller_tables
from lab.engine import FakeEngine, Result, State
from lab.errors import AddressTakenError, ContainerError, ImageError, LabError
from lab.folder import Folder, folder
from lab.images import Image
from lab.life import Order, free_pools
from lab.outside import START
from lab.topology import CONTROL, ONLOOKERS, Node, NodeKind, Part, lay_out
from roaming.errors import InventoryError
from roaming.load import load
from roaming.model.borough import HighAvailability, Snmp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

TAKEN = Result(125, "", "Error: subnet 10.213.0.0/20 is already used on the host or by another config\n")
ROUTES = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"


@pytest.fixture
def where(tmp_path: Path) -> Folder:
    return Folder(tmp_path, "x")


@pytest.fixture
def order(repository: Path) -> Order:
    return Order(repository / "lab" / "inventory", lambda image: f"image-{image}")


@pytest.fixture
def engine(repository: Path) -> FakeEngine:
    """Return an engine that starts all that the compose file of the lab's inventory asks for."""
    topology = lay_out(load(repository / "lab" / "inventory").network, "x").topology
    names = [f"x-{node.name}" for node in topology.nodes if node.kind not in ONLOOKERS]
    return FakeEngine(services={name: State(name, "running", 0, 1, "image") for name in names})


def _up(engine: FakeEngine, where: Folder, order: Order) -> list[str]:
    said: list[str] = []
    life.up(engine, where, order, said.append)
    return said


def test_up_writes_the_labs_files_and_starts_what_is_outside(engine: FakeEngine, where: Folder, order: Order) -> None:
    said = _up(engine, where, order)
    names = {path.name for path in where.root.iterdir()}
    assert names == {
        "authorities",
        "compose.yml",
        "inventory",
        "known_hosts",
        "logs",
        "mapping.json",
        "nodes",
        "secrets",
        "state",
    }
    assert any("starting 25 containers" in line for line in said)
    outside = [call[1] for call in engine.calls if call[0] == "exec" and call[2:] == START]
    assert outside == ["x-nrps-1", "x-govwifi-london-1", "x-govwifi-dublin-1"]
    assert load(where.inventory).network.hubs[0].name == "hub-east"
    assert "hub-east,10." in where.known_hosts.read_text()
    private = [path for path in where.root.rglob("*") if path.name in {"ssh_host_ed25519_key", "users", "agent"}]
    assert {path.stat().st_mode & 0o077 for path in private} == {0}


def test_access_points_and_controllers_alone_get_an_snmp_agent_with_their_boroughs_user(
    engine: FakeEngine, where: Folder, order: Order
) -> None:
    _up(engine, where, order)
    network = load(where.inventory).network
    found = {path.parent.name: path for path in where.root.rglob("snmpd.conf")}
    wanted = {ap.name: (borough, "SHA-256") for borough, _, ap in network.access_points()}
    wanted |= {controller.name: (borough, "SHA") for borough, controller in network.controllers()}
    assert found.keys() == wanted.keys()
    for name, (borough, digest) in wanted.items():
        assert isinstance(borough.snmp, Snmp)
        secret = (where.secrets / borough.snmp.auth.secret).read_text().strip()
        assert f'createUser roam-monitor {digest} "{secret}" AES ' in found[name].read_text()
        assert found[name].stat().st_mode & 0o077 == 0


def test_a_controller_gets_its_login_and_what_its_tables_are_made_of(
    engine: FakeEngine, where: Folder, order: Order
) -> None:
    _up(engine, where, order)
    own, proxy = where.node("hackney-wlc"), load(where.inventory).network.servers_by_name["hackney-proxy-1"]
    assert (own / "password").read_text() == (where.secrets / "hackney" / "wlc-login").read_text().strip()
    assert json.loads((own / "controller.json").read_text()) == {
        "access_points": {"hackney-cl-ap1": "02:00:0a:0c:1f:00", "hackney-cl-ap2": "02:00:0a:0c:20:00"},
        "ssids": ["govroam"],
        "servers": [str(proxy.address)],
    }


def test_a_controller_lists_neither_its_peers_access_points_nor_servers_that_are_not_there(repository: Path) -> None:
    network = load(repository / "lab" / "inventory").network
    hackney = network.boroughs_by_slug["hackney"]
    (controller,) = hackney.controllers
    spare = controller.model_copy(update={"name": "hackney-wlc-2", "address": IPv4Address("10.12.0.31")})
    own = controller.model_copy(update={"ha": HighAvailability(mode="n-plus-1", peer=spare.name)})
    update = {"controllers": (own, spare)}
    boroughs = [hackney.model_copy(update=update) if one is hackney else one for one in network.boroughs]
    two = replace(network, boroughs=tuple(boroughs))
    alone = lay_out(two, "x", part=Part(without=frozenset({NodeKind.RADIUS_SERVER}))).topology
    tables = [json.loads(controller_tables(two, alone, alone.node(one.name))) for one in (own, spare)]
    assert [list(one["access_points"]) for one in tables] == [["hackney-cl-ap1", "hackney-cl-ap2"], []]
    assert [one["servers"] for one in tables] == [[], []]


WORKER = """worker:
  name: hackney-worker
  address: 198.51.100.130
  credentials: {user: roam, key: {secret: hackney/worker}}

radius:
"""


def test_access_points_send_traps_to_where_the_monitor_stands_if_they_reach_it(
    where: Folder, order: Order, tmp_path: Path
) -> None:
    inventory = tmp_path / "inventory"
    shutil.copytree(order.inventory, inventory)
    hackney = inventory / "boroughs" / "hackney.yml"
    hackney.write_text(hackney.read_text().replace("radius:\n", WORKER, 1))
    network = load(inventory).network
    topology = life.prepare(where, Order(inventory, order.ensure), network, life.POOLS[0])
    receivers = {link.network: link.address for link in topology.node(CONTROL).links}
    for ap in topology.of_kind(NodeKind.ACCESS_POINT):
        text = (where.node(ap.name) / "snmpd.conf").read_text()
        sent = [line.split()[-1] for line in text.splitlines() if line.startswith("trapsess ")]
        assert sent == ([] if ap.owner == "hackney" else [f"{receivers[ap.links[0].network]}:162"])


def test_status_tells_what_runs(engine: FakeEngine, where: Folder, order: Order) -> None:
    _up(engine, where, order)
    engine.running["x-hub-east"] = State("x-hub-east", "exited", 1, 0, "image")
    del engine.running["x-hub-west"]
    states = {state.node.name: state.status for state in life.status(engine, where)}
    assert (states["hub-east"], states["hub-west"], states["control"]) == ("exited", "absent", "running")
    assert "prometheus" not in states


def test_down_leaves_nothing_and_says_what_there_was(engine: FakeEngine, where: Folder, order: Order) -> None:
    _up(engine, where, order)
    found = life.down(engine, where)
    assert len(found) == 25
    assert engine.running == {}
    assert not where.root.parent.exists()
    assert life.down(engine, where) == ()


def test_a_second_lab_of_the_name_is_refused_and_the_first_stays(
    engine: FakeEngine, where: Folder, order: Order
) -> None:
    _up(engine, where, order)
    with pytest.raises(LabError, match="lab x is up already: `roam-lab down --name x` first"):
        _up(engine, where, order)
    assert where.compose.exists()
    assert len(engine.running) == 25


def test_a_container_that_does_not_start_is_named_and_nothing_is_left(
    engine: FakeEngine, where: Folder, order: Order
) -> None:
    engine.services = dict(engine.services) | {"x-hub-east": State("x-hub-east", "exited", 127, 0, "image")}
    engine.printed["x-hub-east"] = ("/usr/lib/lab/entrypoint: not found",)
    with pytest.raises(ContainerError, match="x-hub-east ended with exit status 127") as caught:
        _up(engine, where, order)
    assert "entrypoint: not found" in str(caught.value)
    assert engine.running == {}
    assert not where.root.exists()


def test_when_every_range_is_taken_that_is_said_and_nothing_is_left(
    engine: FakeEngine, where: Folder, order: Order
) -> None:
    engine.up = TAKEN
    with pytest.raises(AddressTakenError, match="in use"):
        _up(engine, where, order)
    assert sum(call[0] == "up" for call in engine.calls) >= 2, "another range was tried"
    assert engine.running == {}
    assert not where.root.exists()


def test_an_image_that_cannot_be_made_leaves_nothing(engine: FakeEngine, where: Folder, order: Order) -> None:
    def refuse(image: Image) -> str:
        message = f"no {image} today"
        raise ImageError(message)

    with pytest.raises(ImageError, match="no debian-13 today"):
        _up(engine, where, Order(order.inventory, refuse))
    assert not where.root.exists()


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ("freeradius", "nrps-1: the lab's own FreeRADIUS does not start: broken"),
        ("bash", "no sshd answers at broken"),
    ],
)
def test_a_device_that_does_not_come_up_is_named(
    engine: FakeEngine, where: Folder, order: Order, answers: str, message: str
) -> None:
    def answer(container: str, argv: Sequence[str], stdin: str | None, env: Mapping[str, str]) -> Result:
        del container, stdin, env
        return Result(1, "broken", "") if argv[0] == answers else Result(0, "", "")

    engine.answer = answer
    with pytest.raises(LabError, match=message):
        _up(engine, where, order)
    assert engine.running == {}
    assert not where.root.exists()


def test_an_inventory_that_cannot_be_read_leaves_nothing(
    engine: FakeEngine, where: Folder, order: Order, tmp_path: Path
) -> None:
    with pytest.raises(InventoryError):
        _up(engine, where, Order(tmp_path / "nowhere", order.ensure))
    assert not where.root.exists()


def test_an_unknown_borough_is_refused_with_those_there_are(engine: FakeEngine, where: Folder, order: Order) -> None:
    limited = Order(order.inventory, order.ensure, part=Part(frozenset({"camdem"})))
    with pytest.raises(LabError, match="there is no borough camdem; there are camden, hackney, islington"):
        _up(engine, where, limited)
    assert not where.root.exists()


def test_without_a_lab_commands_say_so_and_write_nothing(where: Folder) -> None:
    with pytest.raises(LabError, match="there is no lab x: `roam-lab up` makes one"):
        life.require(where)
    assert not where.root.parent.exists()


@pytest.mark.parametrize(
    ("lines", "free"),
    [
        ("", ["10.213.0.0/16", "10.214.0.0/16"]),
        ("eth0\t00000000\t0100000A\t3\t0\t0\t0\t00000000\t0\t0\t0\n", ["10.213.0.0/16", "10.214.0.0/16"]),
        ("br0\t0010D50A\t0\t1\t0\t0\t0\t00F0FFFF\t0\t0\t0\n", ["10.214.0.0/16"]),
    ],
)
def test_ranges_with_a_route_are_left_alone(lines: str, free: list[str]) -> None:
    assert [str(pool) for pool in free_pools(life.POOLS[:2], ROUTES + lines)] == free


def test_no_free_range_is_said() -> None:
    with pytest.raises(AddressTakenError, match="every range the lab may use is routed on this machine: 10"):
        free_pools(life.POOLS, f"{ROUTES}br0\t0000000A\t0\t1\t0\t0\t0\t000000FF\t0\t0\t0\n")


@pytest.mark.parametrize(
    ("kind", "version", "image"),
    [
        (NodeKind.RADIUS_SERVER, "3.2.7", Image.DEBIAN_13),
        (NodeKind.RADIUS_SERVER, "3.2.1", Image.DEBIAN_12),
        (NodeKind.HUB, "1.9.2", Image.DEBIAN_12),
        (NodeKind.ACCESS_POINT, "2.10", Image.DEBIAN_13),
        (NodeKind.AGENT, "", Image.DEBIAN_13),
        (NodeKind.CONTROLLER, "17.12.4", Image.CONTROL),
        (NodeKind.CONTROL, "", Image.CONTROL),
    ],
)
def test_the_version_decides_the_image(kind: NodeKind, version: str, image: Image) -> None:
    assert life.image_of(Node("n", kind, "camden", (), version)) is image


@pytest.mark.parametrize("name", ["", "Lab", "a/b", "-x", "x" * 33])
def test_a_name_that_cannot_name_a_container_is_refused(name: str) -> None:
    with pytest.raises(LabError, match="a lab's name has lower-case letters"):
        folder(name)


def test_the_mapping_names_no_secret(engine: FakeEngine, where: Folder, order: Order) -> None:
    _up(engine, where, order)
    document = json.loads(where.mapping.read_text())
    assert {node["name"] for node in document["nodes"]} >= {"hub-east", "camden-rad-1", "nrps-1", "control"}
    values = [path.read_text().strip() for path in where.secrets.rglob("*") if path.is_file()]
    kept = where.mapping.read_text() + where.compose.read_text()
    assert not any(value in kept for value in values)
