"""A controller's tables as snmpd asks for them: line by line, a name or the one that follows it."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.devices.snmp import Model, Population, ber, cells
from lab.devices.snmp.persist import read, serve, spoken

if TYPE_CHECKING:
    from pathlib import Path

FILE = """{"access_points": {"ap1": "02:00:0a:0c:1f:00", "ap2": "02:00:0a:0c:20:00"},
"ssids": ["govroam"], "servers": ["10.12.0.11"]}"""
CISCO = ".1.3.6.1.4.1.14179.2"
AP1, AP2 = "2.0.10.12.31.0", "2.0.10.12.32.0"
POPULATION = read(FILE)


def ask(lost: Path, *lines: str) -> list[str]:
    said = StringIO()
    serve(POPULATION, lost, StringIO("".join(f"{line}\n" for line in lines)), said)
    return said.getvalue().splitlines()


@pytest.fixture
def lost(tmp_path: Path) -> Path:
    return tmp_path / "lost"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("PING",), ["PONG"]),
        (("get", f"{CISCO}.2.1.1.3.{AP1}"), [f"{CISCO}.2.1.1.3.{AP1}", "octet", "61 70 31"]),
        (("get", f"{CISCO}.2.1.1.3.2.0.0.0.0.0"), ["NONE"]),
        (("getnext", f"{CISCO}.2.1.1.6"), [f"{CISCO}.2.1.1.6.{AP1}", "integer", "1"]),
        (("getnext", f"{CISCO}.2.1.1.6.{AP1}"), [f"{CISCO}.2.1.1.6.{AP2}", "integer", "1"]),
        (("getnext", CISCO), [f"{CISCO}.1.1.1.2.1", "octet", "67 6f 76 72 6f 61 6d"]),
        (("get", f"{CISCO}.5.1.1.2.1"), [f"{CISCO}.5.1.1.2.1", "ipaddress", "10.12.0.11"]),
        (("get", f"{CISCO}.5.3.1.6.1"), [f"{CISCO}.5.3.1.6.1", "timeticks", "1"]),
        (("get", f"{CISCO}.5.3.1.7.1"), [f"{CISCO}.5.3.1.7.1", "counter", "701"]),
        (("getnext", f"{CISCO}.5.3.1.15.1"), ["NONE"]),
        (("set", f"{CISCO}.5.3.1.7.1", "counter 0", "PING"), ["not-writable", "PONG"]),
        (("get", "rubbish", "PING"), ["NONE", "PONG"]),
    ],
)
def test_snmpd_is_answered(lost: Path, asked: tuple[str, ...], said: list[str]) -> None:
    assert ask(lost, *asked) == said


def test_a_walk_gives_every_cell_once_and_ends(lost: Path) -> None:
    found, name = [], CISCO
    while (answer := ask(lost, "getnext", name)) != ["NONE"]:
        name = answer[0]
        found.append(name)
    every = [f".{'.'.join(map(str, key))}" for key in sorted(cells(Model.CATALYST_9800, POPULATION))]
    assert found == [name for name in every if name.startswith(CISCO)]


def test_a_lost_access_point_is_not_associated_and_others_have_its_clients(lost: Path) -> None:
    radios = [f"{CISCO}.2.13.1.{column}.{mac}.1" for column in (3, 4) for mac in (AP1, AP2)]

    def values() -> list[str]:
        names = (f"{CISCO}.2.1.1.6.{AP1}", f"{CISCO}.2.1.1.6.{AP2}", *radios)
        return [ask(lost, "get", name)[-1] for name in names]

    assert values() == ["1", "1", "7", "14", "1", "2"]
    lost.touch()
    assert values() == ["1", "2", "21", "NONE", "3", "NONE"]
    lost.unlink()
    assert values() == ["1", "1", "7", "14", "1", "2"]


@pytest.mark.parametrize(
    ("count", "lost", "clients", "busy"),
    [(3, 1, [3, 4], [21, 28]), (40, 39, [780], [100])],
    ids=["a share of three is rounded up", "a channel is in use at most always"],
)
def test_others_share_the_clients_of_the_lost(count: int, lost: int, clients: list[int], busy: list[int]) -> None:
    names = [f"ap{place}" for place in range(count)]
    found = cells(Model.CATALYST_9800, Population(names, lost=frozenset(names[-lost:])))
    radios = [(*ber.oid(CISCO[1:]), 2, 13, 1, column) for column in (4, 3)]
    # Of the second radio of each: the last number of its name is the slot.
    values = [[found[key] for key in sorted(found) if key[:12] == radio and key[-1] == 1] for radio in radios]
    assert values == [[ber.integer(one) for one in column] for column in (clients, busy)]


def test_when_all_are_lost_nobody_has_their_clients() -> None:
    names = ["a", "b"]
    found = cells(Model.CATALYST_9800, Population(names, lost=frozenset(names)))
    assert not [key for key in found if key[:10] == (*ber.oid(CISCO[1:]), 2, 13)]


@given(st.integers(-(2**31), 2**31 - 1))
def test_law_an_integer_may_be_negative(number: int) -> None:
    assert spoken(ber.integer(number)) == ("integer", str(number))


@given(st.integers(0, 2**32 - 1))
def test_law_numbers_are_spoken_as_they_are(number: int) -> None:
    assert spoken(ber.counter(number)) == ("counter", str(number))
    assert spoken(ber.gauge(number)) == ("gauge", str(number))
    assert spoken(ber.ticks(number)) == ("timeticks", str(number))
