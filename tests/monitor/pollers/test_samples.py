"""Whatever a device says in its cells: no error, no unknown label, no number that is none."""

from __future__ import annotations

import asyncio
import gc
import math
import tracemalloc
from dataclasses import replace
from ipaddress import IPv6Address
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.devices.snmp import Model
from lab.devices.snmp.ber import BerError, read_request
from monitor.pollers import Profile, samples
from monitor.pollers.profile import Rows
from monitor.sample import FakeSink
from tests.monitor.pollers.world import PROFILES, device, listening, poller, task, values

if TYPE_CHECKING:
    from monitor.pollers.reader import Value

COLUMNS = sorted({oid for profile in PROFILES for table in profile.tables for oid in table.oids})
NAMES = st.sampled_from(
    [b"camden-ap-0", bytes((10, 7, 0, 11)), b"CAMDEN-AP-1", b"hostapd", b"govroam", b"<script>", b"\xff\xfe", b""]
)
VALUES = st.integers(-5, 2**64) | st.floats(-1, 1e9) | st.binary(max_size=20) | NAMES | st.text(max_size=10)
# Mostly a few, so that the columns of a table have rows in common, as a device's have.
INDEXES = st.sampled_from(["1", "2", "1.1", "2.1", "7.103.111.118.114.111.97.109"]) | st.lists(
    st.integers(0, 300), min_size=1, max_size=8
).map(lambda parts: ".".join(map(str, parts)))
CELLS = st.dictionaries(st.sampled_from(COLUMNS), st.dictionaries(INDEXES, VALUES, max_size=4), max_size=12)
LABELS = {
    "access_point": {"camden-ap-0", "camden-ap-1", "camden-ap-2"},
    "site": {"town-hall"},
    "owner": {"camden"},
    "device": {"camden-wlc", "camden-ap-0"},
    "server": {"camden-rad-1", "camden-rad-2"},
    "ssid": {"govroam", "other"},
}


@settings(max_examples=200, deadline=None)
@given(cells=CELLS, name=st.sampled_from(["camden-wlc", "camden-ap-0"]))
@pytest.mark.parametrize("profile", PROFILES, ids=lambda one: one.profile)
def test_no_cell_raises_or_makes_a_label_of_its_own(
    profile: object, cells: dict[str, dict[str, bytes]], name: str
) -> None:
    found = samples(profile, device(name), cells)  # type: ignore[arg-type]  # a profile, by the parameter
    series = [(one.family.name, one.labels) for one in found]
    assert len(series) == len(set(series))
    for one in found:
        assert math.isfinite(one.value)
        assert one.value >= 0
        for label, value in zip(one.family.labels, one.labels, strict=True):
            assert value in LABELS.get(label, {value}), (label, value)
            assert label != "radio" or value.isdecimal()


ALONE = next(one for one in PROFILES if one.profile == "linux")


def test_clients_of_ssids_that_are_not_ours_are_one_sum() -> None:
    names: dict[str, Value] = {"1": b"govroam", "2": b"CamdenCorp", "3": b"Guests", "4": b"Broken"}
    clients: dict[str, Value] = {"1": 5, "2": 7, "3": 11, "4": -1}
    found = samples(ALONE, device("camden-ap-0"), {"1.2.840.10036.1.1.1.9": names, "1.2.840.10036.2.2.1.16": clients})
    by_ssid = {"govroam": 5.0, "other": 18.0}
    assert values(found, "roaming_ssid_clients") == {("camden-ap-0", "camden", one): by_ssid[one] for one in by_ssid}
    assert values(found, "roaming_access_point_clients") == {("camden-ap-0", "town-hall", "camden"): 23.0}


@pytest.mark.parametrize("address", [bytes((10, 7, 0, 11)), b"10.7.0.11", IPv6Address("2001:db8::11").packed])
def test_a_server_is_known_by_its_address_however_it_is_spelled(address: bytes) -> None:
    at = "1.3.6.1.2.1.67.1.2.1.1.4.1"
    known = replace(device("camden-ap-0"), servers={"10.7.0.11": "camden-rad-1", "2001:db8::11": "camden-rad-1"})
    found = samples(ALONE, known, {f"{at}.3": {"1": address}, f"{at}.6": {"1": 5}})
    assert values(found, "roaming_radius_client_requests_total") == {("camden-ap-0", "camden", "camden-rad-1"): 5.0}


CONTROLLERS = [one for one in PROFILES if any(table.rows is Rows.ACCESS_POINTS for table in one.tables)]


@pytest.mark.parametrize("listed", [None, b"another-ap", b"camden-ap-0"])
@pytest.mark.parametrize("profile", CONTROLLERS, ids=lambda one: one.profile)
def test_access_points_are_down_only_where_their_table_has_rows(profile: Profile, listed: bytes | None) -> None:
    name = next(table.name for table in profile.tables if table.rows is Rows.ACCESS_POINTS)
    cells: dict[str, dict[str, Value]] = {
        oid: {"1": 1} for table in profile.tables if table.rows is not Rows.ACCESS_POINTS for oid in table.oids
    }
    if listed is not None:
        cells[str(name)] = {"0.0.0.0.0.1": listed}
    up = values(samples(profile, device(count=2), cells), "roaming_access_point_up")
    missing = {None: [], b"another-ap": ["camden-ap-0", "camden-ap-1"], b"camden-ap-0": ["camden-ap-1"]}[listed]
    assert up == {(one, "town-hall", "camden"): 0.0 for one in missing}


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=80))
def test_the_simulated_agent_takes_any_octets(data: bytes) -> None:
    try:
        read_request(data)
    except BerError as error:
        assert str(error)  # noqa: PT017  any other error would fail the test


def test_memory_is_flat_over_cycles() -> None:
    async def work() -> None:
        sizes = []
        async with listening(Model.CATALYST_9800, 100) as (_, port):
            cycle = task(poller(timeout_s=2), device(count=100, port=port))
            for number in range(1, 61):
                await cycle.run(FakeSink())
                if number in {10, 60}:
                    gc.collect()
                    sizes.append(tracemalloc.get_traced_memory()[0])
        assert sizes[1] < sizes[0] * 1.05

    tracemalloc.start()
    try:
        asyncio.run(work())
    finally:
        tracemalloc.stop()
