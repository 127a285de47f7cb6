#!/usr/bin/env python3
"""Walk clients through a building of simulated radios: the program that the radio lab's guest runs.

It reads each plan in /lab/in and gives every device a namespace with the addresses of the inventory and its rendered
files at their own paths. Then it starts the daemons, walks, and leaves in /lab/out what they logged, a capture of the
whole air (air.pcap) and result.json. It runs inside the guest alone and imports nothing of ours.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

LAB: Final = Path("/lab")
FILES: Final = Path("/run/files")
NODES: Final = Path("/run/nodes")
# The capture of the air, and what tcpdump said.
CAPTURED: Final = (Path("/run/air.pcap"), Path("/run/tcpdump.log"))
MODULES: Final = ("bridge", "veth", "8021q", "sch_netem", "mac80211", "ccm", "cmac", "gcm")
# What a daemon writes at run time stands apart for each device: several run in this one machine.
PRIVATE: Final = ("run/freeradius", "run/hostapd", "run/radsecproxy", "var/log/freeradius", "var/log/radsecproxy")
USERS: Final = {"var/log/freeradius": "freerad", "run/freeradius": "freerad", "run/radsecproxy": "radsecproxy"}
DAEMONS: Final = {
    "radius-server": ("freeradius", "-f", "-l", "stdout"),
    "hub": ("radsecproxy", "-f"),
}
# A port that is open when the daemon serves: RADIUS (RFC 2865) and RadSec (RFC 6614), as /proc/net spells them.
PORTS: Final = {"radius-server": ("udp", "0714"), "hub": ("tcp", "0823")}
START_S: Final = 60
# A voice call's packets: 50 a second, of 160 octets (RFC 3551 section 4.5.14). Nobody listens; the capture does.
STREAM_S: Final = 0.02
STREAM_OCTETS: Final = 160
# How often one client's supplicant is asked for its state; of many, each more seldom.
POLL_S: Final = 0.02
NOBODY: Final = "02:c0:ff:ff:ff:ff"
DEBUG: Final = Path("/sys/kernel/debug/ieee80211")
# What mac80211_hwsim adds a sender's power to, for all who hear it.
FAINT_DBM: Final = -100
USUAL_DBM: Final = -50
# Local Experimental Ethertype 1 (IEEE 802-2014 section 9.2.3).
EXPERIMENT: Final = "88b5"


class TroubleError(Exception):
    """The walk cannot go on; its words are for the user."""


def run(*words: str, stdin: str = "") -> str:
    """Run a command that has to succeed and return what it printed."""
    done = subprocess.run(words, input=stdin, capture_output=True, text=True, check=False)  # noqa: S603  words of the plan
    if done.returncode:
        message = f"{' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}"
        raise TroubleError(message)
    return done.stdout


def say(text: str) -> None:
    """Tell the console."""
    print(f"lab: {text}", flush=True)  # noqa: T201  the console is how the guest speaks


def main() -> int:
    """Carry out each plan that the host wants, one after the other."""
    say(f"reading what the host wants at {uptime():.0f} s")
    return max([carry_out(path) for path in sorted((LAB / "in").glob("*.tar"))])


def carry_out(plan: Path) -> int:
    """Carry out one plan and leave what came of it in a folder of its name; what went wrong is in result.json too."""
    # One file, read once: each look at the shared folder is a conversation with the host.
    with tarfile.open(plan) as files:
        files.extractall(FILES, filter="fully_trusted")  # noqa: S202  the host's own, of this very run
    walk = Walk(json.loads((FILES / "plan.json").read_text()))
    trouble = ""
    try:
        walk.prepare()
        walk.start()
        walk.go()
    except (TroubleError, OSError, subprocess.SubprocessError) as error:
        trouble = str(error)
        say(trouble)
    walk.stop()
    out = LAB / "out" / plan.stem
    walk.keep(out)
    walk.clear()
    (out / "result.json").write_text(json.dumps({"trouble": trouble, "steps": walk.steps}))
    return 1 if trouble else 0


def uptime() -> float:
    """Return the seconds since the guest's kernel started."""
    return float(Path("/proc/uptime").read_text().split()[0])


class Walk:
    """A plan being carried out: its processes and what each step saw."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.phys: dict[tuple[str, str], str] = {}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.calls = threading.Thread()
        self.over = threading.Event()
        self.looked: set[Path] = set()
        self.steps: list[dict[str, Any]] = []

    def prepare(self) -> None:
        """Make radios, bridges, and a namespace with feet and files for every device."""
        radios = sum(len(node.get("radios", ())) for node in self.plan["nodes"]) + len(self.plan["clients"])
        run("modprobe", "-a", *MODULES)
        run("modprobe", "mac80211_hwsim", f"radios={radios}")
        if not DEBUG.exists():
            run("mount", "-t", "debugfs", "debugfs", "/sys/kernel/debug")
        run("iw", "reg", "set", self.plan["country"])
        for bridge in self.plan["bridges"]:
            run("ip", "link", "add", bridge, "type", "bridge")
            run("ip", "link", "set", bridge, "up")
        phys = sorted(Path("/sys/class/ieee80211").iterdir(), key=lambda path: int(path.name.removeprefix("phy")))
        for number, node in enumerate(self.plan["nodes"]):
            run("ip", "netns", "add", node["name"])
            self.connect(number, node)
            spread(node)
            for radio in node.get("radios", ()):
                self.phys[node["name"], radio["interface"]] = phys[0].name
                hand_radio(phys.pop(0), node["name"], radio["interface"], radio["mac"])
        for client in self.plan["clients"]:
            run("ip", "netns", "add", client["name"])
            hand_radio(phys.pop(0), client["name"], "wlan0", client["mac"])
        run("ip", "link", "set", "hwsim0", "up")
        say(f"{len(self.plan['nodes'])} devices and {radios} radios are made at {uptime():.0f} s")

    def connect(self, number: int, node: dict[str, Any]) -> None:
        """Lay a wire from each foot of a device to its bridge."""
        name = node["name"]
        outside, inside, delays = [], ["link set lo up"], []
        for index, foot in enumerate(node["feet"]):
            here, there = f"n{number}f{index}", foot["interface"]
            outside.append(f"link add {here} type veth peer name {there} netns {name}")
            outside.append(f"link set {here} master {foot['bridge']} up")
            inside.append(f"address add {foot['address']}/32 dev {there}")
            inside.append(f"link set {there} up")
            inside += [f"route add {one} dev {there} src {foot['address']}" for one in foot["neighbours"]]
            delays += [f"qdisc add dev {there} root netem {' '.join(foot['netem'])}"] if foot["netem"] else []
        run("ip", "-batch", "-", stdin="\n".join(outside))
        run("ip", "-n", name, "-batch", "-", stdin="\n".join(inside))
        if delays:
            run("tc", "-n", name, "-batch", "-", stdin="\n".join(delays))

    def start(self) -> None:
        """Start every daemon and wait until it serves."""
        # Without --immediate-mode the kernel keeps a second's packets back, and the last roam is missing.
        air, log = CAPTURED
        capture = ("tcpdump", "-i", "hwsim0", "-U", "--immediate-mode", "-w", str(air))
        self.spawn("tcpdump", capture, log)
        for kind in ("radius-server", "hub", "access-point"):
            named = [node for node in self.plan["nodes"] if node["kind"] == kind]
            for node in named:
                self.spawn(node["name"], command(node), NODES / node["name"] / "daemon.log")
            for node in named:
                self.await_serving(node)
            if named:
                say(f"{kind}: {len(named)} serve at {uptime():.0f} s")
        for client in self.plan["clients"]:
            self.start_client(client)
        links = [(packet_socket(client["name"], "wlan0"), client["mac"]) for client in self.plan["clients"]]
        self.calls = threading.Thread(target=stream, args=(links, self.over), daemon=True)
        self.calls.start()

    def spawn(self, name: str, words: tuple[str, ...], log: Path) -> None:
        """Start a process that writes to `log`."""
        with log.open("wb") as out:
            self.processes[name] = subprocess.Popen(words, stdout=out, stderr=out, stdin=subprocess.DEVNULL)  # noqa: S603

    def await_serving(self, node: dict[str, Any]) -> None:
        """Wait until a daemon serves; TroubleError with its last words when it ends or does not."""
        name, process = node["name"], self.processes[node["name"]]
        until = time.monotonic() + START_S
        while not serves(node, process.pid):
            if process.poll() is not None or time.monotonic() > until:
                log = NODES / name / ("hostapd.log" if node["kind"] == "access-point" else "daemon.log")
                lines = log.read_text(errors="replace").strip().splitlines()[-6:] if log.exists() else []
                said = "ended" if process.poll() is not None else f"does not serve after {START_S} s"
                message = f"{name}: its daemon {said}: {' / '.join(lines)}"
                raise TroubleError(message)
            time.sleep(0.1)

    def start_client(self, client: dict[str, Any]) -> None:
        """Start a supplicant that knows its network and is not yet allowed to join it."""
        name = client["name"]
        home = NODES / name
        home.mkdir(parents=True)
        for file, text in client["files"].items():
            (home / file).write_text(text)
        conf, log = str(home / "wpa_supplicant.conf"), str(home / "wpa_supplicant.log")
        words = ("wpa_supplicant", "-t", "-d", "-D", "nl80211", "-i", "wlan0", "-c", conf, "-f", log)
        self.spawn(name, ("ip", "netns", "exec", name, *words), home / "daemon.log")
        control = home / "wlan0"
        until = time.monotonic() + START_S
        while not control.exists():
            if time.monotonic() > until:
                message = f"{name}: wpa_supplicant does not start: {(home / 'daemon.log').read_text()[-300:]}"
                raise TroubleError(message)
            time.sleep(0.05)

    def go(self) -> None:
        """Take every step of the walk: one after the other, or side by side those that are taken together."""
        total = len(self.plan["steps"])
        for batch in batches(self.plan["steps"]):
            if batch[0]["kill"] or batch[0]["cut"]:
                self.look_around(batch)
            began = time.time()
            self.lose(batch[0])
            with ThreadPoolExecutor(len(batch)) as pool:
                found = list(pool.map(self.take, batch, [POLL_S * len(batch)] * len(batch)))
            for step, seen in zip(batch, found, strict=True):
                self.steps.append({"began": began, **seen})
                say(f"step {len(self.steps)} of {total}: {step['client']} {step['do']} {seen}")
            self.looked.clear()
            time.sleep(max(step["dwell_s"] for step in batch))

    def look_around(self, batch: list[dict[str, Any]]) -> None:
        """Let clients find where they will be told to go while all is well: nobody looks when it is too late."""
        for step in batch:
            if step["do"] == "roam" and not step["leave"]:
                control = self.control(step["client"])
                self.see(control, step["bssid"])
                self.looked.add(control.path)

    def take(self, step: dict[str, Any], poll_s: float) -> dict[str, Any]:
        """Take one step; a client that was to fail, and did, does not try on."""
        time.sleep(step["after_s"])
        seen = getattr(self, f"step_{step['do']}")({**step, "poll_s": poll_s})
        ended = time.time()
        if step["fails"] and not seen["connected"]:
            self.control(step["client"]).ask("DISCONNECT")
        return {"ended": ended, **seen}

    def lose(self, step: dict[str, Any]) -> None:
        """Let devices die or be cut off. A dead access point says nothing more on air, and no goodbye."""
        numbered = {node["name"]: (number, node) for number, node in enumerate(self.plan["nodes"])}
        for name in step["kill"]:
            _, node = numbered[name]
            self.processes[name].kill()
            self.processes[name].wait()
            for radio in node["radios"]:
                run("ip", "-n", name, "link", "set", radio["interface"], "down")
            say(f"{name} is killed")
        for name in step["cut"]:
            number, node = numbered[name]
            for index, _ in enumerate(node["feet"]):
                run("ip", "link", "set", f"n{number}f{index}", "nomaster")
            say(f"{name} is cut off")

    def step_unaided(self, step: dict[str, Any]) -> dict[str, Any]:
        """Leave a client to itself until it is where it should come to."""
        return self.settle(step)

    def step_join(self, step: dict[str, Any]) -> dict[str, Any]:
        """Let a client join at an access point and at no other."""
        control = self.control(step["client"])
        self.see(control, step["bssid"])
        control.ask(f"SET_NETWORK 0 bssid {step['bssid']}")
        control.ask("ENABLE_NETWORK 0")
        control.ask("RECONNECT")
        seen = self.settle(step)
        control.ask("SET_NETWORK 0 bssid any")
        return seen

    def step_roam(self, step: dict[str, Any]) -> dict[str, Any]:
        """Tell a client to roam; with `leave` it leaves first, with `forget` without a PMK of an earlier visit too.

        wpa_supplicant 2.10 takes the mobility domain of the access point that it goes to for its own (sme.c compares
        what it has just overwritten) and asks for FT across the border of two, in vain. So it leaves before a border.
        """
        control = self.control(step["client"])
        if step["leave"]:
            control.ask("DISCONNECT")
            if step["forget"]:
                control.ask("PMKSA_FLUSH")
            return self.step_join(step)
        self.see(control, step["bssid"])
        return self.asked(step, control.ask(f"ROAM {step['bssid']}"))

    def step_over_ds(self, step: dict[str, Any]) -> dict[str, Any]:
        """Tell a client to ask for its next access point through the one it is at (FT over the DS)."""
        control = self.control(step["client"])
        self.see(control, step["bssid"])
        return self.asked(step, control.ask(f"FT_DS {step['bssid']}"))

    def step_steered(self, step: dict[str, Any]) -> dict[str, Any]:
        """Have the access point where a client is ask it to go to another (IEEE 802.11-2020 section 11.21.7).

        It is heard faintly meanwhile, as from the edge of its cell: Debian's wpa_supplicant consents and stays where
        the other is not faster.
        """
        node, interface = step["from"]
        phy = self.phys[node, interface]
        sound(phy, FAINT_DBM)
        self.see(self.control(step["client"]), step["bssid"])
        words = f"BSS_TM_REQ {step['mac']} pref=1 abridged=1 valid_int=255 neighbor={step['neighbour']}"
        seen = self.asked(step, Control(NODES / node / "run/hostapd" / interface).ask(words))
        sound(phy, USUAL_DBM)
        return seen

    def asked(self, step: dict[str, Any], answer: str) -> dict[str, Any]:
        """Wait for a client that goes, and say what the daemon answered that was told to make it go."""
        return {**self.settle(step), "said": answer}

    def see(self, control: Control, bssid: str) -> None:
        """Scan until the supplicant knows an access point: a roam leads to none that it has not heard."""
        until = time.monotonic() + self.plan["search_s"]
        while control.path not in self.looked and time.monotonic() < until:
            control.ask(f"SCAN TYPE=ONLY freq={self.plan['frequencies']}")
            time.sleep(0.4)
            if f"bssid={bssid}" in control.ask(f"BSS {bssid}"):
                return

    def settle(self, step: dict[str, Any]) -> dict[str, Any]:
        """Wait until a client is connected where it was sent, and say what it and the access point think."""
        control = self.control(step["client"])
        until = time.monotonic() + step["patience_s"]
        status: dict[str, str] = {}
        while time.monotonic() < until:
            status = pairs(control.ask("STATUS"))
            if status.get("wpa_state") == "COMPLETED" and status.get("bssid") == step["bssid"]:
                break
            time.sleep(step["poll_s"])
        there = status.get("bssid", "") if status.get("wpa_state") == "COMPLETED" else ""
        connected = there == step["bssid"]
        time.sleep(0.2)
        hostapd = Control(NODES / step["node"] / "run/hostapd" / step["interface"])
        station = pairs(hostapd.ask(f"STA {step['mac']}")) if connected else {}
        seen = {"key_mgmt": status.get("key_mgmt", ""), "state": status.get("wpa_state", "")}
        pmf = "[MFP]" in station.get("flags", "")
        return {"connected": connected, "vlan": station.get("vlan_id", ""), "at": there, **seen, "pmf": pmf}

    def control(self, client: str) -> Control:
        """Return the control socket of a client's supplicant."""
        return Control(NODES / client / "wlan0")

    def stop(self) -> None:
        """End every process, the capture last."""
        self.over.set()
        if self.calls.ident:
            self.calls.join()
        capture = self.processes.pop("tcpdump", None)
        for ending in (list(self.processes.values()), [capture] if capture else []):
            for process in ending:
                process.send_signal(signal.SIGTERM)
            time.sleep(1)
            for process in ending:
                process.kill()
                process.wait()

    def keep(self, out: Path) -> None:
        """Copy what was logged and captured to the host."""
        out.mkdir()
        for log in sorted(NODES.glob("*/*.log")) + sorted(NODES.glob("*/var/log/*/*.log")):
            if log.stat().st_size:
                shutil.copyfile(log, out / f"{log.relative_to(NODES).parts[0]}.{log.name}")
        for path in CAPTURED:
            if path.exists():
                shutil.copyfile(path, out / path.name)

    def clear(self) -> None:
        """Take away radios, wires and namespaces, as far as there are any: the next plan finds an empty building."""
        wires = [
            f"n{number}f{index}"
            for number, node in enumerate(self.plan["nodes"])
            for index, _ in enumerate(node["feet"])
        ]
        names = [one["name"] for one in (*self.plan["nodes"], *self.plan["clients"])]
        for words in (
            ("rmmod", "mac80211_hwsim"),
            *(("ip", "link", "del", one) for one in (*wires, *self.plan["bridges"])),
            *(("ip", "netns", "del", name) for name in names),
        ):
            subprocess.run(words, capture_output=True, check=False)  # noqa: S603  words of the plan
        for folder in (NODES, FILES):
            shutil.rmtree(folder, ignore_errors=True)
        for path in CAPTURED:
            path.unlink(missing_ok=True)


class Control:
    """The control socket of hostapd or wpa_supplicant (hostap's src/common/wpa_ctrl.c): datagrams with one answer."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def ask(self, command: str) -> str:
        """Send a command and return the answer; TroubleError when none comes."""
        own = Path(f"/run/ask-{threading.get_native_id()}")
        own.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link:
            link.bind(str(own))
            link.settimeout(10)
            try:
                link.connect(str(self.path))
                link.send(command.encode())
                return link.recv(65536).decode(errors="replace").strip()
            except OSError as error:
                message = f"{self.path} does not answer {command.partition(' ')[0]}: {error}"
                raise TroubleError(message) from error


def batches(steps: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return the steps of a walk by what is taken together."""
    found: list[list[dict[str, Any]]] = []
    for step in steps:
        if not step["together"]:
            found.append([])
        found[-1].append(step)
    return found


def pairs(text: str) -> dict[str, str]:
    """Read `key=value` lines."""
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def packet_socket(namespace: str, interface: str) -> socket.socket:
    """Open a socket for whole Ethernet frames on an interface of a namespace; it belongs there from then on."""
    own, there = (os.open(path, os.O_RDONLY) for path in ("/proc/self/ns/net", f"/run/netns/{namespace}"))
    os.setns(there, os.CLONE_NEWNET)  # type: ignore[attr-defined]  # Python 3.12; the guest has 3.13
    try:
        link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        link.bind((interface, 0))
        link.setblocking(False)  # noqa: FBT003  the socket's own signature
        return link
    finally:
        os.setns(own, os.CLONE_NEWNET)  # type: ignore[attr-defined]  # as above
        os.close(own)
        os.close(there)


def stream(links: list[tuple[socket.socket, str]], over: threading.Event) -> None:
    """Send a frame on each link every 20 ms, as a call does, to an address of nobody's; what does not go is lost."""
    while not over.wait(STREAM_S):
        for link, mac in links:
            with contextlib.suppress(OSError):
                link.send(bytes.fromhex(f"{NOBODY}{mac}{EXPERIMENT}".replace(":", "")) + bytes(STREAM_OCTETS))
    for link, _ in links:
        link.close()


def hand_radio(phy: Path, namespace: str, interface: str, mac: str) -> None:
    """Move a simulated radio into a namespace and give it its name and address."""
    old = next((phy / "device/net").iterdir()).name
    run("iw", "phy", phy.name, "set", "netns", "name", namespace)
    run("ip", "-n", namespace, "link", "set", old, "name", interface, "address", mac)


def sound(phy: str, dbm: int) -> None:
    """Let a simulated radio be heard at a level; the kernel's file takes no sign."""
    Path(DEBUG, phy, "hwsim/rx_rssi").write_text(str(dbm % 2**64))


def spread(node: dict[str, Any]) -> None:
    """Lay a device's rendered files over copies of the packaged ones; `enter` puts them at their own paths."""
    home = NODES / node["name"]
    for name in PRIVATE:
        (home / name).mkdir(parents=True)
        Path("/", name).mkdir(parents=True, exist_ok=True)
        shutil.chown(home / name, USERS.get(name, "root"))
    for group in groups(node):
        packaged, own = Path("/", group), home / group
        own.parent.mkdir(parents=True, exist_ok=True)
        if packaged.is_dir():
            run("cp", "-a", str(packaged), str(own))
        elif not packaged.exists():
            packaged.parent.mkdir(parents=True, exist_ok=True)
            is_file = any(file["path"].strip("/") == group for file in node["files"])
            packaged.touch() if is_file else packaged.mkdir()
    for file in node["files"]:
        own = home / file["path"].strip("/")
        own.parent.mkdir(parents=True, exist_ok=True)
        own.unlink(missing_ok=True)
        shutil.copyfile(FILES / file["source"], own)
        own.chmod(file["mode"])
        shutil.chown(own, file["owner"], file["group"])


def groups(node: dict[str, Any]) -> list[str]:
    """Return the first two parts of each file's path: what is mounted over the packaged ones."""
    return sorted({"/".join(file["path"].strip("/").split("/")[:2]) for file in node["files"]})


def command(node: dict[str, Any]) -> tuple[str, ...]:
    """Return the words that start a device's daemon in its namespace, with its own files at their paths."""
    home = NODES / node["name"]
    mounts = [f"mount --bind {home / name} /{name}" for name in (*groups(node), *PRIVATE)]
    daemon = DAEMONS.get(node["kind"])
    if daemon is None:
        daemon = ("hostapd", "-t", "-d", "-f", str(home / "hostapd.log"), *node["configurations"])
    script = f"{' && '.join(mounts)} && exec {' '.join(daemon)}"
    return ("ip", "netns", "exec", node["name"], "sh", "-c", script)


def serves(node: dict[str, Any], pid: int) -> bool:
    """Tell whether a device's daemon is ready."""
    if node["kind"] == "access-point":
        log = NODES / node["name"] / "hostapd.log"
        enabled = log.read_text(errors="replace").count("AP-ENABLED") if log.exists() else 0
        return enabled >= len(node["radios"])
    protocol, port = PORTS[node["kind"]]
    tables = (Path(f"/proc/{pid}/net/{protocol}{version}") for version in ("", "6"))
    return any(f":{port} " in table.read_text() for table in tables if table.exists())


if __name__ == "__main__":
    sys.exit(main())
