"""What a device does wrong: a reason is counted, the sample is absent, and the others are polled all the same."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from lab.devices.snmp import Agent, Fault, Model, Population, Setup, ber, cells, serve, up_cell
from monitor.pollers import Endpoint, FakeReader, GufoReader, Patience, ReadError, UnknownTargetError
from monitor.pollers.gufo import LONGEST_WALK, _Session
from monitor.sample import Failure, FakeSink
from monitor.target import SnmpCommunity
from tests.monitor.pollers.world import device, listening, names, poller, reasons, run, task, values

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from gufo.snmp.aio import SnmpSession as GufoSession

    from monitor.pollers import Device, FakeSession
    from monitor.pollers.reader import Value

FAULTS = [
    (Fault.SILENT, 0.0, "timeout"),
    (Fault.NONE, 0.4, "timeout"),
    (Fault.GARBAGE, 0.0, "malformed"),
    (Fault.TRUNCATED, 0.0, "malformed"),
    (Fault.LOOP, 0.0, "loop"),
    (Fault.HUGE, 0.0, "malformed"),
]


@pytest.mark.parametrize(("fault", "delay_s", "reason"), FAULTS)
def test_a_fault_is_counted_and_stops_nobody_else(fault: Fault, delay_s: float, reason: str) -> None:
    async def work() -> None:
        sink = FakeSink()
        async with (
            listening(Model.AIREOS, 300, Setup(fault=fault, delay_s=delay_s)) as (_, bad),
            listening(Model.ARUBA, 2) as (_, good),
        ):
            await task(poller(), device("bad-wlc", 300, port=bad), device("good-wlc", 2, port=good)).run(sink)
        assert reasons(sink) == [reason]
        by_origin = {batch.origin: batch.samples for batch in sink.batches}
        assert [(one.family.name, one.value) for one in by_origin["snmp:bad-wlc"]] == [("roaming_snmp_up", 0.0)]
        assert values(by_origin["snmp:good-wlc"], "roaming_snmp_up") == {("good-wlc", "camden"): 1.0}
        assert len(values(by_origin["snmp:good-wlc"], "roaming_access_point_up")) == 2

    run(work())


def test_a_wrong_community_is_silence() -> None:
    async def work() -> None:
        sink = FakeSink()
        async with listening(Model.AIREOS) as (_, port):
            await task(poller(), device(port=port, community="wrong")).run(sink)
        assert reasons(sink) == ["timeout"]

    run(work())


def test_a_late_answer_to_an_older_request_is_passed_over() -> None:
    async def work() -> None:
        async with listening(Model.AIREOS, setup=Setup(delay_s=0.2)) as (agent, port):
            one, late = poller(timeout_s=0.15), device(port=port)
            assert (await one.poll(late)).failure is Failure.TIMEOUT
            agent.use(Fault.NONE)
            assert (await one.poll(late)).failure is None

    run(work())


def test_a_model_without_a_profile_is_an_unknown_device() -> None:
    async def work() -> None:
        reader = FakeReader({"127.0.0.1": {"1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.99"}})
        assert (await poller(reader).poll(device())).failure is Failure.UNKNOWN_DEVICE

    run(work())


def test_a_poll_ends_at_its_deadline() -> None:
    async def work() -> None:
        async with listening(Model.AIREOS, 400, Setup(delay_s=0.1)) as (_, port):
            one = poller(timeout_s=5)
            one.deadline_s = 0.5
            assert (await one.poll(device(count=400, port=port))).failure is Failure.TIMEOUT

    run(work())


@pytest.mark.parametrize("model", [Model.AIREOS, Model.LWAPP, Model.ARUBA])
def test_an_access_point_is_down_when_its_controller_says_so_or_leaves_it_out(model: Model) -> None:
    async def work() -> None:
        async with listening(model, 2) as (agent, port):
            agent.set(*up_cell(model, 1, up=False))
            outcome = await poller().poll(device(count=3, port=port))
        up = {labels[0]: value for labels, value in values(outcome.batch.samples, "roaming_access_point_up").items()}
        assert up == {"camden-ap-0": 1.0, "camden-ap-1": 0.0, "camden-ap-2": 0.0}

    run(work())


def test_the_case_of_an_access_points_name_does_not_matter() -> None:
    async def work() -> None:
        model: dict[str, Value] = {"1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.9.1.2530"}
        at = "1.3.6.1.4.1.14179.2.2.1.1"
        cells: dict[str, Value] = model | {f"{at}.3.2.0.0.0.0.1": b"CAMDEN-ap-0", f"{at}.6.2.0.0.0.0.1": 1}
        found = (await poller(FakeReader({"127.0.0.1": cells})).poll(device(count=1))).batch.samples
        assert values(found, "roaming_access_point_up") == {("camden-ap-0", "town-hall", "camden"): 1.0}

    run(work())


@pytest.mark.parametrize(
    ("failure", "polls", "shown"),
    [
        (Failure.TIMEOUT, 2, {}),
        (Failure.TIMEOUT, 3, {("camden-ap-0", "town-hall", "camden"): 0.0}),
        (Failure.UNREACHABLE, 3, {("camden-ap-0", "town-hall", "camden"): 0.0}),
        (Failure.BAD_CREDENTIALS, 5, {}),
        (Failure.MALFORMED, 5, {}),
    ],
)
def test_only_silence_of_three_polls_is_down(failure: Failure, polls: int, shown: dict[tuple[str, ...], float]) -> None:
    async def work() -> None:
        one, alone = poller(FakeReader({"127.0.0.1": failure})), device("camden-ap-0")
        outcome = [await one.poll(alone) for _ in range(polls)][-1]
        assert outcome.failure is failure
        assert values(outcome.batch.samples, "roaming_access_point_up") == shown

    run(work())


def test_a_silent_controllers_access_points_are_unknown() -> None:
    async def work() -> None:
        one = poller(FakeReader())
        outcome = [await one.poll(device()) for _ in range(5)][-1]
        assert [sample.family.name for sample in outcome.batch.samples] == ["roaming_snmp_up"]

    run(work())


def test_a_dead_device_is_asked_more_rarely_and_what_is_known_lasts_until_then() -> None:
    async def work() -> None:
        reader, sink = FakeReader(), FakeSink()
        cycle = task(poller(reader), device("camden-ap-0"))
        asked = []
        for _ in range(20):
            before = len(sink.batches)
            await cycle.run(sink)
            asked.append(len(sink.batches) > before)
        assert asked[:12] == [True, True, True, True, False, True, False, True, False, False, False, True]
        assert sink.batches[-1].lasts_s == 180 + 3 * 60

    run(work())


def test_a_device_that_is_back_is_polled_every_cycle_again() -> None:
    async def work() -> None:
        reader, sink = FakeReader(), FakeSink()
        cycle = task(poller(reader), device("camden-ap-0"))
        for _ in range(5):
            await cycle.run(sink)
        reader.agents["127.0.0.1"] = {"1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.8072.3.2.10"}
        for _ in range(4):
            await cycle.run(sink)
        assert [values(batch.samples, "roaming_snmp_up")["camden-ap-0", "camden"] for batch in sink.batches[-3:]] == [
            1.0,
            1.0,
            1.0,
        ]

    run(work())


def test_only_the_inventorys_devices_are_polled_on_demand() -> None:
    async def work() -> None:
        cycle = task(poller(FakeReader()), device())
        (batch,) = await cycle.poll("camden-wlc")
        assert batch.origin == "snmp:camden-wlc"
        with pytest.raises(UnknownTargetError, match="elsewhere is no device that is read by SNMP"):
            await cycle.poll("elsewhere")

    run(work())


def test_ten_thousand_access_points_are_ten_thousand() -> None:
    async def work() -> None:
        async with listening(Model.CATALYST_9800, 10_000) as (_, port):
            outcome = await poller(timeout_s=2).poll(device(count=10_000, port=port))
        up = values(outcome.batch.samples, "roaming_access_point_up")
        assert len(up) == 10_000
        assert set(up.values()) == {1.0}
        assert {labels[0] for labels in up} == set(names(10_000))

    run(work())


def test_an_access_point_is_walked_once_and_then_asked_by_name() -> None:
    async def work() -> None:
        async with listening(Model.LINUX) as (agent, port):
            one, alone = poller(), device("camden-ap-0", port=port)
            first = await one.poll(alone)
            before = agent.answered
            second = await one.poll(alone)
            assert agent.answered - before == 1
            agent.set(*up_cell(Model.LINUX, 0, up=False))
            third = await one.poll(alone)
        assert values(first.batch.samples, "roaming_access_point_up") != {}
        ups = [values(each.batch.samples, "roaming_access_point_up") for each in (first, second, third)]
        assert [list(up.values()) for up in ups] == [[1.0], [1.0], [0.0]]
        assert len(first.batch.samples) == len(second.batch.samples)

    run(work())


def test_an_access_point_that_came_to_the_other_controller_is_up() -> None:
    async def work() -> None:
        own, other = device("one-wlc", 1, port=1), device("two-wlc", 1, port=2)
        own = replace(own, endpoint=replace(own.endpoint, address="own"))
        other = replace(other, endpoint=replace(other.endpoint, address="other"), guests=frozenset({"camden-ap-0"}))
        at = "1.3.6.1.4.1.14179.2.2.1.1"
        model: dict[str, Value] = {
            "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.9.1.2530",
            f"{at}.3.2.0.0.0.0.9": b"one-that-stays",
        }
        listed: dict[str, Value] = {f"{at}.3.2.0.0.0.0.1": b"camden-ap-0", f"{at}.6.2.0.0.0.0.1": 1}
        reader = FakeReader({"own": model, "other": model | listed})
        one, label = poller(reader), ("camden-ap-0", "town-hall", "camden")

        async def up(asked: Device) -> dict[tuple[str, ...], float]:
            return values((await one.poll(asked)).batch.samples, "roaming_access_point_up")

        assert await up(own) == {label: 0.0}
        assert await up(other) == {label: 1.0}
        assert await up(own) == {}
        reader.agents["other"] = model
        assert await up(other) == {}
        assert await up(own) == {label: 0.0}
        reader.agents["other"] = model | listed
        assert (await up(other), await up(own)) == ({label: 1.0}, {})
        reader.agents["other"] = Failure.TIMEOUT
        assert (await up(other), await up(own)) == ({}, {label: 0.0})

    run(work())


LINUX: dict[str, Value] = {"1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.8072.3.2.10"}


def radius_server(row: int, address: int) -> dict[str, Value]:
    at = "1.3.6.1.2.1.67.1.2.1.1.4.1"
    return {f"{at}.3.{row}": bytes((10, 7, 0, address)), f"{at}.6.{row}": 5}


def test_a_row_that_moved_is_found_at_once_and_a_new_one_after_twenty_polls() -> None:
    async def work() -> None:
        reader = FakeReader({"127.0.0.1": LINUX | radius_server(1, 11) | radius_server(2, 12)})
        one, alone = poller(reader), device("camden-ap-0")

        async def seen() -> set[str]:
            found = (await one.poll(alone)).batch.samples
            return {labels[2] for labels in values(found, "roaming_radius_client_requests_total")}

        assert await seen() == {"camden-rad-1", "camden-rad-2"}
        reader.agents["127.0.0.1"] = LINUX | radius_server(1, 11) | radius_server(9, 12)
        assert await seen() == {"camden-rad-1", "camden-rad-2"}
        reader.agents["127.0.0.1"] = LINUX | radius_server(1, 11)
        assert await seen() == {"camden-rad-1"}
        reader.agents["127.0.0.1"] = LINUX | radius_server(1, 11) | radius_server(2, 12)
        counts = [len(await seen()) for _ in range(25)]
        assert counts == [1] * 17 + [2] * 8

    run(work())


@pytest.mark.parametrize(
    ("name", "rows", "walks"), [("camden-ap-0", 60, 1), ("camden-ap-0", 61, 2), ("camden-wlc", 1, 2)]
)
def test_large_tables_and_controllers_are_walked_each_time(name: str, rows: int, walks: int) -> None:
    async def work() -> None:
        cells = LINUX.copy()
        for row in range(rows):
            cells |= radius_server(row, row)
        reader = FakeReader({"127.0.0.1": cells})
        one, polled = poller(reader), device(name)
        for _ in range(2):
            await one.poll(polled)
        assert reader.reads.count("walk 1.3.6.1.2.1.67.1.2.1.1.4.1") == walks

    run(work())


def test_a_device_that_comes_back_as_another_model_is_read_as_that() -> None:
    async def work() -> None:
        reader = FakeReader({"127.0.0.1": LINUX | radius_server(1, 11)})
        one, changed = poller(reader), device(count=1)
        await one.poll(changed)
        reader.agents["127.0.0.1"] = Failure.TIMEOUT
        await one.poll(changed)
        at = "1.3.6.1.4.1.14179.2.2.1.1"
        model: dict[str, Value] = {"1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.9.1.2530"}
        cells: dict[str, Value] = {f"{at}.3.2.0.0.0.0.1": b"camden-ap-0", f"{at}.6.2.0.0.0.0.1": 1}
        reader.agents["127.0.0.1"] = model | cells
        found = (await one.poll(changed)).batch.samples
        assert values(found, "roaming_access_point_up") == {("camden-ap-0", "town-hall", "camden"): 1.0}

    run(work())


class _Crowd(FakeReader):
    now = most = 0

    async def open(self, endpoint: Endpoint) -> FakeSession:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        return await super().open(endpoint)


def test_no_more_are_asked_at_once_than_is_allowed_and_not_all_in_one_moment() -> None:
    async def work() -> None:
        reader = _Crowd()
        cycle = task(poller(reader), *(device(name, count=1) for name in ("a-wlc", "b-wlc", "c-wlc", "d-wlc")))
        cycle.at_once, cycle.jitter, cycle.spread_s = 2, lambda: 0.5, 0.2
        began = asyncio.get_running_loop().time()
        await cycle.run(FakeSink())
        assert reader.most == 2
        assert asyncio.get_running_loop().time() - began >= 0.1

    run(work())


def test_more_cells_than_fit_in_one_request_are_all_asked_for() -> None:
    async def work() -> None:
        servers = tuple(f"10.7.0.{number}" for number in range(11, 23))
        agent = Agent(cells(Model.LINUX, Population((), servers=servers)))
        transport, port = await serve(agent)
        try:
            one = poller(timeout_s=1)
            alone = replace(device("camden-ap-0", port=port), servers={address: address for address in servers})
            first = await one.poll(alone)
            before = agent.answered
            second = await one.poll(alone)
        finally:
            transport.close()
        assert agent.answered - before == 3
        assert len(values(second.batch.samples, "roaming_radius_client_accepts_total")) == len(servers)
        assert len(first.batch.samples) == len(second.batch.samples)

    run(work())


class _Endless:
    """A table with more rows than any controller has."""

    async def getbulk(self, oid: str, _repetitions: int) -> AsyncIterator[tuple[str, int]]:
        for row in range(LONGEST_WALK + 10):
            yield f"{oid}.{row}", row


def test_a_table_without_end_is_left() -> None:
    async def work() -> None:
        session = _Session(cast("GufoSession", _Endless()), "10.7.0.11", 1)
        with pytest.raises(ReadError, match=r"10\.7\.0\.11: the table 1\.3\.6\.1\.9 goes back to"):
            await session.walk("1.3.6.1.9")

    run(work())


@pytest.mark.parametrize(
    ("at", "column", "metric"),
    [
        ("1.3.6.1.2.1.67.1.2.1.1.4.1", 6, "roaming_radius_client_seconds"),
        ("1.3.6.1.2.1.67.2.2.1.1.4.1", 8, "roaming_radius_accounting_client_seconds"),
    ],
)
@pytest.mark.parametrize(("count", "shown"), [(0, {}), (1, {("camden-ap-0", "camden", "camden-rad-1"): 0.0})])
def test_the_round_trip_of_no_request_is_unknown(
    at: str, column: int, metric: str, count: int, shown: dict[tuple[str, ...], float]
) -> None:
    async def work() -> None:
        cells: dict[str, Value] = {
            "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.8072.3.2.10",
            f"{at}.5.1": 0,
            f"{at}.{column}.1": count,
        }
        reader = FakeReader({"127.0.0.1": cells | {f"{at}.3.1": bytes((10, 7, 0, 11))}})
        found = (await poller(reader).poll(device("camden-ap-0"))).batch.samples
        assert values(found, metric) == shown

    run(work())


class _Broken(FakeReader):
    async def open(self, endpoint: Endpoint) -> FakeSession:
        if endpoint.port == 1:
            message = "of a kind that nobody thought of"
            raise KeyError(message)
        return await super().open(endpoint)


def test_an_error_that_nobody_thought_of_stops_nobody_else() -> None:
    async def work() -> None:
        sink, reader = FakeSink(), _Broken({"127.0.0.1": {"1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.9.1.2530"}})
        await task(poller(reader), device("bad-wlc", port=1), device("good-wlc")).run(sink)
        assert reasons(sink) == ["internal"]
        assert [batch.origin for batch in sink.batches] == ["snmp:good-wlc"]

    run(work())


class _Elsewhere(Agent):
    def answer(self, datagram: bytes) -> bytes | None:
        request = ber.read_request(datagram)
        other = ber.varbind((1, 3, 6, 1, 9), ber.integer(1))
        return ber.response(request, other * len(request.oids)) if request.kind == ber.GET else super().answer(datagram)


def test_an_answer_that_nobody_asked_for_is_passed_over() -> None:
    async def work() -> None:
        agent = _Elsewhere(cells(Model.LINUX, Population(())))
        transport, port = await serve(agent)
        try:
            session = await GufoReader(Patience(0.2, 1)).open(Endpoint("127.0.0.1", SnmpCommunity("public"), port))
            assert await session.get(("1.3.6.1.2.1.1.2.0",)) == {}
        finally:
            transport.close()

    run(work())


def test_two_polls_of_one_device_at_once_are_both_whole() -> None:
    async def work() -> None:
        async with listening(Model.LINUX) as (_, port):
            one, alone = poller(timeout_s=1), device("camden-ap-0", port=port)
            outcomes = await asyncio.gather(*(one.poll(alone) for _ in range(20)))
        assert {outcome.failure for outcome in outcomes} == {None}
        assert len({len(outcome.batch.samples) for outcome in outcomes}) == 1

    run(work())
