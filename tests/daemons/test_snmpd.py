"""What the monitor reads of a real snmpd, by SNMPv3 with authentication and privacy.

Beside it is hostapd, as on an access point, or what tells the tables of the lab's simulated controller.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lab.agents import LOST, access_point_conf, controller_conf, controller_tables
from lab.images import Image
from lab.topology import lay_out
from roaming.load import load
from tests.daemons.conftest import box
from tests.daemons.test_hostapd import on_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.daemons.conftest import Box

pytestmark = pytest.mark.daemon

REPOSITORY = Path(__file__).parents[2]
LAB = load(REPOSITORY / "lab" / "inventory").network
SNMP = LAB.boroughs_by_slug["camden"].snmp
AUTH, PRIVACY = "a-key-to-authenticate", "a-key-to-encrypt-with"
START = """
    mkdir -p /etc/lab; cp /run/box/snmpd.conf /etc/lab/; /usr/lib/lab/roles/access-point
    service hostapd start; service snmpd start
    n=0; until ss -lun | grep -q ':161 '; do n=$((n+1)); [ $n -lt 50 ]; sleep 0.1; done"""
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
from monitor.target import SnmpHash, SnmpUser

async def work():
    words, known = json.loads(sys.argv[1]), json.loads(sys.argv[2])
    user = SnmpUser(words["user"], words["auth"], words["privacy"], SnmpHash(words["hash"]))
    points = tuple(KnownAccessPoint(name, "a-site", "camden") for name in known["access_points"])
    asked = replace(device(known["name"]), endpoint=Endpoint("127.0.0.1", user), servers=known["servers"])
    outcome = await poller(timeout_s=known["timeout_s"]).poll(replace(asked, access_points=points))
    samples = [[one.family.name, dict(zip(one.family.labels, one.labels)), one.value] for one in outcome.batch.samples]
    print(json.dumps({"failure": outcome.failure, "samples": samples}))

asyncio.run(work())
"""
ALONE = {
    "name": "camden-ap-0",
    "access_points": ["camden-ap-0"],
    "servers": {"127.0.0.1": "camden-rad-1"},
    "timeout_s": 1.0,
}
GOOD = {"user": "roam-monitor", "auth": AUTH, "privacy": PRIVACY, "hash": "sha-256"}


@pytest.fixture(scope="module")
def access_point(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Box]:
    """A device with hostapd and snmpd as the lab configures them; snmpd would count a hostapd that nobody buried."""
    assert SNMP is not None
    text = access_point_conf(SNMP, {SNMP.auth.secret: AUTH, SNMP.privacy.secret: PRIVACY})
    older = f'createUser older SHA "{AUTH}" AES "{PRIVACY}"\nrouser older priv\n'
    with box(tmp_path_factory.mktemp("snmpd"), repository, Image.DEBIAN_13, init=True) as one:
        one.write(on_loopback() | {"/run/box/snmpd.conf": text + older})
        one.must("sh", "-c", START)
        yield one


def poll(box: Box, user: dict[str, str]) -> tuple[str | None, dict[str, float]]:
    """Poll an access point from within the container's network; return the failure, and values by metric."""
    failure, samples = poll_all(box, user, ALONE)
    return failure, {name: value for name, _, value in samples}


def poll_all(box: Box, user: dict[str, str], known: dict[str, object]) -> tuple[str | None, list[Any]]:
    """Poll from within the container's network; return the failure, and metrics with labels and values."""
    state = box.engine.state(box.name)
    assert state is not None
    words = ["nsenter", "--target", str(state.pid), "--net", sys.executable, "-c", POLL]
    words += [json.dumps(user), json.dumps(known)]
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


def test_sha_1_is_for_older_devices(access_point: Box) -> None:
    failure, values = poll(access_point, GOOD | {"user": "older", "hash": "sha"})
    assert failure is None
    assert values["roaming_access_point_up"] == 1


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


START_CONTROLLER = """
    mkdir -p /etc/lab /run/lab; cp /run/box/snmpd.conf /run/box/controller.json /etc/lab/
    /usr/lib/lab/roles/controller; service snmpd start
    n=0; until ss -lun | grep -q ':161 '; do n=$((n+1)); [ $n -lt 50 ]; sleep 0.1; done"""
CONTROLLER_USER = GOOD | {"hash": "sha"}


@pytest.fixture(scope="module")
def controller(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Box]:
    """A simulated controller's snmpd, as the lab configures it."""
    assert SNMP is not None
    topology = lay_out(LAB, "x").topology
    files = {
        "/run/box/snmpd.conf": controller_conf(SNMP, {SNMP.auth.secret: AUTH, SNMP.privacy.secret: PRIVACY}),
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
