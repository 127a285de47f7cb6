"""Whatever a device says in its cells: no error, no unknown label, no number that is none."""

from __future__ import annotations

import asyncio
import gc
import math
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.devices.snmp import Model
from lab.devices.snmp.ber import BerError, read_request
from monitor.pollers import Profile, samples
from monitor.pollers.profile import Rows
from monitor.sample import FakeSink
from tests.monitor.pollers.world import PROFILES, device, listening, poller, task, values

COLUMNS = sorted({oid for profile in PROFILES for table in profile.tables for oid in table.oids})
NAMES = st.sampled_from([b"camden-ap-0", b"CAMDEN-AP-1", b"hostapd", b"govroam", b"<script>", b"\xff\xfe", b""])
VALUES = st.integers(-5, 2**64) | st.floats(-1, 1e9) | st.binary(max_size=20) | NAMES | st.text(max_size=10)
INDEXES = st.lists(st.integers(0, 300), min_size=1, max_size=8).map(lambda parts: ".".join(map(str, parts)))
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


CONTROLLERS = [one for one in PROFILES if any(table.rows is Rows.ACCESS_POINTS for table in one.tables)]


@pytest.mark.parametrize("listed", [None, b"another-ap", b"camden-ap-0"])
@pytest.mark.parametrize("profile", CONTROLLERS, ids=lambda one: one.profile)
def test_access_points_are_down_only_where_their_table_has_rows(profile: Profile, listed: bytes | None) -> None:
    name = next(table.name for table in profile.tables if table.rows is Rows.ACCESS_POINTS)
    elsewhere: dict[str, dict[str, int | float | str | bytes]] = {
        oid: {"1": 1} for table in profile.tables if table.rows is not Rows.ACCESS_POINTS for oid in table.oids
    }
    rows = {} if listed is None else {str(name): {"0.0.0.0.0.1": listed}}
    up = values(samples(profile, device(count=2), {**elsewhere, **rows}), "roaming_access_point_up")
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
