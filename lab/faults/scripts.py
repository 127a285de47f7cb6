"""What is run on a node to bring a fault about, and to take every fault of that node back: text only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lab.agents import LOST
from lab.faults.delay import PID_FILE, QUEUE
from lab.outside import PID_FILE as OUTSIDE_PID_FILE
from lab.outside import START as START_OUTSIDE
from lab.topology import FEDERATION, NodeKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.topology import Node, Topology

SERVICES: Final[Mapping[NodeKind, str]] = {
    NodeKind.HUB: "radsecproxy",
    NodeKind.RADIUS_SERVER: "freeradius",
    NodeKind.ACCESS_POINT: "hostapd",
}
MONITOR_PID: Final = "/run/lab-monitor.pid"
"""Where the monitor's container keeps the number of its process."""

# Chains of their own, so that taking a fault back cannot touch a rule of somebody else.
_BLACK_HOLE: Final = "lab-blackhole"
_DELAY: Final = "lab-delay"
_MARK: Final = "/run/lab-stopped"
_SNMP_MARK: Final = "/run/lab-snmp-stopped"
_KEPT: Final = "/run/lab-kept"


def stop(node: Node) -> str:
    """Stop the daemon, so that the kernel refuses connections."""
    if node.kind is NodeKind.GOVWIFI:
        # No service of the device: it is the lab's own, which takes its number away when it ends.
        gone = f"kill $(cat {OUTSIDE_PID_FILE}) && while test -e {OUTSIDE_PID_FILE}; do sleep 0.1; done"
        return f"test -e {_MARK} || {{ {gone} && touch {_MARK}; }}"
    return f"service {SERVICES[node.kind]} stop && touch {_MARK}"


def stop_snmp() -> str:
    """Stop the SNMP agent of a device that goes on serving."""
    return f"service snmpd stop && touch {_SNMP_MARK}"


def restart_snmp() -> str:
    """Start the SNMP agent of a device anew: it tells whoever takes its traps, both times."""
    return "service snmpd restart"


def lose() -> str:
    """Let the last access point of a simulated controller leave it."""
    return f"touch {LOST}"


def blackhole(topology: Topology) -> str:
    """Drop every packet on the federation's side, both ways, as a dead router would; management stays reachable."""
    subnet = topology.networks[FEDERATION]
    rules = (
        f"-N {_BLACK_HOLE}",
        f"-A {_BLACK_HOLE} -s {subnet} -j DROP",
        f"-A {_BLACK_HOLE} -d {subnet} -j DROP",
        f"-I INPUT -j {_BLACK_HOLE}",
        f"-I OUTPUT -j {_BLACK_HOLE}",
    )
    return _iptables(rules)


def shut_out() -> str:
    """Drop what comes for the device's sshd: nobody logs in, and those who are in hear no more of it."""
    rules = (
        f"-N {_BLACK_HOLE}",
        f"-A {_BLACK_HOLE} -p tcp --dport 22 -j DROP",
        f"-I INPUT -j {_BLACK_HOLE}",
    )
    return _iptables(rules)


def delay(node: Node, seconds: float) -> str:
    """Hold back what leaves by the node's side to the federation, or the only one; the program comes on the input."""
    link = node.link(FEDERATION) or node.links[0]
    rules = (
        f"-N {_DELAY}",
        f"-A {_DELAY} -s {link.address} -j NFQUEUE --queue-num {QUEUE} --queue-bypass",
        f"-I OUTPUT -j {_DELAY}",
    )
    return f"python3 - {seconds:g} && {_iptables(rules)}"


def replace(path: str) -> str:
    """Put what comes on the input into a file, whose owner and mode stay; the first former content is kept."""
    kept = f"{_KEPT}{path}"
    keep = f"mkdir -p -m 700 {_KEPT} && cp -p --parents {path} {_KEPT}"
    return f"test -e {path} && {{ test -e {kept} || {{ {keep}; }}; }} && cat > {path}"


def restart(node: Node) -> str:
    """Let the daemon read its files again; certificates and keys are read at its start only."""
    return f"service {SERVICES[node.kind]} restart"


def pause() -> str:
    """Stop the monitor's process where it stands: it answers nobody, and dies of nothing."""
    return f"kill -STOP $(cat {MONITOR_PID})"


def undo(node: Node) -> str:
    """Take every fault of a node back; where there is none nothing is done."""
    if node.kind is NodeKind.MONITOR:
        return f"kill -CONT $(cat {MONITOR_PID})"
    if node.kind is NodeKind.AGENT:
        return _without(_BLACK_HOLE, "INPUT")
    if node.kind is NodeKind.GOVWIFI:
        return f"if test -e {_MARK}; then {' '.join(START_OUTSIDE)} && rm {_MARK}; fi"
    if node.kind is NodeKind.CONTROLLER:
        return f"rm -f {LOST}"
    service = SERVICES[node.kind]
    steps = (
        _without(_BLACK_HOLE, "INPUT", "OUTPUT"),
        _without(_DELAY, "OUTPUT"),
        f"if test -e {PID_FILE}; then kill $(cat {PID_FILE}) 2>/dev/null; rm {PID_FILE}; fi",
        f"if test -d {_KEPT}; then {_bring_back()} && {restart(node)}; fi",
        # A service that nobody has configured yet is left alone.
        f"if test -e {_MARK}; then service {service} start && rm {_MARK}; fi",
        f"if test -e {_SNMP_MARK}; then service snmpd start && rm {_SNMP_MARK}; fi",
    )
    return " && ".join(steps)


def _bring_back() -> str:
    return f"(cd {_KEPT} && find . -type f -exec cp -p {{}} /{{}} ';') && rm -r {_KEPT}"


def _without(chain: str, *hooks: str) -> str:
    rules = (*(f"-D {hook} -j {chain}" for hook in hooks), f"-F {chain}", f"-X {chain}")
    return f"if iptables -w -n -L {chain} >/dev/null 2>&1; then {_iptables(rules)}; fi"


def _iptables(rules: tuple[str, ...]) -> str:
    return " && ".join(f"iptables -w {rule}" for rule in rules)
