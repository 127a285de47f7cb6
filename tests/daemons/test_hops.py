"""Status-Server and RadSec against the real daemons, as rendered."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab import pki
from lab.images import Image
from monitor.cli.logs import names_of
from monitor.passive.logs import LogKind, Outcome, reader
from monitor.probes.certificate import judge
from monitor.probes.radclient import Request, ask
from monitor.probes.status import StatusProbe
from monitor.sample import Authentication, Failure, FakeSink
from monitor.target import RadiusTarget
from tests.daemons.agent import Agent
from tests.daemons.eapol import Asking
from tests.daemons.eapol import ask as sign_in
from tests.daemons.radius import install, services, world
from tests.render.networks import lab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roaming.model.network import Network
    from tests.daemons.conftest import Box
    from tests.daemons.radius import World

pytestmark = pytest.mark.daemon

STATUS = (("Message-Authenticator", "0x00"),)
MONITOR = Path(__file__).parents[2] / "monitor"


def up(sink: FakeSink) -> dict[str, float]:
    return {
        sample.labels[0]: sample.value
        for batch in sink.batches
        for sample in batch.samples
        if sample.family.name.endswith("_up")
    }


def reasons(sink: FakeSink) -> list[str]:
    return [one.labels[1] for one in sink.increments]


# The home server apart, on the loopback of a container


def at_home() -> Network:
    """Return the lab's network with Hackney's agent and home server on the loopback."""
    network = lab()
    hackney = network.boroughs_by_slug["hackney"]
    proxy, home = hackney.radius
    local = hackney.model_copy(
        update={
            "agent": hackney.agent.model_copy(update={"address": IPv4Address("127.0.0.1")}),
            "radius": (proxy, home.model_copy(update={"address": IPv4Address("127.0.0.1")})),
        }
    )
    return replace(network, boroughs=tuple(local if one.slug == "hackney" else one for one in network.boroughs))


@pytest.fixture(scope="module")
def home(debian_13: Box) -> Iterator[tuple[Agent, str]]:
    """Run hackney-home-1 and return its agent with the agent's own secret."""
    network = at_home()
    material = pki.generate(network)
    debian_13.must("sh", "-c", "rm -rf /etc/freeradius; cp -a /run/box/packaged /etc/freeradius")
    install(debian_13, next(one for one in services(network) if one.name == "hackney-home-1"), material)
    debian_13.must("sh", "-c", "freeradius -C -l stdout && service freeradius start")
    yield Agent(debian_13), material.secrets["hackney/agent"]
    debian_13.run("service", "freeradius", "stop")


def hackney(home: tuple[Agent, str], secret: str | None = None, address: str = "127.0.0.1") -> FakeSink:
    agent, own = home
    servers = (RadiusTarget("hackney-home-1", "hackney", "home", address),)
    sink = FakeSink()
    asyncio.run(StatusProbe("hackney", servers, lambda: nullcontext(agent), lambda: secret or own).run(sink))
    return sink


def test_a_home_server_that_is_no_proxy_answers_its_agent(home: tuple[Agent, str]) -> None:
    sink = hackney(home)
    assert up(sink) == {"hackney-home-1": 1.0}
    [seconds] = [sample.value for sample in sink.batches[0].samples if sample.family.name == "roaming_server_seconds"]
    assert 0 < seconds < 1


def test_it_signs_nobody_in_for_its_agent(home: tuple[Agent, str]) -> None:
    agent, secret = home
    script = "cat > /run/box/s; echo 'User-Name = roam-probe@hackney.gov.uk, Message-Authenticator = 0x00' |"
    script += " radclient -x -S /run/box/s -r 1 -t 3 127.0.0.1 auth; rm /run/box/s"
    said = agent.box.run("sh", "-c", script, stdin=secret).out
    assert "Received Access-Reject" in said
    assert 'Reply-Message = "proxy hackney-home-1: status only"' in said


def test_a_server_that_says_nothing_is_down(home: tuple[Agent, str]) -> None:
    sink = hackney(home, secret="another-secret")  # noqa: S106  made up
    assert (up(sink), reasons(sink)) == ({"hackney-home-1": 0.0}, ["timeout"])


def test_without_a_route_nothing_is_said_of_it(home: tuple[Agent, str]) -> None:
    sink = hackney(home, address="192.168.255.255")
    assert (up(sink), reasons(sink)) == ({}, ["unreachable"])


FORGER = """
import socket
inbox = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
inbox.bind(("127.0.0.1", 11820))
inbox.settimeout(10)
for _ in range(2):
    packet, asker = inbox.recvfrom(4096)
    inbox.sendto(bytes([2, packet[1], 0, 20]) + bytes(16), asker)
"""


def test_a_forged_answer_is_none(home: tuple[Agent, str]) -> None:
    agent, secret = home
    agent.box.write({"/run/box/forger.py": FORGER})
    agent.box.must("sh", "-c", "python3 /run/box/forger.py > /dev/null 2>&1 & sleep 0.5")
    reply = ask(agent, Request("127.0.0.1", secret, STATUS, port=11820, tries=2, timeout_s=1))
    assert (reply.answered, reply.failure) == (False, Failure.BAD_CREDENTIALS)


def test_nothing_is_left_on_the_agent(home: tuple[Agent, str]) -> None:
    agent, secret = home
    hackney(home)
    found = agent.box.run("sh", "-c", f"grep -rlF {secret} /tmp /run /root /var/tmp /dev/shm")
    assert found.out == ""


# The federation


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Run a hub, two boroughs' servers, and a container that stands for the agent and for the monitor."""
    with world(tmp_path_factory.mktemp("hops"), Image.DEBIAN_13, {}) as one:
        # The container has Python and none of our dependencies: it gets what a look takes, and no more.
        parts = ("probes/handshake.py", *(f"sample/{name}.py" for name in _SAMPLE))
        files = {f"/run/box/py/monitor/{part}": (MONITOR / part).read_text(encoding="utf-8") for part in parts}
        files["/run/box/py/monitor/probes/__init__.py"] = ""
        one.boxes["camden-agent"].write(files | {"/run/box/py/look.py": LOOK, "/run/box/py/tease.py": TEASE})
        yield one


_SAMPLE = tuple(path.stem for path in (MONITOR / "sample").glob("*.py"))
LOOK = """
import asyncio, json, sys
from monitor.probes.handshake import look

address, name, source = sys.argv[1:]
# The container has several addresses: go out by the one that is asked for.
class Loop(asyncio.SelectorEventLoop):
    async def sock_connect(self, sock, to):
        sock.bind((source, 0))
        return await super().sock_connect(sock, to)

with asyncio.Runner(loop_factory=Loop) as runner:
    sight = runner.run(look(address, 2083, name, 5))
print(json.dumps({"chain": [one.hex() for one in sight.chain], "failure": sight.failure}))
"""
TEASE = """
import socket, sys, time
address, source = sys.argv[1:]
def connect():
    return socket.create_connection((address, 2083), 5, (source, 0))
held = [connect() for _ in range(6)]
for one in held[:3]:
    one.sendall(bytes.fromhex("1603010200010001fc0303"))
for garbage in (b"GET / HTTP/1.0\\r\\n\\r\\n", bytes(300), bytes.fromhex("160301ffff") + b"A" * 4000):
    with connect() as one:
        one.sendall(garbage)
print("held", flush=True)
time.sleep(20)
"""
ENDPOINTS = [("hub-east", "hub-east.roaming.example"), ("camden-rad-1", "rad1.camden.example")]


def look(federation: World, node: str, name: str, source: str = "lab-monitor") -> tuple[tuple[bytes, ...], str | None]:
    words = (federation.address(node), name, federation.address(source))
    command = ("env", "PYTHONPATH=/run/box/py", "python3", "/run/box/py/look.py", *words)
    said = json.loads(federation.boxes["camden-agent"].must(*command))
    return tuple(bytes.fromhex(one) for one in said["chain"]), said["failure"]


@pytest.mark.parametrize(("node", "name"), ENDPOINTS)
def test_the_monitor_sees_whose_certificate_it_is(federation: World, node: str, name: str) -> None:
    chain, failure = look(federation, node, name)
    assert failure is None
    authority = federation.material.certificates["radsec-ca"]
    now = datetime.now(UTC)
    assert judge(chain, authority, name, now).trusted
    assert not judge(chain, authority, "rad9.camden.example", now).trusted
    assert not judge(chain, federation.material.certificates["hackney-eap-ca"], name, now).trusted


@pytest.mark.parametrize(("node", "name"), ENDPOINTS)
def test_a_stranger_sees_nothing(federation: World, node: str, name: str) -> None:
    assert look(federation, node, name, "camden-th-ap1") == ((), "refused")


@pytest.mark.parametrize(("node", "name"), ENDPOINTS)
def test_half_a_handshake_and_garbage_block_nobody(federation: World, node: str, name: str) -> None:
    box = federation.boxes["camden-agent"]
    words = f"{federation.address(node)} {federation.address('lab-monitor')}"
    box.must("sh", "-c", f"python3 /run/box/py/tease.py {words} > /run/box/teased 2>&1 & echo $! > /run/box/teaser")
    try:
        _until(box, "grep -q held /run/box/teased")
        began = time.monotonic()
        assert look(federation, node, name)[1] is None
        outer = "roam-teased@islington.gov.uk"
        assert sign_in(federation, Asking("camden-rad-1", "islington", outer, client="camden-th-ap1")).accepted
        assert time.monotonic() - began < 5
    finally:
        box.run("sh", "-c", "kill $(cat /run/box/teaser)")


def _until(box: Box, condition: str) -> None:
    for _ in range(50):
        if box.run("sh", "-c", condition).ok:
            return
        time.sleep(0.1)
    pytest.fail(condition)


def test_a_proxy_answers_its_agent(federation: World) -> None:
    agent, secret = Agent(federation.boxes["camden-agent"]), federation.material.secrets["camden/agent"]
    servers = (RadiusTarget("camden-rad-1", "camden", "both", federation.address("camden-rad-1")),)
    sink = FakeSink()
    asyncio.run(StatusProbe("camden", servers, lambda: nullcontext(agent), lambda: secret).run(sink))
    assert up(sink) == {"camden-rad-1": 1.0}


# Logs

SIGN_INS = (
    # Who asks, whose user, the outer identity, what it does: what each vantage is to tell of it.
    (
        Asking("camden-rad-1", "camden", "own@camden.gov.uk", client="camden-th-ap1"),
        ("camden", "camden", "accept"),
        False,
    ),
    (
        Asking("camden-rad-1", "islington", "visitor@islington.gov.uk", client="camden-th-ap1"),
        ("camden", "islington", "accept"),
        True,
    ),
    (
        Asking("camden-rad-1", "islington", "visitor@islington.gov.uk", client="camden-th-ap1", password="no"),  # noqa: S106
        ("camden", "islington", "reject"),
        True,
    ),
    (
        Asking("islington-rad-1", "camden", "away@camden.gov.uk", client="islington-agent"),
        ("islington", "camden", "accept"),
        True,
    ),
    (
        Asking("camden-rad-1", "camden", "visitor@nowhere.example", client="camden-th-ap1"),
        ("camden", "other", "reject"),
        False,
    ),
    (Asking("camden-rad-1", "camden", "no realm", client="camden-th-ap1"), ("camden", "other", "reject"), False),
)
PROBE = ("-M", "02:72:6f:01:02:03")


def told(federation: World, kind: LogKind, owner: str, text: list[str]) -> list[tuple[str, str, str]]:
    one = reader(kind, names_of(federation.network), owner)
    found = [one.read(line) for line in text]
    assert Outcome.MALFORMED not in found
    return [(each.visited, each.home, each.result.value) for each in found if isinstance(each, Authentication)]


def all_logs(federation: World) -> dict[str, list[str]]:
    names = ("camden-rad-1", "islington-rad-1")
    logs = {f"{name}/{log}": federation.log(name, log) for name in names for log in ("visits.log", "roaming.log")}
    return logs | {"hub": federation.hub_log()}


def test_each_sign_in_is_told_once_by_the_servers_and_by_the_hub_if_it_crossed_it(federation: World) -> None:
    before = {name: len(lines) for name, lines in all_logs(federation).items()}
    for asking, _, _ in SIGN_INS:
        sign_in(federation, asking)
    for asking, _, _ in SIGN_INS[:2]:
        sign_in(federation, replace(asking, extra=PROBE))
    logs = {name: lines[before[name] :] for name, lines in all_logs(federation).items()}
    by_servers: list[tuple[str, str, str]] = []
    for name, lines in logs.items():
        if name != "hub":
            kind = LogKind.VISITS if name.endswith("visits.log") else LogKind.HOME
            by_servers += told(federation, kind, name.partition("-")[0], lines)
    assert sorted(by_servers) == sorted(what for _, what, _ in SIGN_INS)
    by_hub = told(federation, LogKind.F_TICKS, "federation", logs["hub"])
    assert by_hub == [what for _, what, crossed in SIGN_INS if crossed]
