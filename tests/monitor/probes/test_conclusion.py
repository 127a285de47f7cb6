"""What a probe's outcomes come to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.probes import FakeAgents, Pair, Probe, attempt, conclude
from monitor.probes.conclusion import ERRORS, Heard, nameless
from monitor.sample import Phase, Result, Source
from roaming.eap import Conversation, Outcome, Phases, Reason
from tests.eap.conversations import GOOD

PAIR = Pair("camden", "hackney", "hackney", "camden-agent", ("tls",), ("rad-1", "rad-2"), "peap-mschapv2")
PROBE = Probe(PAIR, "tls", PAIR.proxies)
REJECT = Probe(PAIR, "peap-mschapv2", PAIR.proxies, reject=True)


def outcome(reason: Reason, server: str = "rad-1", sentence: str = "so it was", trips: int = 0) -> Outcome:
    parts = Phases(0.1, 0.2, 0.3, 0.6)
    return Outcome(reason, sentence, server, "roam-monitor-camden@hackney.gov.uk", 600.0, trips, phases=parts)


RESULTS = {
    Reason.ACCEPTED: (Result.ACCEPT, True),
    Reason.ACCEPTED_UNKNOWN_USER: (Result.ACCEPT, False),
    Reason.NO_ANSWER: (Result.TIMEOUT, False),
    Reason.NO_ANSWER_BEYOND: (Result.TIMEOUT, False),
    Reason.FELL_SILENT: (Result.TIMEOUT, False),
    Reason.TOO_SLOW: (Result.TIMEOUT, False),
    Reason.NOTHING_LISTENS: (Result.TIMEOUT, False),
    Reason.NO_ROUTE: (Result.TIMEOUT, False),
    Reason.WRONG_SECRET: (Result.TIMEOUT, False),
    Reason.AGENT_UNREACHABLE: (Result.ERROR, None),
    Reason.AGENT_BROKEN: (Result.ERROR, None),
    Reason.SECRET_MISSING: (Result.ERROR, None),
    Reason.NO_PROXY: (Result.ERROR, None),
}


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_result(reason: Reason) -> None:
    seen = conclude(PROBE, [outcome(reason)], 12.0, frozenset())
    assert (seen.result, seen.passed) == RESULTS.get(reason, (Result.REJECT, False))
    assert (seen.source, seen.visited, seen.home, seen.method) == (Source.PROBE, "camden", "hackney", "tls")
    assert (seen.reason, seen.at) == (reason.value, 12.0)
    assert (seen.path == "") is (reason in ERRORS)
    assert (seen.seconds is None) is (seen.result in {Result.TIMEOUT, Result.ERROR})


@pytest.mark.parametrize(
    ("reason", "told", "passed"),
    [
        (Reason.REJECTED_AT_HOME, "rejected-at-home", True),
        (Reason.REJECTED_BY_HUB, "rejected-by-hub", False),
        (Reason.ACCEPTED, "accepted-unknown-user", False),
        (Reason.NO_ANSWER, "no-answer", False),
        (Reason.AGENT_BROKEN, "agent-broken", None),
    ],
)
def test_an_intended_reject_passes_when_the_home_rejects(reason: Reason, told: str, *, passed: bool | None) -> None:
    seen = conclude(REJECT, [outcome(reason)], 0.0, frozenset())
    assert (seen.reason, seen.passed) == (told, passed)


def test_the_phases_add_up() -> None:
    seen = conclude(PROBE, [outcome(Reason.ACCEPTED)], 0.0, frozenset())
    assert set(seen.phases) == set(Phase)
    assert sum(seen.phases.values()) == pytest.approx(seen.seconds)


def test_a_silent_proxy_is_named_and_is_not_the_path() -> None:
    seen = conclude(PROBE, [outcome(Reason.NO_ANSWER), outcome(Reason.ACCEPTED, "rad-2")], 0.0, frozenset())
    assert (seen.path, seen.silent, seen.passed, seen.seconds) == ("rad-2", ("rad-1",), True, 0.6)


def test_a_proxy_that_answers_others_is_not_blamed() -> None:
    outcomes = [outcome(Reason.NO_ANSWER), outcome(Reason.NO_ANSWER, "rad-2")]
    seen = conclude(PROBE, outcomes, 0.0, frozenset({"rad-1", "rad-2"}))
    assert (seen.reason, seen.silent) == ("no-answer-beyond", ())
    assert seen.sentence == "rad-2 answers for others, but nothing came back from hackney or the way there"


def test_who_was_heard_is_forgotten_again() -> None:
    heard = Heard(300)
    heard.note("camden", [outcome(Reason.ACCEPTED, trips=8), outcome(Reason.NO_ANSWER, "rad-2")], 1000)
    assert heard.lately("camden", "rad-1", 1300)
    assert not heard.lately("camden", "rad-1", 1301)
    assert not heard.lately("camden", "rad-2", 1000)
    assert not heard.lately("hackney", "rad-1", 1000)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("hackney.gov.uk rejected the user at home", "hackney.gov.uk rejected the user at home"),
        ("no home for bob.smith@hackney.gov.uk", "no home for …@hackney.gov.uk"),
        ("'bob'@x, <al@y.uk>", "'bob'@x, <…@y.uk>"),
        ("a\nb\x1b[31m", "a b [31m"),
        ("x" * 1000, "x" * 300),
    ],
)
def test_no_user_is_named(said: str, told: str) -> None:
    assert nameless(said) == told


@given(st.text())
def test_a_sentence_is_one_line(text: str) -> None:
    assert nameless(text).isprintable()


def test_what_a_stranger_says_is_not_repeated() -> None:
    said = outcome(Reason.REJECTED_UNNAMED, sentence="rejected: it says only 'Bob Smith is locked'")
    assert conclude(PROBE, [said], 0.0, frozenset()).sentence == "rejected on the way before hackney was heard"


def words(_probe: Probe, proxy: str) -> Conversation | Outcome:
    if proxy == "no-secret":
        return Outcome(Reason.SECRET_MISSING, "no secret", proxy, "")
    return replace(GOOD, server=replace(GOOD.server, name=proxy))


@pytest.mark.parametrize(
    ("proxies", "answers", "reasons"),
    [
        (("rad-1", "rad-2"), {"rad-1": Reason.ACCEPTED}, ["accepted"]),
        (("rad-1", "rad-2"), {"rad-1": Reason.NO_ANSWER, "rad-2": Reason.ACCEPTED}, ["no-answer", "accepted"]),
        (("rad-1", "rad-2"), {"rad-1": Reason.REJECTED_BY_HUB}, ["rejected-by-hub"]),
        (("rad-1", "rad-2"), {"rad-1": Reason.NO_ANSWER, "rad-2": Reason.AGENT_UNREACHABLE}, ["agent-unreachable"]),
        (("no-secret",), {}, ["secret-missing"]),
        ((), {}, ["no-proxy"]),
    ],
)
def test_proxies_are_asked_as_access_points_do(
    proxies: tuple[str, ...], answers: dict[str, Reason], reasons: list[str]
) -> None:
    agents = FakeAgents(lambda _, said: outcome(answers[said.server.name], said.server.name))
    found = attempt(Probe(PAIR, "tls", proxies), words, agents)
    assert [one.reason.value for one in found] == reasons
    assert {agent for agent, _ in agents.asked} <= {"camden-agent"}
