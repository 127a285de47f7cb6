"""Faults: what is asked of which container, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.engine import FakeEngine, Result, State
from lab.errors import LabError
from lab.faults import Fault, FaultKind, clear_all, faulty, parse, set_fault
from lab.topology import Topology, container, lay_out
from roaming.load import load

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@pytest.fixture(scope="module")
def topology(repository: Path) -> Topology:
    return lay_out(load(repository / "lab" / "inventory").network, "x").topology


@pytest.fixture
def engine(topology: Topology) -> FakeEngine:
    names = [container(topology, node) for node in topology.nodes]
    return FakeEngine(running={name: State(name, "running", 0, 1, "image") for name in names})


def _asked(engine: FakeEngine) -> list[tuple[str, str]]:
    return [(call[1], call[-1]) for call in engine.calls if call[0] == "exec"]


def test_a_fault_is_read_as_it_is_spelled(topology: Topology) -> None:
    for text in ("hub-stopped:hub-east", "hub-blackholed:hub-west", "server-stopped:hackney-home-1"):
        assert str(parse(topology, text)) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hub-melted:hub-east", "there is no fault 'hub-melted'; there are hub-stopped:NODE, hub-blackholed:NODE,"),
        ("hub-stopped:hub-north", "the lab has no 'hub-north'; it has hub-east, hub-west"),
        ("hub-stopped:camden-rad-1", "hub-stopped is for a hub, and camden-rad-1 is a radius-server"),
        ("hub-stopped", "the lab has no ''"),
    ],
)
def test_what_is_no_fault_is_refused_with_what_there_is(topology: Topology, text: str, message: str) -> None:
    with pytest.raises(LabError) as caught:
        parse(topology, text)
    assert str(caught.value).startswith(message)


def test_a_stopped_hub_has_its_daemon_stopped(engine: FakeEngine, topology: Topology) -> None:
    set_fault(engine, topology, parse(topology, "hub-stopped:hub-east"))
    assert _asked(engine) == [("x-hub-east", "service radsecproxy stop && touch /run/lab-stopped")]


def test_a_black_hole_is_on_the_federations_side_only(engine: FakeEngine, topology: Topology) -> None:
    set_fault(engine, topology, parse(topology, "hub-blackholed:hub-east"))
    ((where, script),) = _asked(engine)
    assert where == "x-hub-east"
    assert "-s 10.213.0.0/20 -j DROP" in script
    assert "-d 10.213.0.0/20 -j DROP" in script
    assert "10.213.16.0" not in script


def test_a_fault_is_taken_back_even_when_the_test_fails(engine: FakeEngine, topology: Topology) -> None:
    fault = Fault(FaultKind.HUB_STOPPED, topology.node("hub-west"))
    with pytest.raises(ZeroDivisionError), faulty(engine, topology, fault):
        raise ZeroDivisionError
    assert "service radsecproxy start" in _asked(engine)[-1][1]


def test_clear_visits_every_hub_and_server(engine: FakeEngine, topology: Topology) -> None:
    clear_all(engine, topology)
    assert {where for where, _ in _asked(engine)} == {
        "x-hub-east",
        "x-hub-west",
        "x-camden-rad-1",
        "x-camden-rad-2",
        "x-hackney-proxy-1",
        "x-hackney-home-1",
        "x-islington-rad-1",
    }


def test_a_device_that_does_not_obey_is_named_with_its_words(engine: FakeEngine, topology: Topology) -> None:
    def answer(container: str, argv: Sequence[str], stdin: str | None, env: Mapping[str, str]) -> Result:
        del container, argv, stdin, env
        return Result(1, "", "radsecproxy: unrecognized service\n")

    engine.answer = answer
    with pytest.raises(LabError, match="hub-east: service radsecproxy stop failed: radsecproxy: unrecognized service"):
        set_fault(engine, topology, parse(topology, "hub-stopped:hub-east"))
