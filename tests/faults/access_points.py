"""Access points of the lab, each a container with a real sshd and a real hostapd, and two configurations of each."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from lab.engine import bring_up, find_engine, take_down
from lab.images import Image, Workshop, ensure
from roaming.load import load
from roaming.model.bundle import Bundle, SlotKind
from roaming.plan import plan_device
from roaming.push import logins
from roaming.render import render
from roaming.targets import TARGETS
from roaming.transport import Access
from tests.faults.oracle import AccessPointOracle, AccessPointSide
from tests.faults.wire import Wires
from tests.push.conftest import make_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from lab.engine import Engine, Result
    from roaming.model.network import Network
    from roaming.plan import DevicePlan
    from roaming.push import Wanted
    from roaming.push.campaign import Campaign
    from tests.faults.wire import Wire

NAME: Final = "camden-th-ap1"
USER: Final = "roam"
SIDES: Final = ("a", "b")
# /run is empty after a restart, as on a machine; the network is this container's alone, so the way in is a socket.
SERVICE: Final = """\
  {name}:
    image: {image}
    container_name: {name}
    network_mode: none
    cap_add: [NET_ADMIN, NET_RAW]
    stop_signal: SIGKILL
    tmpfs: {volatile}
    environment: {{LAB_USER: {user}, LAB_ROLE: access-point, LAB_SERVICES: hostapd}}
    entrypoint: ["sh", "{home}/start"]
    volumes: ["{home}:{home}", "{home}/own:/etc/lab:ro"]
"""
# These are full with a file of 64 KiB. They would not outlast a restart: such an access point is never restarted.
SMALL: Final = ("/var/lib/seamless-wifi", "/etc/hostapd")
# Debian's init script sleeps for 8 s in every restart, and most random moments would fall there.
START: Final = """\
sed -i 's/sleep 8$/sleep 3/' /etc/init.d/hostapd
python3 {home}/relay &
exec /usr/lib/lab/entrypoint
"""
RELAY: Final = """\
import os, socket, threading
PATH = {path!r}
if os.path.exists(PATH):
    os.unlink(PATH)
door = socket.socket(socket.AF_UNIX)
door.bind(PATH)
door.listen(20)

def carry(source, sink):
    try:
        while octets := source.recv(65536):
            sink.sendall(octets)
    except OSError:
        pass
    for end, how in ((sink, socket.SHUT_WR), (source, socket.SHUT_RD)):
        try:
            end.shutdown(how)
        except OSError:
            pass

def serve(near):
    try:
        far = socket.create_connection(("127.0.0.1", 22))
    except OSError:
        near.close()
        return
    threading.Thread(target=carry, args=(near, far), daemon=True).start()
    carry(far, near)

while True:
    threading.Thread(target=serve, args=(door.accept()[0],), daemon=True).start()
"""


@dataclass(frozen=True)
class Rendered:
    """The inventory of the lab in which one access point has changed: its files, by side."""

    networks: Mapping[str, Network]

    @classmethod
    def of(cls, inventory: Path, folder: Path) -> Rendered:
        """Render both sides: the second has another WLAN's name, another interface and other VLANs."""
        shutil.copytree(inventory, folder / "b")
        _edit(folder / "b/wlans.yml", "ssid: govroam", "ssid: govroam-next")
        _edit(folder / "b/boroughs/camden.yml", "interface: wlan0", "interface: wlan1")
        _edit(folder / "b/boroughs/camden.yml", "{id: 110,", "{id: 115,")
        return cls({"a": load(inventory).network, "b": load(folder / "b").network})

    @cached_property
    def bundles(self) -> Mapping[str, Bundle]:
        """The access point's bundle on each side."""
        return {
            side: Bundle(tuple(one for one in render(network).devices if one.name == NAME))
            for side, network in self.networks.items()
        }

    def secrets(self) -> dict[str, str]:
        """Return values for all that the access point wants."""
        slots = {slot for bundle in self.bundles.values() for file in bundle.devices[0].files for slot in file.slots}
        values = {
            slot.name: "a5" * 32 if slot.quoting == "ft_key" else "0123456789abcdef-secret"
            for slot in slots
            if slot.kind is SlotKind.SECRET
        }
        return values | {one.key.secret: "unused" for _, one in logins(self.networks["a"]).values() if one.key}


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path} has no {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")


@dataclass(frozen=True)
class AccessPoint:
    """A container that is an access point."""

    engine: Engine
    name: str
    home: Path
    wire: Wire
    access: Access
    small: bool

    def run(self, script: str) -> Result:
        """Run a script as root behind everybody's back."""
        return self.engine.exec(self.name, ["sh", "-c", script], timeout_s=60)

    def must(self, script: str) -> str:
        """Run a script that has to succeed."""
        result = self.run(script)
        assert result.ok, f"{self.name}: {result.rc}\n{result.out}\n{result.err}"
        return result.out

    def reboot(self) -> None:
        """Lose all processes at once, and start again."""
        self.engine.stop(self.name, grace_s=0)
        self.engine.start(self.name)

    def oracle(self, sides: Mapping[str, AccessPointSide]) -> AccessPointOracle:
        """Return who judges it."""
        known = self.home / "known_hosts"
        known.write_text(f"[127.0.0.1]:{self.wire.port} {self.access.host_key}\n")
        return AccessPointOracle(self.wire.port, USER, self.home / "login", known, sides)


def plans(wanted: Mapping[str, Wanted]) -> dict[str, DevicePlan]:
    """Return the plan that leads away from each side."""
    target = TARGETS["hostapd"]
    found = {}
    for here, there in (("a", "b"), ("b", "a")):
        one = wanted[there]
        found[here] = plan_device(one.device, target, one.files, wanted[here].files, one.redaction)
    return found


def sides(wanted: Mapping[str, Wanted]) -> dict[str, AccessPointSide]:
    """Return what the oracle knows of each side: from the wanted octets, by its own reading of them."""
    found = {}
    for side, one in wanted.items():
        files = {
            path: f"{file.mode:04o} {file.owner}:{file.group} {hashlib.sha256(file.content).hexdigest()}"
            for path, file in one.files.items()
        }
        text = one.files["/etc/hostapd/hostapd.conf"].content.decode()
        ssid, interface = (re.search(rf"^{key}=(.*)$", text, re.MULTILINE) for key in ("ssid", "interface"))
        assert ssid, text
        assert interface, text
        found[side] = AccessPointSide(
            files, {"state": "ENABLED", "ssid[0]": ssid.group(1), "bss[0]": interface.group(1)}
        )
    return found


def wanted(work: Mapping[str, Campaign], bundles: Mapping[str, Bundle]) -> dict[str, Wanted]:
    """Return what the access point shall hold on each side."""
    return {side: work[side].wanted(bundles[side])[0] for side in SIDES}


@contextmanager
def running(count: int, root: Path, repository: Path, *, small: int = 0) -> Iterator[list[AccessPoint]]:
    """Run so many access points while the block runs; the first `small` of them have small disks."""
    engine = find_engine(root)
    shop = Workshop(engine, repository / ".lab" / "scratch", repository / "requirements.txt", step=print)
    image = ensure(shop, Image.DEBIAN_13)
    lab = f"seamless-wifi-faults-{os.getpid()}"
    homes = [root / f"ap-{number}" for number in range(1, count + 1)]
    keys = [_furnish(home) for home in homes]
    compose = root / "compose.yml"
    names = [f"{lab}-{home.name}" for home in homes]
    services = (
        SERVICE.format(name=name, image=image, user=USER, home=home, volatile=_volatile(small=place < small))
        for place, (name, home) in enumerate(zip(names, homes, strict=True))
    )
    compose.write_text(f"services:\n{''.join(services)}", encoding="ascii")
    try:
        bring_up(engine, compose, lab, names)
        with Wires([home / "ssh" for home in homes]) as wires:
            yield [
                AccessPoint(engine, name, home, wire, replace(key, port=wire.port), place < small)
                for place, (name, home, key, wire) in enumerate(zip(names, homes, keys, wires.all, strict=True))
            ]
    finally:
        take_down(engine, compose, lab)
        engine.release()


def _volatile(*, small: bool) -> str:
    return json.dumps(["/run", *(f"{folder}:size=64k" for folder in SMALL if small)])


def _furnish(home: Path) -> Access:
    """Lay ready what a container wants: its host key, a login, its relay. Return the way in, without its port."""
    (home / "own").mkdir(parents=True)
    host_key = make_key(home / "own/ssh_host_ed25519_key")
    login = make_key(home / "login")
    (home / "own/authorized_keys").write_text(f"{login}\n")
    (home / "relay").write_text(RELAY.format(path=str(home / "ssh")))
    (home / "start").write_text(START.format(home=home))
    return Access(NAME, "127.0.0.1", 0, USER, key=(home / "login").read_text(), host_key=host_key)
