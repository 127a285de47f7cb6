from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from roaming.errors import PushError
from roaming.load import load
from roaming.model.bundle import DeviceBundle, DeviceKind, RemoteFile
from roaming.plan import Change, DevicePlan, FileChange, Plan, ServiceAction, Unreachable, waves
from roaming.push import Engine, FakeCarrier, FakeLinks, Job, MemoryJournal, Outcome, StopRule, open_devices
from roaming.push.states import FINAL, State, following
from roaming.secrets import FingerprintKey
from roaming.targets import TARGETS, Action
from roaming.transport import Access

if TYPE_CHECKING:
    from pathlib import Path

    from roaming.model.network import Network

KINDS = {
    "camden-rad-1": DeviceKind.RADIUS_SERVER,
    "camden-rad-2": DeviceKind.RADIUS_SERVER,
    "islington-rad-1": DeviceKind.RADIUS_SERVER,
    "hub-east": DeviceKind.HUB,
    "hub-west": DeviceKind.HUB,
    "camden-th-ap1": DeviceKind.ACCESS_POINT,
}


@pytest.fixture(scope="module")
def network(repository: Path) -> Network:
    return load(repository / "lab" / "inventory").network


def device(name: str) -> DeviceBundle:
    return DeviceBundle("x", "", name, KINDS[name], "radsecproxy", "1", ())


def pending(name: str, action: Action = Action.RESTART) -> DevicePlan:
    change = FileChange("/f", Change.CREATED, "", None, RemoteFile(b"c4n4ry", 0o644, "root", "root"))
    return DevicePlan(device(name), (change,), (ServiceAction("radsecproxy", action),))


@dataclass
class FullJournal(MemoryJournal):
    """A journal whose disk is full after some lines."""

    most: int | None = None

    def note(self, event: str, **details: object) -> None:
        if self.most is not None and len(self.lines) >= self.most:
            message = "the journal cannot be written: No space left on device"
            raise PushError(message)
        super().note(event, **details)


class Push:
    """One run of the engine over fakes."""

    def __init__(
        self, network: Network, plan: Plan, links: FakeLinks, full_at: int | None = None, **outcomes: Outcome
    ) -> None:
        self.carrier = FakeCarrier({name.replace("_", "-"): outcome for name, outcome in outcomes.items()})
        self.journal = FullJournal([], full_at)
        engine = Engine(
            network=network,
            carrier=lambda _: self.carrier,
            journal=self.journal,
            key=FingerprintKey(b"k"),
            links=links,
            job=lambda plan: Job(plan, TARGETS["radsecproxy"], Access(plan.device.name, "h", 22, "root")),
            rule=StopRule(max_failures=99),
        )
        self.run = engine.push(plan, waves(plan.pending, network))
        self.results = {result.device: result for result in self.run.results}

    @property
    def outcomes(self) -> dict[str, str]:
        return {name: result.outcome.value for name, result in self.results.items()}


def everything(*unreachable: str) -> Plan:
    devices = tuple(pending(name) for name in KINDS if name not in unreachable)
    return Plan(devices, tuple(Unreachable(device(name), "no connection") for name in unreachable))


def test_everything_goes_in_its_wave(network: Network) -> None:
    links = FakeLinks()
    push = Push(network, everything(), links)
    assert push.carrier.waves == [
        ("camden-rad-1",),
        ("camden-rad-2", "islington-rad-1"),
        ("hub-east",),
        ("hub-west",),
        ("camden-th-ap1",),
    ]
    assert set(push.outcomes.values()) == {"changed"}
    assert links.waited == ["camden-rad-1", "hub-east"]


def test_a_reload_needs_no_wait(network: Network) -> None:
    links = FakeLinks()
    Push(network, Plan((pending("hub-east", Action.RELOAD), pending("hub-west"))), links)
    assert links.waited == []


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.UNREACHABLE, Outcome.UNKNOWN])
def test_a_canary_that_fails_stops_the_run_and_everybody_is_accounted_for(network: Network, outcome: Outcome) -> None:
    push = Push(network, everything(), FakeLinks(), camden_rad_1=outcome)
    assert push.outcomes == {**dict.fromkeys(KINDS, "held"), "camden-rad-1": outcome.value}
    assert push.results["hub-east"].words.startswith("not touched: the run stopped, ")
    assert push.run.stopped is not None
    assert push.journal.lines[-1][0] == "outcome"


def test_one_that_nobody_knows_stops_the_run_although_failures_are_allowed(network: Network) -> None:
    push = Push(network, everything(), FakeLinks(), islington_rad_1=Outcome.UNKNOWN)
    assert push.outcomes["camden-rad-2"] == "changed"
    assert push.outcomes["hub-east"] == "held"
    assert push.run.stopped == "nobody can say what islington-rad-1 runs: see to it by hand first"


def test_a_failure_that_is_allowed_stops_nobody(network: Network) -> None:
    push = Push(network, everything(), FakeLinks(), islington_rad_1=Outcome.REFUSED)
    assert push.outcomes == {**dict.fromkeys(KINDS, "changed"), "islington-rad-1": "refused"}
    assert push.run.stopped is None


def test_a_journal_that_fails_stops_the_run(network: Network) -> None:
    push = Push(network, everything(), FakeLinks(), full_at=3)
    assert set(push.outcomes) == set(KINDS)
    assert push.outcomes["islington-rad-1"] == "held"
    assert push.run.stopped == "the journal cannot be written: No space left on device"


def test_a_hub_that_cannot_be_reached_keeps_the_other_as_it_is(network: Network) -> None:
    push = Push(network, everything("hub-west"), FakeLinks())
    assert push.outcomes["hub-west"] == "unreachable"
    assert push.outcomes["hub-east"] == "held"
    assert push.outcomes["camden-rad-2"] == "changed"


def test_a_server_that_is_not_found_again_keeps_its_partner_as_it_is(network: Network) -> None:
    push = Push(network, everything(), FakeLinks(lost=frozenset({"camden-rad-1"})))
    assert push.outcomes["camden-rad-1"] == "changed"
    assert push.outcomes["camden-rad-2"] == "held"
    assert "those connected with it before are not back" in push.results["camden-rad-2"].words


def test_the_journal_knows_beforehand_and_holds_no_content(network: Network) -> None:
    push = Push(network, Plan((pending("hub-east"),)), FakeLinks())
    assert [event for event, _ in push.journal.lines] == ["device", "step", "outcome"]
    assert push.journal.lines[0][1]["files"] == [
        {"path": "/f", "change": "created", "before": None, "after": FingerprintKey(b"k").of(b"c4n4ry")}
    ]
    assert "c4n4ry" not in repr(push.journal.lines)


def test_what_was_begun_and_not_ended_is_open() -> None:
    lines: tuple[dict[str, object], ...] = (
        {"event": "device", "device": "a", "run": "1", "files": []},
        {"event": "outcome", "device": "a", "outcome": "changed"},
        {"event": "device", "device": "b", "run": "1", "files": [{"path": "/f", "before": None, "after": "abc"}]},
        {"event": "step", "device": "b", "state": "applied"},
        {"event": "device", "device": "c", "run": "2", "files": []},
        {"event": "outcome", "device": "c", "outcome": "unknown"},
    )
    found = open_devices(lines)
    assert {name: (one.run, one.state) for name, one in found.items()} == {
        "b": ("1", State.APPLIED),
        "c": ("2", State.PLANNED),
    }
    assert found["b"].prints.before == {"/f": None}
    assert found["b"].prints.after == {"/f": "abc"}


@pytest.mark.parametrize(
    ("run", "outcome", "open_still"),
    [
        ("1", "unreachable", True),
        ("2", "unreachable", True),
        ("2", "held", True),
        ("2", "refused", False),
        ("2", "changed", False),
        ("2", "unknown", True),
    ],
)
def test_only_what_was_read_ends_a_device_that_was_armed(run: str, outcome: str, open_still: bool) -> None:  # noqa: FBT001  a case
    lines: tuple[dict[str, object], ...] = (
        {"event": "device", "device": "a", "run": "1", "files": []},
        {"event": "step", "device": "a", "run": "1", "state": "armed"},
        {"event": "outcome", "device": "a", "run": run, "outcome": outcome},
    )
    assert ("a" in open_devices(lines)) == open_still


def test_a_run_ends_itself_what_it_never_armed() -> None:
    lines: tuple[dict[str, object], ...] = (
        {"event": "device", "device": "a", "run": "1", "files": []},
        {"event": "step", "device": "a", "run": "1", "state": "backed-up"},
        {"event": "outcome", "device": "a", "run": "1", "outcome": "unreachable"},
    )
    assert open_devices(lines) == {}


def test_every_state_can_be_reached_and_ends() -> None:
    seen = {State.PLANNED}
    while (further := seen.union(*(following(state) for state in seen))) != seen:
        seen = further
    assert seen == set(State)
    assert {state for state in State if not following(state)} == FINAL - {State.SAVED}
    assert all(State.REVERT_UNKNOWN in following(state) for state in set(State) - FINAL)
