"""What the monitor reads of a real snmpd with hostapd beside it, by SNMPv3 authPriv and by SNMPv2c."""

from __future__ import annotations

import json
import subprocess
import sys
from ipaddress import IPv4Address
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.agents import snmpd_conf
from lab.images import Image
from roaming.load import load
from roaming.model.borough import Snmp, SnmpV2c
from tests.daemons.conftest import box
from tests.daemons.test_hostapd import on_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.daemons.conftest import Box

pytestmark = pytest.mark.daemon

REPOSITORY = Path(__file__).parents[2]
SNMP = load(REPOSITORY / "lab" / "inventory").network.boroughs_by_slug["camden"].snmp
AUTH, PRIVACY = "a-key-to-authenticate", "a-key-to-encrypt-with"
COMMUNITY = "a-community-in-the-clear"
START = """
    mkdir -p /etc/lab; cp /run/box/snmpd.conf /etc/lab/; /usr/lib/lab/roles/access-point
    service hostapd start; service snmpd start
    n=0; until ss -lun | grep -q ':161 '; do n=$((n+1)); [ $n -lt 50 ]; sleep 0.1; done"""
ACCOUNTING = """acct_server_addr=127.0.0.1
acct_server_port=1813
acct_server_shared_secret=testing123
"""
RESTART = """
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
from monitor.pollers import Endpoint
from monitor.target import SnmpCommunity, SnmpHash, SnmpUser

async def work():
    words = json.loads(sys.argv[1])
    if "community" in words:
        user = SnmpCommunity(words["community"])
    else:
        user = SnmpUser(words["user"], words["auth"], words["privacy"], SnmpHash(words["hash"]))
    alone = replace(device("camden-ap-0"), endpoint=Endpoint("127.0.0.1", user), servers={"127.0.0.1": "camden-rad-1"})
    outcome = await poller(timeout_s=1.0).poll(alone)
    samples = [[one.family.name, one.labels, one.value] for one in outcome.batch.samples]
    print(json.dumps({"failure": outcome.failure, "samples": samples}))

asyncio.run(work())
"""
LISTEN = """
import asyncio, json, sys
from monitor.passive import TrapSource, TrapTask
from monitor.sample import FakeSink, SystemClock
from monitor.target import SnmpUser

async def work():
    words = json.loads(sys.argv[1])
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
GOOD = {"user": "roam-monitor", "auth": AUTH, "privacy": PRIVACY, "hash": "sha-256"}


@pytest.fixture(scope="module")
def access_point(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Box]:
    """A device with hostapd and snmpd as the lab configures them; snmpd would count a hostapd that nobody buried."""
    assert isinstance(SNMP, Snmp)
    here = IPv4Address("127.0.0.1")
    text = snmpd_conf(SNMP, {SNMP.auth.secret: AUTH, SNMP.privacy.secret: PRIVACY}, here)
    plain = snmpd_conf(SnmpV2c(community=SNMP.auth), {SNMP.auth.secret: COMMUNITY}, None)
    (community,) = set(plain.splitlines(keepends=True)) - set(text.splitlines(keepends=True))
    older = f'createUser older SHA "{AUTH}" AES "{PRIVACY}"\nrouser older priv\n'
    with box(tmp_path_factory.mktemp("snmpd"), repository, Image.DEBIAN_13, init=True) as one:
        one.write(on_loopback() | {"/run/box/snmpd.conf": text + older + community})
        one.must("sh", "-c", START)
        yield one


def within(box: Box, program: str, user: dict[str, str]) -> list[str]:
    """Return what runs a program of ours in the container's network."""
    state = box.engine.state(box.name)
    assert state is not None
    return ["nsenter", "--target", str(state.pid), "--net", sys.executable, "-c", program, json.dumps(user)]


def poll(box: Box, user: dict[str, str]) -> tuple[str | None, dict[str, float]]:
    """Poll from within the container's network; return the failure, and values by metric."""
    words = within(box, POLL, user)
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=REPOSITORY, timeout=60)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    return answer["failure"], {name: value for name, _, value in answer["samples"]}


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
    access_point.must("sh", "-c", RESTART)
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
