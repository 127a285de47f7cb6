"""Every panel asked while well and while broken: the story with fakes, and what is held against what."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from lab.cli.panels import summary, table
from lab.engine import FakeEngine, Result, State
from lab.errors import LabError
from lab.faults import parse
from lab.pki import Material, write
from lab.scenarios.alarms import Alarm, FakeEars
from lab.scenarios.panels import RIGHTLY, STAGES, FakeCrowd, LabCrowd, Pace, Reason, Row, Run, Stage, Visit, judge
from lab.scenarios.panels.judgement import fullest, most_telling
from lab.scenarios.panels.table import WELL
from lab.topology import NodeKind, container
from lab.watch import LabPrometheus
from monitor.dashboards import Answer, PanelQuery, dashboards, queries
from tests.lab.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lab.folder import Folder
    from lab.topology import Topology
    from roaming.model.network import Network


def _answer(value: str | None, error: str = "") -> Answer:
    return Answer(PanelQuery("roaming-x", "One", "A", "up"), {} if value is None else {"{}": value}, error)


@pytest.mark.parametrize(
    ("healthy", "faulted", "lacks"),
    [
        ("1", "0", ()),
        (None, "1", ("no series while healthy",)),
        ("1", None, ("no series while faulted",)),
        ("1", "1", ("no difference",)),
        ("0", "0", ("all nought", "no difference")),
    ],
)
def test_a_query_that_says_too_little_is_told(healthy: str | None, faulted: str | None, lacks: tuple[str, ...]) -> None:
    (row,) = judge([_answer(healthy)], [_answer(faulted)], {})
    assert (row.lacks, row.passed) == (lacks, not lacks)


@pytest.mark.parametrize(("what", "passed"), [("no difference", True), ("all nought", False)])
def test_a_reason_excuses_one_lack_and_no_other(what: str, passed: bool) -> None:  # noqa: FBT001
    (row,) = judge([_answer("1")], [_answer("1")], {"roaming-x / One / A": Reason(frozenset({what}), "for a reason")})
    assert row.passed is passed


@pytest.mark.parametrize(("one", "two", "kept"), [("1", "2", "2"), (None, "2", "2"), ("1", None, "1")])
def test_while_well_the_newest_answer_with_series_is_kept(one: str | None, two: str | None, kept: str) -> None:
    assert fullest([_answer(one)], [_answer(two)]) == (_answer(kept),)


@pytest.mark.parametrize(("one", "two", "kept"), [("1", "0", "0"), ("0", "1", "0"), ("0", "2", "0"), ("1", None, "1")])
def test_while_broken_the_answer_that_tells_most_is_kept(one: str | None, two: str | None, kept: str) -> None:
    assert most_telling([_answer("1")], [_answer(one)], [_answer(two)]) == (_answer(kept),)


@dataclass
class World:
    """A Prometheus and a breaker in one: queries change with the number of faults, `stubborn` ones never do."""

    stubborn: frozenset[str] = frozenset()
    broken: list[str] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def instant(self, expressions: Sequence[str], at: float | None) -> Sequence[Mapping[str, Any]]:
        assert at is None
        self.asked += expressions
        return [self._body(expression) for expression in expressions]

    def _body(self, expression: str) -> dict[str, Any]:
        value = 15 if "interval" in expression or expression in self.stubborn else 1 + len(self.broken)
        return {"status": "success", "data": {"result": [{"metric": {}, "value": [0, str(value)]}]}}

    def break_all(self, names: Sequence[str]) -> None:
        self.broken += names

    def mend_all(self, names: Sequence[str]) -> None:
        self.mended += names


BREAKS = (Stage("one", (Visit("a", "b"),), ("f:1",)), Stage("two", (), ("f:2",)))


def _run(world: World, crowd: FakeCrowd, stages: Sequence[Stage] = BREAKS, alarms: float = 0.0) -> Run:
    clock = Clock(0)
    ears = FakeEars(clock, [(0.0, alarms, Alarm("HubDown", "operator"))])
    return Run(world, world, crowd, ears, Pace(30, 10, 1), stages=stages, rightly={}, clock=clock, sleep=clock.sleep)


def test_faults_come_in_stages_until_every_query_tells_and_go_again() -> None:
    world, crowd = World(), FakeCrowd()
    rows = _run(world, crowd, alarms=5).play()
    places = [query.place for board in dashboards().values() for query in queries(board)]
    assert [row.place for row in rows] == places
    assert [row.place for row in rows if "interval" not in _expr(row)] == [row.place for row in rows if row.passed]
    assert world.broken == ["f:1", "f:2"]
    assert world.mended == ["f:1", "f:2"]
    assert crowd.came == [*WELL.visits, *WELL.visits, Visit("a", "b"), Visit("a", "b")]


def _expr(row: Row) -> str:
    found = {query.place: query.expr for board in dashboards().values() for query in queries(board)}
    return found[row.place].replace("$__rate_interval", "")


def test_intervals_are_those_of_the_monitor() -> None:
    world = World()
    _run(world, FakeCrowd()).play()
    assert not [expression for expression in world.asked if "$" in expression and "$1" not in expression]
    assert any("[60000ms]" in expression for expression in world.asked)
    assert any("[180000ms]" in expression for expression in world.asked)


def test_a_lab_that_is_never_well_is_not_broken_further() -> None:
    world = World()
    with pytest.raises(LabError, match="the lab is not well after 30 s: HubDown rings"):
        _run(world, FakeCrowd(), alarms=1000).play()
    assert not world.broken


class Angry(World):
    def break_all(self, names: Sequence[str]) -> None:
        super().break_all(names)
        message = "hub-east: does not obey"
        raise LabError(message)


def test_what_was_broken_is_mended_when_the_story_ends_early() -> None:
    world = Angry()
    with pytest.raises(LabError, match="does not obey"):
        _run(world, FakeCrowd()).play()
    assert world.mended == ["f:1", "f:2"]


def test_the_table_says_why() -> None:
    rows = (
        Row("a", 1, 1, (), ""),
        Row("b", 0, 0, ("no series while healthy", "no difference"), "the lab has no GovWifi"),
        Row("c", 0, 0, ("all nought", "no difference"), ""),
    )
    assert summary(rows) == "3 queries: 1 differ, 1 rightly do not, 1 should"
    assert list(table(rows).columns[3].cells) == [
        "yes",
        "no: the lab has no GovWifi",
        "all nought, no difference",
    ]


def test_what_is_done_can_be_done_in_the_labs_inventory(topology: Topology, network: Network) -> None:
    for stage in (WELL, *STAGES):
        for fault in stage.faults:
            assert str(parse(topology, fault)) == fault
        for visit in stage.visits:
            assert topology.node(visit.point).kind is NodeKind.ACCESS_POINT
            assert visit.home in network.boroughs_by_slug


def test_every_reason_is_of_a_query_that_there_is() -> None:
    places = {query.place for board in dashboards().values() for query in queries(board)}
    assert RIGHTLY.keys() <= places
    assert all(reason.why and reason.lacks for reason in RIGHTLY.values())


@pytest.fixture
def furnished(where: Folder, material: Material) -> Folder:
    write(material, where.secrets)
    return where


@dataclass
class Device:
    """What is executed in containers, and what it gets and says."""

    answer: Result
    inputs: list[str] = field(default_factory=list)

    def __call__(self, _name: str, _argv: Sequence[str], stdin: str | None, _env: Mapping[str, str]) -> Result:
        self.inputs.append(stdin or "")
        return self.answer


def _engine(topology: Topology, device: Device) -> FakeEngine:
    names = [container(topology, node) for node in topology.nodes]
    return FakeEngine(running={name: State(name, "running", 0, 1, "image") for name in names}, answer=device)


def test_somebody_signs_in_and_no_password_is_seen(topology: Topology, furnished: Folder) -> None:
    device = Device(Result(0, '{"result": "accepted"}', ""))
    engine = _engine(topology, device)
    LabCrowd(engine, topology, furnished).come(Visit("hackney-th-ap1", "camden", stays=True))
    assert engine.calls == [("exec", "lab-hackney-th-ap1", "lab-client", "--timeout", "10", "--stay")]
    password = (furnished.secrets / "camden" / "probe-password").read_text().strip()
    assert f'password="{password}"\n' in device.inputs[0]


def test_a_stranger_has_a_name_that_nobody_has(topology: Topology, furnished: Folder) -> None:
    device = Device(Result(1, '{"result": "rejected"}', ""))
    LabCrowd(_engine(topology, device), topology, furnished).come(Visit("hackney-th-ap1", "camden", known=False))
    assert 'identity="nobody@camden.gov.uk"\n' in device.inputs[0]


def test_a_supplicant_that_cannot_be_run_is_named(topology: Topology, furnished: Folder) -> None:
    device = Device(Result(127, "", "lab-client: not found"))
    with pytest.raises(LabError, match="hackney-th-ap1: no supplicant could be run: lab-client: not found"):
        LabCrowd(_engine(topology, device), topology, furnished).come(Visit("hackney-th-ap1", "camden"))


def test_prometheus_is_asked_everything_at_once(topology: Topology) -> None:
    device = Device(Result(0, '[{"status": "success"}, {"status": "error"}]', ""))
    found = LabPrometheus(_engine(topology, device), "lab-prometheus").instant(["up", "1"], None)
    assert [body["status"] for body in found] == ["success", "error"]
    assert json.loads(device.inputs[0])["expressions"] == ["up", "1"]


def test_a_prometheus_that_does_not_answer_is_said(topology: Topology) -> None:
    device = Device(Result(1, "", "Connection refused"))
    with pytest.raises(LabError, match="lab-prometheus does not answer: Connection refused"):
        LabPrometheus(_engine(topology, device), "lab-prometheus").instant(["up"], None)
