"""The fault table: what is expected, how a row is played, and what is made of it."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from lab.cli.alarms import document, table, verdict
from lab.engine import FakeEngine, Result, State
from lab.errors import LabError
from lab.faults import parse
from lab.scenarios.alarms import ROWS, Alarm, Call, Expected, FakeEars, LabEars, Outcome, Pace, Row, Run, chosen, judge
from lab.topology import Topology, lay_out
from monitor.alerts import Settings, alerts
from tests.lab.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roaming.model.network import Network
    from tests.conftest import Golden

DOWN = Alarm("HubDown", "operator", "hub-east")
OTHER = Alarm("HubDown", "operator", "hub-west")
PAIR = Alarm("PairDown", "camden", "hackney")
DOG = Alarm("Watchdog", "watchdog")
ROW = Row("hub", "a hub", ("hub-stopped:hub-east",), (Expected("HubDown", "operator", "hub-east"),))


@pytest.fixture(scope="module")
def topology(network: Network) -> Topology:
    return lay_out(network, "x").topology


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_speaks_of_what_there_is(row: Row, topology: Topology) -> None:
    for fault in row.faults:
        assert str(parse(topology, fault)) == fault
    assert {one.name for one in row.expected} <= {alert.name for alert in alerts(Settings())}
    owners = {node.owner for node in topology.nodes} | {"operator"}
    assert {one.owner for one in row.expected} <= owners


def test_alerts_that_are_held_back_are_those_that_wait_for_ways_to_settle() -> None:
    waiting = {alert.name for alert in alerts(Settings()) if "settling" in alert.expression}
    for row in ROWS:
        assert row.held == {one.owner for one in row.expected if one.name in waiting}, row.name


def test_rows_are_chosen_by_name_in_the_order_of_the_table() -> None:
    assert [row.name for row in chosen(["hub-stopped", "home-stopped"])] == ["home-stopped", "hub-stopped"]
    assert chosen([]) == ROWS
    with pytest.raises(LabError, match="there is no row 'flood'; there are two-boroughs, single-server-stopped,"):
        chosen(["flood"])


@pytest.mark.parametrize(
    ("calls", "fired", "missing", "false"),
    [
        ([(3, DOWN)], [(DOWN, 3.0)], 0, []),
        ([(5, DOWN), (3, DOWN), (9, DOWN)], [(DOWN, 3.0)], 0, []),
        ([(1, DOG), (3, DOWN)], [(DOWN, 3.0)], 0, []),
        ([], [], 1, []),
        ([(2, OTHER)], [], 1, [OTHER]),
        ([(2, PAIR), (3, DOWN)], [(DOWN, 3.0)], 0, [PAIR]),
        ([(2, Alarm("HubDown", "camden", "hub-east"))], [], 1, [Alarm("HubDown", "camden", "hub-east")]),
    ],
)
def test_calls_are_held_against_a_row(
    calls: list[tuple[float, Alarm]], fired: list[tuple[Alarm, float]], missing: int, false: list[Alarm]
) -> None:
    outcome = judge(ROW, [Call(100 + at, (one,)) for at, one in calls], 100, 7)
    assert outcome.fired == tuple(fired)
    assert len(outcome.missing) == missing
    assert outcome.false == tuple(false)
    assert outcome.passed == (not missing and not false)


def test_a_row_that_never_heals_has_not_passed() -> None:
    outcome = judge(ROW, [Call(103, (DOWN,))], 100, None)
    assert (outcome.passed, outcome.detected_s, outcome.healed_s) == (False, 3.0, None)


def test_what_is_expected_of_one_thing_is_not_met_by_another() -> None:
    two = Row(
        "hubs", "two", (), (Expected("HubDown", "operator", "hub-east"), Expected("HubDown", "operator", "hub-west"))
    )
    assert judge(two, [Call(1, (DOWN,))], 0, 1).missing == two.expected[1:]
    assert judge(two, [Call(1, (DOWN, OTHER))], 0, 1).passed


@dataclass
class Breaker:
    """Breaks at once, and remembers when."""

    clock: Clock
    log: list[tuple[str, float, tuple[str, ...]]] = field(default_factory=list)
    fails: bool = False

    def break_all(self, names: Sequence[str]) -> None:
        self.log.append(("break", self.clock.now, tuple(names)))
        if self.fails:
            message = "hub-east does not obey"
            raise LabError(message)

    def mend_all(self, names: Sequence[str]) -> None:
        self.log.append(("mend", self.clock.now, tuple(names)))


PACE = Pace(patience_s=60, settling_s=20, healing_s=100, look_s=1)


def _play(*script: tuple[float, float, Alarm]) -> tuple[Outcome, Breaker, Clock]:
    """Play a row that begins at 1000 with alarms that begin and end so many seconds later."""
    clock = Clock(1000)
    breaker = Breaker(clock)
    ears = FakeEars(clock, [(1000 + begins, 1000 + ends, one) for begins, ends, one in script])
    return Run(breaker, ears, PACE, clock=clock, sleep=clock.sleep).play(ROW), breaker, clock


def test_a_row_is_broken_called_left_alone_and_mended() -> None:
    outcome, breaker, _ = _play((10, 45, DOWN))
    assert outcome == Outcome(ROW, ((DOWN, 10.0),), (), (), 15.0)
    assert [(what, at - 1000) for what, at, _ in breaker.log] == [("break", 0), ("mend", 30)]


def test_a_row_waits_for_silence_first() -> None:
    _, breaker, _ = _play((-50, 12, PAIR), (20, 40, DOWN))
    assert breaker.log[0][:2] == ("break", 1012)


def test_a_row_whose_alert_is_held_back_waits_until_ways_are_settled() -> None:
    clock = Clock(1000)
    breaker = Breaker(clock)
    unreachable = Alarm("HomeBoroughUnreachable", "hackney", "hackney")
    row = Row("home", "a home", ("x",), (Expected("HomeBoroughUnreachable", "hackney"),))
    ears = FakeEars(clock, [(1060, 1080, unreachable)], changes_until=1050)
    assert Run(breaker, ears, PACE, clock=clock, sleep=clock.sleep).play(row).detected_s == 10
    assert breaker.log[0][1] == 1050


def test_what_comes_while_it_settles_or_heals_is_false() -> None:
    outcome, *_ = _play((5, 30, DOWN), (20, 21, PAIR), (26, 40, OTHER))
    assert outcome.false == (OTHER, PAIR)
    assert not outcome.passed


def test_what_was_called_for_before_does_not_count() -> None:
    outcome, *_ = _play((-100, -50, PAIR), (5, 20, DOWN))
    assert outcome.passed


def test_what_never_comes_ends_with_patience() -> None:
    outcome, breaker, _ = _play()
    assert outcome.missing == ROW.expected
    assert breaker.log[1][1] - breaker.log[0][1] == PACE.patience_s + PACE.settling_s


def test_a_lab_that_is_never_silent_is_not_broken() -> None:
    clock = Clock(1000)
    breaker = Breaker(clock)
    ears = FakeEars(clock, [(0, 9999, PAIR)])
    with pytest.raises(LabError, match="before hub: not silent after 100 s: PairDown rings"):
        Run(breaker, ears, PACE, clock=clock, sleep=clock.sleep).play(ROW)
    assert breaker.log == []


def test_what_half_broke_is_mended() -> None:
    clock = Clock(1000)
    breaker = Breaker(clock, fails=True)
    with pytest.raises(LabError, match="does not obey"):
        Run(breaker, FakeEars(clock), PACE, clock=clock, sleep=clock.sleep).play(ROW)
    assert [what for what, *_ in breaker.log] == ["break", "mend"]


LINE = {
    "at": 12.5,
    "receiver": "hackney",
    "alerts": [
        {"status": "firing", "labels": {"alertname": "SiteDown", "owner": "hackney", "site": "service-centre"}},
        {"status": "resolved", "labels": {"alertname": "AccessPointDown", "owner": "hackney", "site": "x"}},
    ],
}


def _ears(
    topology: Topology, ringing: Sequence[str] = ("Watchdog",), found: Mapping[str, object] | None = None
) -> LabEars:
    """Return ears whose Prometheus finds something for expressions that hold a word, or does not answer at all."""

    def answer(container: str, argv: Sequence[str], stdin: str | None, env: Mapping[str, str]) -> Result:
        del stdin, env
        if container == "x-pager":
            return Result(0, json.dumps(LINE) + "\n", "")
        if container == "x-alertmanager":
            return Result(0, json.dumps([{"labels": {"alertname": name}} for name in ringing]), "")
        if found is None:
            return Result(1, "", "refused")
        rows = [{"metric": labels} for word, labels in found.items() if word in argv[-1]]
        return Result(0, json.dumps({"data": {"result": rows}}), "")

    names = ("x-pager", "x-alertmanager", "x-prometheus")
    running = {name: State(name, "running", 0, 1, "") for name in names}
    return LabEars(FakeEngine(running=running, answer=answer), topology)


def test_a_notification_is_read_with_who_was_called(topology: Topology) -> None:
    assert _ears(topology).calls() == (Call(12.5, (Alarm("SiteDown", "hackney", "service-centre"),)),)


@pytest.mark.parametrize(
    ("ringing", "found", "unrest"),
    [
        (("Watchdog",), {}, ()),
        ((), {}, ("no Watchdog",)),
        (("Watchdog", "PairDown"), {}, ("PairDown rings",)),
        (("Watchdog",), {"ALERTS": {"unrest": "alerts", "alertname": "SiteDown"}}, ("alerts SiteDown",)),
        (("Watchdog",), {"absent": {"unrest": "no matrix"}}, ("no matrix",)),
    ],
)
def test_unrest_is_said_in_words(
    topology: Topology, ringing: tuple[str, ...], found: dict[str, object], unrest: tuple[str, ...]
) -> None:
    assert _ears(topology, ringing, found).unrest() == unrest


def test_ways_that_change_are_those_of_hubs_and_of_the_boroughs_in_question(topology: Topology) -> None:
    ears = _ears(topology, found={"owner%3D~%22camden%7Chackney%22": {}})
    assert ears.changing({"hackney", "camden"})
    assert not ears.changing({"islington"})


def test_an_observer_that_does_not_answer_is_named(topology: Topology) -> None:
    with pytest.raises(LabError, match="prometheus does not answer http://127"):
        _ears(topology).unrest()


OUTCOMES = [
    Outcome(ROW, ((DOWN, 12.34),), (), (), 41.0),
    Outcome(ROW, (), ROW.expected, (PAIR,), None),
]


def test_the_table_shows_what_came(golden: Golden) -> None:
    console = Console(width=160, file=io.StringIO(), force_terminal=False)
    with console.capture() as captured:
        console.print(table(OUTCOMES))
    golden("lab/alarms.txt", captured.get())


def test_a_line_says_how_a_row_went() -> None:
    assert [verdict(outcome) for outcome in OUTCOMES] == [
        "as expected, after 12 s",
        "HubDown hub-east is missing, PairDown hackney (camden) is false, it does not heal",
    ]


def test_json_says_the_same(golden: Golden) -> None:
    golden("lab/alarms.json", json.dumps(document(OUTCOMES), indent=2) + "\n")
