"""The matrix as a task: what it gives to the sink, and how it ends."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Event
from typing import TYPE_CHECKING

import pytest

from monitor.probes import FakeAgents, KeptAgents, Matrix, Pace, Pair, Probe
from monitor.probes.shown import Shown
from monitor.sample import FakeSink, Result, SystemClock
from roaming.eap import (
    AgentSession,
    Conversation,
    FakeChannel,
    Outcome,
    Reason,
    answer_of,
)
from roaming.errors import SecretMissingError, TransportError
from tests.eap.conversations import GOOD
from tests.eap.home_server import Authority

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.probes import Agents

NAMES = ("camden", "hackney")
PAIRS = tuple(
    Pair(visited, home, home, f"{visited}-agent", ("tls",), (f"{visited}-rad-1",))
    for visited in NAMES
    for home in NAMES
)


def words(probe: Probe, proxy: str) -> Conversation | Outcome:
    if probe.pair.home == "hackney" and probe.pair.visited == "camden":
        return Outcome(Reason.SECRET_MISSING, "hackney/probe is missing", proxy, "")
    identity = f"roam-monitor-{probe.pair.visited}@{probe.pair.home}.gov.uk"
    return replace(GOOD, identity=identity, server=replace(GOOD.server, name=proxy))


def run(agents: Agents, until: Callable[[FakeSink], bool], overall: int = 8) -> FakeSink:
    """Run the matrix, ten times a second, until the sink holds what is waited for."""
    sink = FakeSink()
    matrix = Matrix(PAIRS, words, agents, pace=Pace(0.1, overall=overall), clock=SystemClock())

    async def work() -> None:
        task = asyncio.create_task(matrix.run(sink))
        async with asyncio.timeout(10):
            while not until(sink):  # noqa: ASYNC110  a sink has no event
                await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(work())
    return sink


def test_every_pair_is_told_and_a_missing_secret_teaches_nothing() -> None:
    agents = FakeAgents(lambda agent, said: Outcome(Reason.ACCEPTED, "in", said.server.name, agent, 100.0, 8))
    sink = run(agents, lambda found: len({(one.visited, one.home) for one in found.authentications}) == 4)
    told = {(one.visited, one.home): (one.result, one.passed) for one in sink.authentications}
    assert told.pop(("camden", "hackney")) == (Result.ERROR, None)
    assert set(told.values()) == {(Result.ACCEPT, True)}
    assert {one.labels for one in sink.increments} == {("probes", "secret-missing")}
    assert agents.closed
    assert {agent for agent, _ in agents.asked} == {"camden-agent", "hackney-agent"}


def test_what_one_pair_makes_of_us_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """It has its slot again and again, though there is one only."""

    def answer(agent: str, said: Conversation) -> Outcome:
        if said.identity == "roam-monitor-hackney@camden.gov.uk":
            raise ZeroDivisionError(said.login)
        return Outcome(Reason.ACCEPTED, "in", said.server.name, agent, 100.0, 8)

    def seen(found: FakeSink) -> bool:
        broken = sum(one.labels == ("probes", "internal") for one in found.increments)
        return broken >= 3 and len({(one.visited, one.home) for one in found.authentications}) == 3

    sink = run(FakeAgents(answer), seen, overall=1)
    told = {(one.visited, one.home): one.passed for one in sink.authentications}
    assert told == {("camden", "camden"): True, ("camden", "hackney"): None, ("hackney", "hackney"): True}
    assert {record.getMessage() for record in caplog.records} == {"camden at hackney: ZeroDivisionError in a probe"}


def test_a_session_that_cannot_be_closed_keeps_nobody() -> None:
    let_go, seen = Event(), list[bool]()

    class Hanging(FakeAgents):
        def close(self) -> None:
            let_go.wait(30)

    async def work() -> None:
        agents = Hanging(lambda agent, said: Outcome(Reason.ACCEPTED, "in", said.server.name, agent, 100.0, 8))
        task = asyncio.create_task(Matrix(PAIRS, words, agents, pace=Pace(0.1), clock=SystemClock()).run(FakeSink()))
        await asyncio.sleep(0.05)
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=10)
        seen.append(bool(done))
        let_go.set()

    asyncio.run(work())
    assert seen == [True]


def kept(open_agent: Callable[[str], FakeChannel]) -> KeptAgents:
    return KeptAgents(lambda name, malformed: AgentSession(open_agent(name), malformed))


def test_one_agent_is_down_and_one_talks_rubbish() -> None:
    accepted = "RADIUS message: code=1 (x\nRADIUS message: code=2 (x\nMPPE keys OK: 1  mismatch: 0\nSUCCESS"

    def open_agent(name: str) -> FakeChannel:
        if name == "camden-agent":
            message = "camden-agent: no connection"
            raise TransportError(message)
        return FakeChannel(lambda request: b"rubbish\n" + answer_of(accepted, int(str(request["id"]))))

    sink = run(kept(open_agent), lambda found: len({(one.visited, one.home) for one in found.authentications}) == 4)
    told = {(one.visited, one.home): one for one in sink.authentications}
    assert told["camden", "camden"].result is Result.ERROR
    assert told["camden", "camden"].sentence == "the agent cannot be reached: camden-agent: no connection"
    assert told["hackney", "camden"].passed
    assert {one.labels for one in sink.increments} == {
        ("probes", "secret-missing"),
        ("probes", "unreachable"),
        ("probes", "malformed"),
    }


def said() -> Conversation:
    found = words(Probe(PAIRS[0], "tls", ("rad-1",)), "rad-1")
    assert isinstance(found, Conversation)
    return found


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_agent_that_is_gone_is_asked_for_less_and_less() -> None:
    opened: list[float] = []
    clock = Clock()

    def open_agent(_name: str, _malformed: object) -> AgentSession:
        opened.append(clock.now)
        message = "no connection"
        raise TransportError(message)

    agents = KeptAgents(open_agent, clock)
    for second in range(300):
        clock.now = float(second)
        assert agents.converse("camden-agent", said()).reason is Reason.AGENT_UNREACHABLE
    gaps = [later - sooner for sooner, later in pairwise(opened)]
    assert gaps == [5, 10, 20, 40, 60, 60, 60]


def test_a_session_that_was_lost_is_opened_anew() -> None:
    accepted = "MPPE keys OK: 1  mismatch: 0\nRADIUS message: code=2 (x\nSUCCESS"
    channels = [FakeChannel(lambda request: answer_of(accepted, int(str(request["id"])))) for _ in range(2)]
    left = list(channels)
    clock = Clock()
    agents = KeptAgents(lambda _, malformed: AgentSession(left.pop(0), malformed), clock)
    assert agents.converse("camden-agent", said()).milliseconds is not None
    channels[0].close()
    assert agents.converse("camden-agent", said()).reason is Reason.AGENT_UNREACHABLE
    clock.now = 10.0
    assert agents.converse("camden-agent", said()).milliseconds is not None
    agents.close()
    clock.now = 1000.0
    assert agents.converse("camden-agent", said()).reason is Reason.AGENT_UNREACHABLE


@pytest.mark.parametrize(("well", "gaps"), [(False, [5, 10, 20, 40]), (True, [5, 5, 5, 5])])
def test_a_session_that_is_lost_at_once_is_not_opened_in_a_loop(*, well: bool, gaps: list[float]) -> None:
    """One that was of use meanwhile is opened again as soon as the first."""
    accepted = "MPPE keys OK: 1  mismatch: 0\nRADIUS message: code=2 (x\nSUCCESS"
    clock, opened = Clock(), list[float]()
    sessions: list[AgentSession] = []

    def open_agent(_name: str, malformed: Callable[[], None]) -> AgentSession:
        opened.append(clock.now)
        channel = FakeChannel(lambda request: answer_of(accepted, int(str(request["id"]))))
        sessions.append(AgentSession(channel, malformed))
        return sessions[-1]

    agents = KeptAgents(open_agent, clock)
    for second in range(100):
        clock.now = float(second)
        agents.converse("camden-agent", said())
        if well:
            agents.converse("camden-agent", said())
        sessions[-1].close()
    assert [later - sooner for sooner, later in pairwise(opened)][:4] == gaps


def test_a_login_that_is_missing_is_no_agent_that_is_gone() -> None:
    def open_agent(_name: str, _malformed: object) -> AgentSession:
        raise SecretMissingError("camden/agent-key")  # noqa: EM101  the name of the secret

    outcome = KeptAgents(open_agent, Clock()).converse("camden-agent", said())
    assert outcome.reason is Reason.SECRET_MISSING


def chain(authority: Authority, days: int) -> str:
    return f"/CN=CA\n{authority.pem}\n/CN=x\n{authority.issue('radius.camden.gov.uk', days=days).certificate}\n"


def showing(text: str) -> list[Outcome]:
    return [Outcome(Reason.ACCEPTED, "in", "rad-1", "", 1.0, chain=text)]


def test_certificates_are_told_and_another_one_is_counted_once() -> None:
    authority = Authority("EAP CA")
    first, second = chain(authority, 10), chain(authority, 5)
    sink, shown = FakeSink(), Shown(lasts_s=900)
    soon = datetime.now(UTC) + timedelta(days=5)
    for at, text in enumerate([first, first, second, first, second, ""]):
        shown.learn(PAIRS[0], showing(text), float(at), sink)
    assert len(sink.batches) == 5
    assert {(batch.origin, batch.lasts_s) for batch in sink.batches} == {("eap:camden", 900)}
    assert {sample.labels for batch in sink.batches for sample in batch.samples} == {("eap", "camden", "camden")}
    assert sink.batches[-1].samples[0].value == pytest.approx(soon.timestamp(), abs=60)
    assert [(one.family.name, one.by) for one in sink.increments] == [("roaming_certificate_changes_total", 1)]


def test_a_certificate_that_is_no_longer_shown_is_forgotten() -> None:
    authority = Authority("EAP CA")
    old, new = chain(authority, 1), chain(authority, 20)
    sink, shown = FakeSink(), Shown(lasts_s=900)
    for at, text in ((0, old), (10, new), (911, new)):
        shown.learn(PAIRS[0], showing(text), float(at), sink)
    values = [batch.samples[0].value for batch in sink.batches]
    assert values[0] == values[1] < values[2]


def test_of_many_certificates_the_last_are_remembered() -> None:
    authority = Authority("EAP CA")
    sink, shown = FakeSink(), Shown(lasts_s=900)
    for at, days in enumerate([1, *([20] * 16)]):
        shown.learn(PAIRS[0], showing(chain(authority, days)), float(at), sink)
    *before, last = [batch.samples[0].value for batch in sink.batches]
    assert set(before) == {before[0]}
    assert last > before[0]


def test_what_is_no_certificate_is_passed_over() -> None:
    sink = FakeSink()
    text = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    Shown(900).learn(PAIRS[0], showing(text), 0.0, sink)
    assert sink == FakeSink()
