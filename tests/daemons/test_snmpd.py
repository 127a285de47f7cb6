"""What the monitor reads of a real snmpd, by SNMPv3 with authentication and privacy and by SNMPv2c; what it is told.

Beside it is hostapd, as on an access point, or what tells the tables of the lab's simulated controller.
"""

from __future__ import annotations

import json
import subprocess
import sys
from ipaddress import IPv4Address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lab.agents import LOST, controller_tables, snmpd_conf
from lab.images import Image
from lab.topology import NodeKind, lay_out
from roaming.load import load
from roaming.model.borough import Snmp, SnmpV2c
from tests.daemons.conftest import box
from tests.daemons.test_hostapd import on_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.daemons.conftest import Box

pytestmark = pytest.mark.daemon

REPOSITORY = Path(__file__).parents[2]
LAB = load(REPOSITORY / "lab" / "inventory").network
AUTH, PRIVACY = "a-key-to-authenticate", "a-key-to-encrypt-with"
COMMUNITY = "a-community-in-the-clear"
HERE = IPv4Address("127.0.0.1")
START = """
    mkdir -p /etc/lab; cp /run/box/snmpd.conf /etc/lab/; /usr/lib/lab/roles/access-point
    service hostapd start; service snmpd start
    n=0; until ss -lun | grep -q ':161 '; do n=$((n+1)); [ $n -lt 50 ]; sleep 0.1; done"""
ACCOUNTING = """acct_server_addr=127.0.0.1
acct_server_port=1813
acct_server_shared_secret=testing123
"""
RESTART_HOSTAPD = """
    service hostapd stop; while pgrep -x hostapd; do sleep 0.1; done
    service hostapd start; until hostapd_cli mib | grep -q radiusAccClientRequests=1; do sleep 0.1; done"""
STOP = """
    service hostapd stop; pkill -x snmpd
    while pgrep -x hostapd || pgrep -x snmpd; do sleep 0.1; done
    service snmpd start
    until ss -lun | grep -q ':161 '; do sleep 0.1; done"""
POLL = """
import asyncio, json, sys
from tests.monitor.pollers.world import device, poller
from dataclasses import replace
from monitor.pollers import Endpoint, KnownAccessPoint
from monitor.target import SnmpCommunity, SnmpHash, SnmpUser

async def work():
    words, known = json.loads(sys.argv[1]), json.loads(sys.argv[2])
    if "community" in words:
        user = SnmpCommunity(words["community"])
    else:
        user = SnmpUser(words["user"], words["auth"], words["privacy"], SnmpHash(words["hash"]))
    points = tuple(KnownAccessPoint(name, "a-site", "camden") for name in known["access_points"])
    asked = replace(device(known["name"]), endpoint=Endpoint("127.0.0.1", user), servers=known["servers"])
    outcome = await poller(timeout_s=known["timeout_s"]).poll(replace(asked, access_points=points))
    samples = [[one.family.name, dict(zip(one.family.labels, one.labels)), one.value] for one in outcome.batch.samples]
    print(json.dumps({"failure": outcome.failure, "samples": samples}))

asyncio.run(work())
"""
LISTEN = """
import asyncio, json, sys
from monitor.passive import TrapSource, TrapTask
from monitor.sample import FakeSink, SystemClock
from monitor.target import SnmpCommunity, SnmpUser

async def work():
    words = json.loads(sys.argv[1])
    if "community" in words:
        user = SnmpCommunity(words["community"])
    else:
        user = SnmpUser(words["user"], words["auth"], words["privacy"])
    sink, came = FakeSink(), []
    task = TrapTask((TrapSource("camden-ap-0", "camden", "127.0.0.1", user),), SystemClock(), "127.0.0.1", 162)
    task.told = lambda one: came.append(one.trap)
    running = asyncio.create_task(task.run(sink))
    await task.ready.wait()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await asyncio.sleep(0.2)
    running.cancel()
    print(json.dumps({"came": came, "counted": [one.labels for one in sink.increments]}))

asyncio.run(work())
"""
ALONE = {
    "name": "camden-ap-0",
    "access_points": ["camden-ap-0"],
    "servers": {"127.0.0.1": "camden-rad-1"},
    "timeout_s": 1.0,
}
GOOD = {"user": "roam-monitor", "auth": AUTH, "privacy": PRIVACY, "hash": "sha-256"}


SNMP = Snmp.model_validate({"user": "roam-monitor", "auth": {"secret": "auth"}, "privacy": {"secret": "privacy"}})
KEYS = {SNMP.auth.secret: AUTH, SNMP.privacy.secret: PRIVACY}
PLAIN = SnmpV2c(community=SNMP.auth)


@pytest.fixture(scope="module")
def access_point(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Box]:
    """A device with hostapd and snmpd as the lab configures them; snmpd would count a hostapd that nobody buried."""
    text = snmpd_conf(NodeKind.ACCESS_POINT, SNMP, KEYS, HERE)
    plain = snmpd_conf(NodeKind.ACCESS_POINT, PLAIN, {PLAIN.community.secret: COMMUNITY}, HERE)
    community, _ = (line for line in plain.splitlines(keepends=True) if line not in text)
    older = f'createUser older SHA "{AUTH}" AES "{PRIVACY}"\nrouser older priv\n'
    with box(tmp_path_factory.mktemp("snmpd"), repository, Image.DEBIAN_13, init=True) as one:
        one.write(on_loopback() | {"/run/box/snmpd.conf": text + older + community, "/run/box/plain.conf": plain})
        one.must("sh", "-c", START)
        yield one


def within(box: Box, program: str, *words: object) -> list[str]:
    """Return what runs a program of ours in the container's network."""
    state = box.engine.state(box.name)
    assert state is not None
    own = ["nsenter", "--target", str(state.pid), "--net", sys.executable, "-c", program]
    return own + [json.dumps(word) for word in words]


def poll(box: Box, user: dict[str, str]) -> tuple[str | None, dict[str, float]]:
    """Poll an access point from within the container's network; return the failure, and values by metric."""
    failure, samples = poll_all(box, user, ALONE)
    return failure, {name: value for name, _, value in samples}


def poll_all(box: Box, user: dict[str, str], known: dict[str, object]) -> tuple[str | None, list[Any]]:
    """Poll from within the container's network; return the failure, and metrics with labels and values."""
    words = within(box, POLL, user, known)
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=REPOSITORY, timeout=60)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    return answer["failure"], answer["samples"]


def test_an_access_point_tells_of_itself(access_point: Box) -> None:
    failure, values = poll(access_point, GOOD)
    assert failure is None
    assert values.keys() == {
        "roaming_access_point_clients",
        "roaming_access_point_up",
        "roaming_radius_client_accepts_total",
        "roaming_radius_client_rejects_total",
        "roaming_radius_client_requests_total",
        "roaming_radius_client_retransmissions_total",
        "roaming_radius_client_timeouts_total",
        "roaming_snmp_seconds",
        "roaming_snmp_up",
        "roaming_ssid_clients",
    }
    assert values["roaming_access_point_up"] == 1


def test_an_access_point_that_sends_accounting_tells_of_that(access_point: Box) -> None:
    """hostapd says Accounting-On when it starts; nobody listens on the loopback's port 1813."""
    files = on_loopback()
    (main,) = (path for path in files if path.endswith("/hostapd.conf"))
    access_point.write({main: files[main].replace("\nauth_server_addr=", f"\n{ACCOUNTING}auth_server_addr=", 1)})
    access_point.must("sh", "-c", RESTART_HOSTAPD)
    try:
        failure, values = poll(access_point, GOOD)
    finally:
        access_point.write({main: files[main]})
        access_point.must("sh", "-c", "service hostapd restart")
    assert failure is None
    told = {name: value for name, value in values.items() if "accounting" in name}
    # Every few seconds it gives the answer up and asks again; nothing came back whose round trip there would be.
    again = told["roaming_radius_accounting_client_retransmissions_total"]
    assert told == {
        "roaming_radius_accounting_client_requests_total": 1,
        "roaming_radius_accounting_client_responses_total": 0,
        "roaming_radius_accounting_client_retransmissions_total": again,
        "roaming_radius_accounting_client_timeouts_total": again,
    }


def test_sha_1_is_for_older_devices(access_point: Box) -> None:
    failure, values = poll(access_point, GOOD | {"user": "older", "hash": "sha"})
    assert failure is None
    assert values["roaming_access_point_up"] == 1


@pytest.mark.parametrize(
    ("community", "failed", "up"), [(COMMUNITY, None, 1), ("public", "timeout", 0)], ids=["its own", "another"]
)
def test_a_community_is_asked_by_version_2c(access_point: Box, community: str, failed: str | None, up: int) -> None:
    failure, values = poll(access_point, {"community": community})
    assert failure == failed
    assert values["roaming_snmp_up"] == up
    assert ("roaming_access_point_up" in values) == bool(up)


@pytest.mark.parametrize(
    "wrong",
    [
        {"user": "nobody"},
        {"auth": "another-key-entirely"},
        {"hash": "sha"},
    ],
)
def test_a_wrong_user_or_key_is_bad_credentials(access_point: Box, wrong: dict[str, str]) -> None:
    failure, values = poll(access_point, GOOD | wrong)
    assert failure == "bad-credentials"
    assert values == {"roaming_snmp_up": 0}


def test_a_wrong_key_for_privacy_is_silence(access_point: Box) -> None:
    """net-snmp drops what it cannot decrypt, and says nothing (RFC 3414 §3.2 would have it report)."""
    failure, values = poll(access_point, GOOD | {"privacy": "another-key-entirely"})
    assert failure in {"timeout", "bad-credentials"}
    assert values == {"roaming_snmp_up": 0}


def test_a_stopped_hostapd_is_down_and_its_snmpd_still_answers(access_point: Box) -> None:
    """snmpd looks at the processes every 30 s only: it is started again here, so that it looks."""
    access_point.must("sh", "-c", STOP)
    try:
        failure, values = poll(access_point, GOOD)
    finally:
        access_point.must("service", "hostapd", "start")
    assert failure is None
    assert values["roaming_access_point_up"] == 0
    assert values["roaming_snmp_up"] == 1


def caught(box: Box, user: dict[str, str], script: str) -> dict[str, list[object]]:
    """Return what our receiver takes and counts while a script runs on the device."""
    pipe = subprocess.PIPE
    with subprocess.Popen(within(box, LISTEN, user), stdin=pipe, stdout=pipe, text=True, cwd=REPOSITORY) as listening:
        assert listening.stdout is not None
        assert listening.stdout.readline() == "ready\n"
        box.must("sh", "-c", script)
        said, _ = listening.communicate("\n", timeout=30)
    answer: dict[str, list[object]] = json.loads(said)
    return answer


RESTART = """
    pkill -x snmpd
    while pgrep -x snmpd; do sleep 0.1; done
    service snmpd start
    until ss -lun | grep -q ':161 '; do sleep 0.1; done"""


def test_an_agent_tells_that_it_stops_and_that_it_starts(access_point: Box) -> None:
    found = caught(access_point, GOOD, RESTART)
    assert found["came"] == ["snmp-agent-stopped", "snmp-agent-started"]
    assert found["counted"] == [["camden-ap-0", "camden", trap] for trap in found["came"]]


def test_what_another_boroughs_agent_tells_is_refused(access_point: Box) -> None:
    found = caught(access_point, GOOD | {"auth": "another-key-entirely"}, RESTART)
    assert found == {"came": [], "counted": [["traps", "bad-credentials"]] * 2}


# Beside the device's own agent, which tells of itself by version 3.
PLAIN_AGENT = """
    sed 's/udp:161/udp:127.0.0.1:1161/' /run/box/plain.conf > /run/box/beside.conf
    snmpd -C -c /run/box/beside.conf -p /run/box/beside.pid -Lf /dev/null
    until ss -lun | grep -q ':1161 '; do sleep 0.1; done
    kill $(cat /run/box/beside.pid); while ss -lun | grep -q ':1161 '; do sleep 0.1; done"""


@pytest.mark.parametrize(
    ("community", "came"), [(COMMUNITY, ["snmp-agent-started", "snmp-agent-stopped"]), ("public", [])]
)
def test_an_agent_without_version_3_tells_by_its_community(access_point: Box, community: str, came: list[str]) -> None:
    assert caught(access_point, {"community": community}, PLAIN_AGENT)["came"] == came


START_CONTROLLER = """
    mkdir -p /etc/lab /run/lab; cp /run/box/snmpd.conf /run/box/controller.json /etc/lab/
    /usr/lib/lab/roles/controller; service snmpd start
    n=0; until ss -lun | grep -q ':161 '; do n=$((n+1)); [ $n -lt 50 ]; sleep 0.1; done"""
CONTROLLER_USER = GOOD | {"hash": "sha"}


@pytest.fixture(scope="module")
def controller(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Box]:
    """A simulated controller's snmpd, as the lab configures it."""
    topology = lay_out(LAB, "x").topology
    files = {
        "/run/box/snmpd.conf": snmpd_conf(NodeKind.CONTROLLER, SNMP, KEYS, HERE),
        "/run/box/controller.json": controller_tables(LAB, topology, topology.node("hackney-wlc")),
    }
    folder, volumes = tmp_path_factory.mktemp("controller"), (f"{repository}:/checkout:ro",)
    with box(folder, repository, Image.CONTROL, init=True, volumes=volumes) as one:
        one.write(files)
        one.must("sh", "-c", START_CONTROLLER)
        yield one


def tables(controller: Box) -> dict[str, dict[str, float]]:
    """Return what is read of the simulated controller: values by metric and by the place that a label names."""
    proxy = lay_out(LAB, "x").topology.node("hackney-proxy-1").address
    known = {
        "name": "hackney-wlc",
        "access_points": ["hackney-cl-ap1", "hackney-cl-ap2"],
        "servers": {str(proxy): "hackney-proxy-1"},
        "timeout_s": 10.0,
    }
    failure, samples = poll_all(controller, CONTROLLER_USER, known)
    assert failure is None
    found: dict[str, dict[str, float]] = {}
    for name, labels, value in samples:
        place = labels.get("access_point") or labels.get("server") or labels.get("ssid") or labels["device"]
        found.setdefault(name, {})["/".join((place, *((labels["radio"],) if "radio" in labels else ())))] = value
    return found


def test_a_simulated_controller_tells_all_that_its_profile_reads(controller: Box) -> None:
    found = tables(controller)
    points = {"hackney-cl-ap1", "hackney-cl-ap2"}
    radios = {f"{name}/{slot}" for name in points for slot in (0, 1)}
    counters = ("requests", "retransmissions", "accepts", "rejects", "timeouts")
    assert {name: values.keys() for name, values in found.items()} == {
        "roaming_access_point_clients": points,
        "roaming_access_point_up": points,
        "roaming_radio_clients": radios,
        "roaming_radio_utilisation_ratio": radios,
        "roaming_radius_client_seconds": {"hackney-proxy-1"},
        "roaming_snmp_seconds": {"hackney-wlc"},
        "roaming_snmp_up": {"hackney-wlc"},
        "roaming_ssid_clients": {"govroam"},
        **{f"roaming_radius_client_{name}_total": {"hackney-proxy-1"} for name in counters},
    }
    assert set(found["roaming_access_point_up"].values()) == {1}


def test_an_access_point_that_left_is_down_and_its_clients_are_with_the_other(controller: Box) -> None:
    before = tables(controller)["roaming_access_point_clients"]
    controller.must("touch", LOST)
    try:
        found = tables(controller)
    finally:
        controller.must("rm", LOST)
    assert found["roaming_access_point_up"] == {"hackney-cl-ap1": 1, "hackney-cl-ap2": 0}
    assert found["roaming_radio_clients"].keys() == {"hackney-cl-ap1/0", "hackney-cl-ap1/1"}
    assert found["roaming_access_point_clients"]["hackney-cl-ap1"] == sum(before.values())
    assert tables(controller)["roaming_access_point_up"] == {"hackney-cl-ap1": 1, "hackney-cl-ap2": 1}


def test_a_controllers_user_is_refused_with_another_hash(controller: Box) -> None:
    failure, _ = poll_all(controller, GOOD, ALONE)
    assert failure == "bad-credentials"
