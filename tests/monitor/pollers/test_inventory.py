"""What of an inventory is read by SNMP, and as whom."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from lab.devices.snmp import Model, Setup
from lab.pki import generate
from monitor.cli.snmp import devices
from monitor.cli.traps import trap_sources
from monitor.sample import Failure, FakeSink
from monitor.target import SnmpCommunity, SnmpHash, SnmpUser
from roaming.load import load
from roaming.secrets import MemoryStore
from tests.edited import edited
from tests.monitor.pollers.world import listening, poller, run, task

REPOSITORY = Path(__file__).parents[3]
COMMUNITY = "a-community-of-camden"
ALONE = "fast_transition_key: {secret: camden/ft-key}\n"
V2C = ("boroughs/camden.yml", ALONE, f"{ALONE}snmp: {{community: {{secret: camden/snmp}}}}\n")


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


@pytest.mark.parametrize(("known", "up"), [(COMMUNITY, 1.0), ("another", 0.0)])
def test_a_borough_with_a_community_is_read_by_it_and_it_shows_nowhere(
    known: str, up: float, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    network = load(edited(tmp_path, (V2C,))).network
    store = MemoryStore({"camden/snmp": COMMUNITY}, {})
    (alone,) = devices(network, store)
    (source,) = trap_sources(network, store)
    assert alone.endpoint.credentials == source.credentials == SnmpCommunity(COMMUNITY)
    sink = FakeSink()

    async def work() -> None:
        async with listening(Model.LINUX, setup=Setup(community=known)) as (_, port):
            here = replace(alone, endpoint=replace(alone.endpoint, address="127.0.0.1", port=port))
            await task(poller(), here).run(sink)

    run(work())
    samples = [sample for batch in sink.batches for sample in batch.samples]
    assert [one.value for one in samples if one.family.name == "roaming_snmp_up"] == [up]
    assert COMMUNITY not in f"{alone} {source} {sink} {network} {caplog.text}"


def test_a_community_that_the_store_lacks_is_a_failure_of_its_devices(tmp_path: Path) -> None:
    network = load(edited(tmp_path, (V2C,))).network
    assert [one.endpoint.credentials for one in devices(network, MemoryStore({}, {}))] == [Failure.SECRET_MISSING]
    assert trap_sources(network, MemoryStore({}, {})) == ()
