"""Traps and informs as net-snmp's own tools send them, over the loopback."""

from __future__ import annotations

import asyncio
import subprocess
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.devices.snmp import ber
from monitor.errors import ListenError, SettingError
from monitor.passive import Received, Trap, TrapSource, TrapTask, engine_id, load_traps, shipped_traps
from monitor.passive.trap_engine import sending_engine
from monitor.sample import FakeClock, FakeSink
from monitor.target import SnmpCommunity, SnmpHash, SnmpUser

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from monitor.passive.trap_engine import TrapEngine

AUTH, PRIVACY = "authentication-key-1", "privacy-key-of-lab-1"
USER = SnmpUser("roam-monitor", AUTH, PRIVACY)
AP_DOWN = "1.3.6.1.4.1.14179.2.6.3.8"
ENGINE = ("-e", "0x8000000001020304")


def source(
    credentials: SnmpUser | SnmpCommunity = USER, address: str = "127.0.0.1", owner: str = "camden"
) -> TrapSource:
    return TrapSource(f"{owner}-wlc", owner, address, credentials)


def v3(auth: str = AUTH, privacy: str = PRIVACY, sha: str = "SHA-256", user: str = "roam-monitor") -> tuple[str, ...]:
    return ("-v3", "-l", "authPriv", "-u", user, "-a", sha, "-A", auth, "-x", "AES", "-X", privacy)


@asynccontextmanager
async def listening(*sources: TrapSource) -> AsyncIterator[tuple[TrapTask, FakeSink, list[Received]]]:
    sink, told = FakeSink(), list[Received]()
    task = TrapTask(sources, FakeClock(), host="127.0.0.1", port=0, told=told.append)
    running = asyncio.create_task(task.run(sink))
    await task.ready.wait()
    try:
        yield task, sink, told
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def send(tool: str, task: TrapTask, *words: str, oid: str = AP_DOWN) -> int:
    """Run snmptrap or snmpinform as a device would, and return its exit status."""
    command = [tool, *words, "-t", "1", "-r", "1", f"127.0.0.1:{task.port}", "", oid, "1.3.6.1.2.1.1.5.0", "s", "x"]
    process = await asyncio.create_subprocess_exec(*command, stderr=subprocess.DEVNULL)
    status = await process.wait()
    await asyncio.sleep(0.1)
    return status


def counted(sink: FakeSink) -> list[tuple[str, ...]]:
    return [one.labels for one in sink.increments]


SENT = [
    ("snmptrap", ("-v2c", "-c", "secret"), SnmpCommunity("secret")),
    ("snmpinform", ("-v2c", "-c", "secret"), SnmpCommunity("secret")),
    ("snmptrap", (*v3(), *ENGINE), USER),
    ("snmpinform", v3(), USER),
    ("snmptrap", (*v3(sha="SHA"), *ENGINE), SnmpUser("roam-monitor", AUTH, PRIVACY, SnmpHash.SHA)),
    ("snmpinform", v3(sha="SHA"), SnmpUser("roam-monitor", AUTH, PRIVACY, SnmpHash.SHA)),
]


@pytest.mark.parametrize(("tool", "words", "credentials"), SENT)
def test_what_net_snmp_sends_is_counted(
    tool: str, words: tuple[str, ...], credentials: SnmpUser | SnmpCommunity
) -> None:
    async def work() -> None:
        async with listening(source(credentials)) as (task, sink, told):
            assert await send(tool, task, *words) == 0
            assert await send(tool, task, *words, oid="1.3.6.1.4.1.99.1") == 0
        assert counted(sink) == [("camden-wlc", "camden", "access-point-down"), ("camden-wlc", "camden", "other")]
        assert told[0] == Received("camden-wlc", "camden", Trap.ACCESS_POINT_DOWN)

    asyncio.run(work())


REFUSED = [
    ("snmptrap", ("-v2c", "-c", "wrong"), SnmpCommunity("secret")),
    ("snmptrap", ("-v2c", "-c", "public"), USER),
    ("snmptrap", (*v3(auth="another-key-entirely"), *ENGINE), USER),
    ("snmptrap", (*v3(privacy="another-key-entirely"), *ENGINE), USER),
    ("snmptrap", (*v3(user="nobody"), *ENGINE), USER),
    ("snmptrap", ("-v3", "-l", "noAuthNoPriv", "-u", "roam-monitor", *ENGINE), USER),
    ("snmptrap", ("-v3", "-l", "authNoPriv", "-u", "roam-monitor", "-a", "SHA-256", "-A", AUTH, *ENGINE), USER),
    ("snmpinform", v3(auth="another-key-entirely"), USER),
]


@pytest.mark.parametrize(("tool", "words", "credentials"), REFUSED)
def test_what_is_not_proven_is_refused(
    tool: str, words: tuple[str, ...], credentials: SnmpUser | SnmpCommunity
) -> None:
    async def work() -> None:
        async with listening(source(credentials)) as (task, sink, told):
            await send(tool, task, *words)
        assert told == []
        assert set(counted(sink)) == {("traps", "bad-credentials")}

    asyncio.run(work())


def discovery() -> bytes:
    """Return what a sender asks to learn our engine, its starts and its clock (RFC 3414 §4)."""
    head = b"".join((ber.integer(7), ber.integer(65_507), ber.octets(b"\x04"), ber.integer(3)))
    nobody = b"".join((ber.octets(b""), ber.integer(0), ber.integer(0), *([ber.octets(b"")] * 3)))
    nothing = b"".join((ber.integer(7), ber.integer(0), ber.integer(0), ber.tlv(ber.SEQUENCE, b"")))
    asked = ber.octets(b"") + ber.octets(b"") + ber.tlv(ber.GET, nothing)
    parts = (ber.integer(3), ber.tlv(ber.SEQUENCE, head), ber.octets(ber.tlv(ber.SEQUENCE, nobody)))
    return ber.tlv(ber.SEQUENCE, b"".join((*parts, ber.tlv(ber.SEQUENCE, asked))))


def test_our_engine_is_the_same_after_every_start_and_has_started_later() -> None:
    """Senders refuse an engine whose starts go back (RFC 3414 §3.2): ours are the seconds since 2020."""
    for since_2020 in (200_000_000, 200_000_100):
        task = TrapTask((source(),), FakeClock(1_577_836_800.0 + since_2020))
        sink = FakeSink()
        (answer,) = task.take(discovery(), ("127.0.0.1", 4000), sink)
        assert sending_engine(answer) == engine_id("camden", USER)
        assert ber.octets(engine_id("camden", USER)) + ber.integer(since_2020) in answer
        assert sink.increments == []


def test_an_engine_that_refused_much_is_made_anew() -> None:
    """It remembers everybody who claimed to speak to it."""
    task, sink = TrapTask((source(SnmpCommunity("secret")),), FakeClock()), FakeSink()

    def engine() -> TrapEngine:
        task.take(b"nonsense", ("127.0.0.1", 4000), sink)
        (one,) = task._engines.values()  # noqa: SLF001  its memory is what is meant
        return one

    first = engine()
    assert len({id(engine()) for _ in range(999)} | {id(first)}) == 1
    assert engine() is not first


def test_an_address_that_the_inventory_does_not_know_is_not_parsed() -> None:
    async def work() -> None:
        async with listening(source(address="127.0.0.2")) as (task, sink, told):
            await send("snmptrap", task, "-v2c", "-c", "secret")
            assert task.take(b"", ("10.9.9.9", 5), sink) == ()
        assert told == []
        assert counted(sink) == [("traps", "unknown-device")] * 2

    asyncio.run(work())


def test_two_boroughs_with_one_address_are_told_apart_by_their_keys() -> None:
    async def work() -> None:
        other = SnmpUser("roam-monitor", "another-borough-key", "another-borough-key")
        async with listening(source(other, owner="hackney"), source()) as (task, sink, told):
            assert await send("snmpinform", task, *v3()) == 0
            assert await send("snmptrap", task, *v3(), *ENGINE) == 0
        assert {one.owner for one in told} == {"camden"}
        assert counted(sink) == [("camden-wlc", "camden", "access-point-down")] * 2

    asyncio.run(work())


def test_a_port_that_is_taken_is_said() -> None:
    async def work() -> None:
        async with listening(source()) as (task, sink, _):
            again = TrapTask((source(),), FakeClock(), host="127.0.0.1", port=task.port)
            with pytest.raises(ListenError, match=f"127.0.0.1:{task.port} cannot be listened on"):
                await again.run(sink)

    asyncio.run(work())


FUZZED = TrapTask((source(), source(SnmpCommunity("secret"), "127.0.0.2")), FakeClock(), host="127.0.0.1")
WHOLE = bytes.fromhex(
    "304d0201010406736563726574a7400204012345670201000201003032300d06082b060102010103004301643021060a2b06010603010104"
    "0100 0613 2b06010401eea30b0206030800000000000000 00".replace(" ", "")
)


@settings(max_examples=150, deadline=None)
@given(datagram=st.binary(max_size=300) | st.integers(0, len(WHOLE)).map(lambda end: WHOLE[:end]))
@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2"])
def test_nothing_that_comes_raises(address: str, datagram: bytes) -> None:
    sink = FakeSink()
    FUZZED.take(datagram, (address, 4000), sink)
    assert len(sink.increments) <= 1


def test_a_datagram_that_is_too_large_is_not_parsed() -> None:
    sink = FakeSink()
    FUZZED.take(bytes(65_507), ("127.0.0.1", 4000), sink)
    assert counted(sink) == [("traps", "too-large")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {source: x, traps: {1.3.6: up}}", "bad.yml: ('traps', '1.3.6'): Input should be 'access-point-up'"),
        ("- {sauce: x, traps: {}}", "bad.yml: ('source',): Field required"),
        ("[", "bad.yml: it cannot be read: ParserError"),
    ],
)
def test_a_bad_table_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "bad.yml").write_text(text)
    with pytest.raises(SettingError) as refused:
        load_traps(tmp_path / "bad.yml")
    assert str(refused.value).startswith(said)


def test_every_trap_of_the_list_is_in_the_table() -> None:
    assert set(shipped_traps().values()) == set(Trap) - {Trap.OTHER}
