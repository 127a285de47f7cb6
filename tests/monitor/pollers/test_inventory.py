"""What of an inventory is read by SNMP, and as whom."""

from __future__ import annotations

from pathlib import Path

from lab.pki import generate
from monitor.cli.snmp import devices
from monitor.sample import Failure
from monitor.target import SnmpHash, SnmpUser
from roaming.load import load
from roaming.secrets import MemoryStore

REPOSITORY = Path(__file__).parents[3]


def test_every_access_point_is_read_once_by_itself_or_by_its_controller() -> None:
    network = load(REPOSITORY / "inventory").network
    found = devices(network, MemoryStore(generate(network).secrets, {}))
    points = [point.name for one in found for point in one.access_points if point.name not in one.guests]
    assert sorted(points) == sorted(ap.name for _, site in network.sites() for ap in site.access_points)
    assert len({one.name for one in found}) == len(found)
    users = [one.endpoint.credentials for one in found]
    assert all(isinstance(user, SnmpUser) for user in users)
    hashes = {
        one.kind: one.endpoint.credentials.hash for one in found if isinstance(one.endpoint.credentials, SnmpUser)
    }
    assert set(hashes.values()) == {SnmpHash.SHA, SnmpHash.SHA_256}


def test_a_borough_at_a_time() -> None:
    network = load(REPOSITORY / "inventory").network
    found = devices(network, MemoryStore({}, {}), "camden")
    assert {one.owner for one in found} == {"camden"}


def test_a_missing_secret_is_a_failure_of_its_devices() -> None:
    network = load(REPOSITORY / "lab" / "inventory").network
    found = devices(network, MemoryStore({}, {}))
    assert {one.endpoint.credentials for one in found} == {Failure.SECRET_MISSING}


def test_no_secret_shows() -> None:
    network = load(REPOSITORY / "lab" / "inventory").network
    secrets = generate(network).secrets
    text = repr(devices(network, MemoryStore(secrets, {})))
    assert "roam-monitor" in text
    keys = [value for name, value in secrets.items() if "/snmp-" in name]
    assert len(keys) == 2 * len(network.boroughs)
    assert not any(key in text for key in keys)
