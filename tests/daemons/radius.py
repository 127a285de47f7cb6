"""Rendered RADIUS servers and hubs with real secrets and certificates in them, and a federation of containers."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network
from pathlib import Path
from typing import TYPE_CHECKING

from lab import pki
from lab.engine import bring_up, find_engine, take_down
from lab.images import Workshop, ensure
from lab.life import free_pools
from roaming.load import load
from roaming.model.borough import Controller
from roaming.model.bundle import DeviceKind, SlotKind
from roaming.model.site import ControlledAccessPoint
from roaming.render import render
from roaming.targets import TARGETS
from tests.daemons.conftest import Box

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lab.images import Image
    from roaming.model.bundle import DeviceBundle, Slot
    from roaming.model.network import Network

REPOSITORY = Path(__file__).parents[2]
# Files of tests run side by side, perhaps beside labs: each worker has a network of its own, outside the labs' pools.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_CANDIDATES = tuple(IPv4Network(f"10.{second}.{_WORKER}.0/24") for second in range(220, 230))
SUBNET = str(free_pools(_CANDIDATES, Path("/proc/net/route").read_text(encoding="ascii"))[0]).removesuffix(".0/24")
NODES = {"hub-east": 10, "camden-rad-1": 11, "islington-rad-1": 12, "camden-agent": 13}
# The agent's container speaks for these too; what has no container has an address where nobody answers.
BORROWED = {"islington-agent": 14, "camden-th-ap1": 15, "camden-wlc": 16, "lab-monitor": 17}
_CONTROLLER = {
    "name": "camden-wlc",
    "platform": "iosxe",
    "version": "17.12.4",
    "owns": {"prefix": "LON-"},
    "secret": {"secret": "camden/wlc"},
    "credentials": {"user": "roam", "password": {"secret": "camden/wlc-login"}},
}
HOSTILE = (
    "plain-and-long-enough",
    "  two leading spaces",
    "#hash # hash",
    "quo\"te and quo'te",
    "back\\slash\\n\\x41",
    "{{ secret }} {% x %}",
    "%{User-Name} %41 %%4142",
    "${confdir} $ENV{HOME} $HOME",
    "`id` $(id)",
    "a = b, c := d { }",
    "caf\u00e9 \u2615 \u043a\u043b\u044e\u0447 end",
    "''''",
)


def fill(material: pki.Material, device: DeviceBundle, slot: Slot) -> str:
    """Materialise a slot as push does."""
    known = material.certificates if slot.kind is SlotKind.CERTIFICATE else material.secrets
    return TARGETS[device.target].quote(slot.quoting, known[slot.name])


def tree(device: DeviceBundle, material: pki.Material) -> dict[str, str]:
    """Return a device's files below a folder of its own, with how they are owned and how they are checked."""
    root = f"/run/box/all/{device.name}"
    files = {f"{root}{file.path}": file.text(lambda slot: fill(material, device, slot)) for file in device.files}
    check = shlex.join(TARGETS[device.target].check_command)
    return files | {f"{root}/owners": _owners(device), f"{root}/check": check}


def _owners(device: DeviceBundle) -> str:
    return "\n".join(
        f"chown {file.owner}:{file.group} {file.path}; chmod {file.mode:o} {file.path}" for file in device.files
    )


def install(box: Box, device: DeviceBundle, material: pki.Material) -> None:
    """Put a device's files in their places, with their owners and modes."""
    box.write({file.path: file.text(lambda slot: fill(material, device, slot)) for file in device.files})
    box.must("sh", "-ec", _owners(device))


def services(network: Network) -> list[DeviceBundle]:
    """Return the RADIUS servers and hubs."""
    ours = {DeviceKind.RADIUS_SERVER, DeviceKind.HUB}
    return [device for device in render(network).devices if device.kind in ours]


@dataclass
class World:
    """A hub, two boroughs' servers and an agent, each in a container, with a route between them and no other."""

    boxes: Mapping[str, Box]
    network: Network
    material: pki.Material = field(repr=False)

    def address(self, node: str) -> str:
        return f"{SUBNET}.{(NODES | BORROWED)[node]}"

    def log(self, node: str, name: str = "roaming.log") -> list[str]:
        return self.boxes[node].run("cat", f"/var/log/freeradius/{name}").out.splitlines()

    def hub_log(self) -> list[str]:
        return self.boxes["hub-east"].run("cat", "/var/log/radsecproxy/radsecproxy.log").out.splitlines()


def mapped(folder: Path, versions: Mapping[str, str]) -> Network:
    """Return the lab's network with the containers' addresses and the versions of their image."""
    inventory = folder / "inventory"
    shutil.copytree(REPOSITORY / "lab" / "inventory", inventory)
    before = load(inventory).network
    numbers = _addresses(before)
    for file in inventory.rglob("*.yml"):
        text = re.sub(
            r"(?<![\d.])\d+\.\d+\.\d+\.\d+(?![\d./])",
            lambda found: numbers.get(found[0], found[0]),
            file.read_text(encoding="utf-8"),
        )
        for old, new in versions.items():
            text = text.replace(f'"{old}"', f'"{new}"')
        file.write_text(text, encoding="utf-8")
    return _with_controller(load(inventory).network)


def _with_controller(network: Network) -> Network:
    """Give Camden a controller, with an access point at the town hall."""
    camden, *others = network.boroughs
    address = f"{SUBNET}.{BORROWED['camden-wlc']}"
    controller = Controller.model_validate_json(json.dumps(_CONTROLLER | {"address": address}))
    hall, *sites = camden.sites
    ap = ControlledAccessPoint(
        name="camden-th-ap9",
        controller=controller.name,
        ethernet_mac="02:00:0a:07:09:01",
        radio_mac="02:00:0a:07:09:10",
    )
    hall = hall.model_copy(update={"access_points": (*hall.access_points, ap)})
    camden = camden.model_copy(update={"controllers": (controller,), "sites": (hall, *sites)})
    return replace(network, boroughs=(camden, *others))


def _addresses(network: Network) -> dict[str, str]:
    numbers = NODES | BORROWED
    found = {str(hub.address): hub.name for hub in network.hubs}
    assert network.federation.monitor
    found[str(network.federation.monitor.address)] = network.federation.monitor.name
    for borough in network.boroughs:
        found[str(borough.agent.address)] = borough.agent.name
        for server in borough.radius:
            found[str(server.address)] = server.name
            if server.federation:
                found[str(server.federation.address)] = server.name
    found |= {str(point.address): point.name for _, _, point in network.access_points()}
    spare = iter(range(100, 250))
    absent = {name: next(spare) for name in dict.fromkeys(found.values()) if name not in numbers}
    return {address: f"{SUBNET}.{(numbers | absent)[name]}" for address, name in found.items()}


@contextmanager
def world(folder: Path, image: Image, versions: Mapping[str, str]) -> Iterator[World]:
    """Run the containers, configured, while the block runs."""
    network = mapped(folder, versions)
    engine = find_engine(folder)
    shop = Workshop(engine, REPOSITORY / ".lab" / "scratch", REPOSITORY / "requirements.txt", step=print)
    lab = f"seamless-wifi-radius-{os.getpid()}"
    compose = folder / "compose.yml"
    compose.write_text(_compose(lab, ensure(shop, image)), encoding="ascii")
    names = {node: f"{lab}-{node}" for node in NODES}
    try:
        bring_up(engine, compose, lab, list(names.values()))
        built = World({node: Box(engine, name) for node, name in names.items()}, network, pki.generate(network))
        _configure(built)
        yield built
    finally:
        take_down(engine, compose, lab)
        engine.release()


def _compose(lab: str, image: str) -> str:
    services = "".join(
        f"  {node}:\n    image: {image}\n    container_name: {lab}-{node}\n    init: true\n"
        "    cap_add: [NET_ADMIN, NET_RAW, SYS_PTRACE]\n    stop_signal: SIGKILL\n"
        f"    networks: {{default: {{ipv4_address: {SUBNET}.{number}}}}}\n"
        for node, number in NODES.items()
    )
    ipam = f"{{config: [{{subnet: {SUBNET}.0/24, gateway: {SUBNET}.1}}]}}"
    return f"services:\n{services}networks:\n  default:\n    internal: true\n    ipam: {ipam}\n"


def _configure(world: World) -> None:
    """Install and start every device, hubs last: they wait longer and longer for a server that is not there yet."""
    for node, number in BORROWED.items():
        world.boxes["camden-agent"].must("ip", "address", "add", f"{SUBNET}.{number}/24", "dev", "eth0")
        assert node not in world.boxes
    devices = sorted(
        (device for device in services(world.network) if device.name in world.boxes),
        key=lambda device: device.kind is DeviceKind.HUB,
    )
    for device in devices:
        target = TARGETS[device.target]
        install(world.boxes[device.name], device, world.material)
        world.boxes[device.name].must(*target.check_command)
        world.boxes[device.name].must("service", target.services[0].name, "start")
