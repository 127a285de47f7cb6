"""The matrix: what is tried, what is made of it, and that one failure stops nothing else."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from roaming.eap import Reason
from roaming.errors import VerifyError
from roaming.load import load
from roaming.model.terms import EapMethod
from roaming.verify import Expect, Options, Report, document, render, trials
from roaming.verify.advice import ADVICE, WORDS
from tests.verify.world import Asked, World, always, lab_network

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Golden

HOMES = ("camden", "hackney", "islington", "leeds.gov.uk")
BOROUGHS = HOMES[:3]


def shown(report: Report) -> str:
    """Return the report as a terminal without colours shows it, without what differs between runs."""
    console = Console(width=110, color_system=None)
    with console.capture() as capture:
        console.print(render(replace(report, seconds=1.0)), soft_wrap=True)
    return re.sub(r"[ ]+$", "", capture.get(), flags=re.MULTILINE)


def test_everybody_gets_in_everywhere(golden: Golden) -> None:
    report = World().verify()
    assert report.passed
    assert {(r.visited, r.home, r.method) for r in report.results} == {
        (visited, home, method) for visited in BOROUGHS for home in HOMES for method in EapMethod
    }
    golden("verify/well.txt", shown(report))
    golden("verify/well.json", json.dumps(document(replace(report, seconds=1.0)), indent=2) + "\n")


def test_each_conversation_has_its_own_identity() -> None:
    world = World()
    world.verify()
    assert max(Counter(asked.identity for asked in world.asked).values()) == 1
    assert all(re.fullmatch(r"roam-abc-\d+@[a-z.]+", asked.identity) for asked in world.asked)


def test_two_runs_have_two_names() -> None:
    assert Options().run != Options().run


def test_each_agent_asks_its_own_borough_first_proxy() -> None:
    world = World()
    world.verify()
    network = lab_network()
    assert {(asked.agent, asked.server) for asked in world.asked} == {
        (borough.agent.name, str(network.proxies(borough)[0].address)) for borough in network.boroughs
    }


def test_a_silent_proxy_is_passed_over(golden: Golden) -> None:
    first = str(lab_network().servers_by_name["camden-rad-1"].address)
    world = World(lambda asked: "no-answer" if asked.server == first else "peap-accepted")
    report = world.verify(Options(run="abc", limit="camden/town-hall"))
    assert report.passed
    assert {result.skipped for result in report.results} == {("camden-rad-1",)}
    assert {result.server for result in report.results} == {"camden-rad-2"}
    assert len({asked.identity for asked in world.asked}) == len(world.asked)
    golden("verify/one-proxy-silent.txt", shown(report))


def test_before_the_first_push(golden: Golden) -> None:
    report = World(always("nothing-listens")).verify()
    assert {result.reason for result in report.failures} == {Reason.NOTHING_LISTENS}
    assert report.failures == report.results
    golden("verify/before-push.txt", shown(report))


def test_one_failure_of_each_kind(golden: Golden) -> None:
    """Islington's agent is gone, one secret is missing, Hackney's home is silent, Leeds has a new CA."""

    def answer(asked: Asked) -> str:
        if asked.identity.endswith("@hackney.gov.uk"):
            return "no-answer"
        if asked.identity.endswith("@leeds.gov.uk"):
            return "untrusted"
        return "wrong-password" if asked.method == "PEAP" and asked.agent == "hackney-agent" else "peap-accepted"

    report = World(answer, down=("islington-agent",), missing=("islington/probe-password",)).verify()
    assert {result.reason for result in report.failures} == {
        Reason.AGENT_UNREACHABLE,
        Reason.SECRET_MISSING,
        Reason.NO_ANSWER_BEYOND,
        Reason.CERTIFICATE_NOT_TRUSTED,
        Reason.REJECTED_AT_HOME,
    }
    golden("verify/failures.txt", shown(report))


@pytest.mark.parametrize(("expect", "user"), [(Expect.UNKNOWN_USER, "nobody"), (Expect.WRONG_PASSWORD, "roam-probe")])
def test_who_must_be_rejected_is(expect: Expect, user: str) -> None:
    world = World(always("wrong-password"))
    report = world.verify(Options(expect=expect))
    assert report.passed
    assert {result.method for result in report.results} == {EapMethod.PEAP_MSCHAPV2}
    assert {asked.user.partition("@")[0] for asked in world.asked} == {user}


def test_who_must_be_rejected_and_is_not() -> None:
    report = World(always("peap-accepted")).verify(Options(expect=Expect.UNKNOWN_USER, limit="camden"))
    assert not report.passed
    assert "Nobody should be let in here" in shown(report)


@pytest.mark.parametrize(
    ("identity", "column", "reason"),
    [
        ("someone@nowhere.example", "nowhere.example", Reason.REJECTED_BY_HUB),
        ("someone", "no realm", Reason.REJECTED_LOCALLY),
        ("someone@nodot", "nodot", Reason.REJECTED_LOCALLY),
        ("someone@evil..uk", "evil..uk", Reason.REJECTED_LOCALLY),
        ("someone@evil@nowhere.example", "evil@nowhere.example", Reason.REJECTED_LOCALLY),
    ],
)
def test_names_that_nobody_serves(identity: str, column: str, reason: Reason) -> None:
    report = World().verify(Options(identity=identity))
    assert [(r.home, r.reason, r.passed, r.identity) for r in report.results] == [(column, reason, True, identity)] * 3


def test_a_given_identity_of_a_known_realm_is_met_as_its_probe() -> None:
    world = World()
    report = world.verify(Options(identity="me@camden.gov.uk"))
    assert report.passed
    assert {asked.identity for asked in world.asked} == {"me@camden.gov.uk"}
    assert {result.home for result in report.results} == {"camden"}


def test_retry_goes_on_until_the_first_success() -> None:
    tries: Counter[str] = Counter()

    def answer(asked: Asked) -> str:
        tries[asked.user] += 1
        return "no-answer" if tries[asked.user] < 2 else "peap-accepted"

    options = Options(run="abc", limit="hackney/town-hall", method=EapMethod.PEAP_MSCHAPV2, retry_for=20)
    report = World(answer).verify(options)
    assert report.passed
    assert {result.attempts for result in report.results} == {2}
    assert all(result.first_success_s is not None and 0 < result.first_success_s < 20 for result in report.results)
    realms = ("camden.gov.uk", "hackney.gov.uk", "islington.gov.uk", "leeds.gov.uk")
    assert [result.identity for result in report.results] == [
        f"roam-abc-{number}.2@{realm}" for number, realm in enumerate(realms, 1)
    ]


def test_retry_gives_up() -> None:
    options = Options(limit="hackney/town-hall", method=EapMethod.TLS, retry_for=0.8)
    report = World(always("no-answer")).verify(options)
    assert {(result.attempts, result.first_success_s) for result in report.results} == {(3, None)}


@pytest.mark.parametrize(
    "limit", ["camden", "camden/town-hall", "camden/town-hall/camden-th-ap1", "camden/camden-rad-2"]
)
def test_a_limit_is_where_users_are_tried(limit: str) -> None:
    world = World()
    report = world.verify(Options(limit=limit))
    assert {result.visited for result in report.results} == {"camden"}
    assert {result.home for result in report.results} == set(HOMES)
    assert {result.server for result in report.results} == {limit.split("/")[1] if "rad" in limit else "camden-rad-1"}


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("croydon", "there is no borough 'croydon'"),
        ("camden/pub", "London Borough of Camden has no such site, access point or proxy"),
        ("camden/town-hall/ap7", "London Borough of Camden has no such site, access point or proxy"),
        ("camden/town-hall/camden-th-ap1/radio", "London Borough of Camden has no such site, access point or proxy"),
    ],
)
def test_a_limit_that_is_not_there(limit: str, message: str) -> None:
    with pytest.raises(VerifyError) as error:
        World().verify(Options(limit=limit))
    assert str(error.value) == f"--limit {limit}: {message}"


def test_progress_counts_to_the_end() -> None:
    world = World(down=("camden-agent",))
    world.verify()
    assert sorted(world.progress) == [(done, 24) for done in range(1, 25)]


def test_an_interruption_ends_a_run_that_would_retry() -> None:
    def answer(_asked: Asked) -> str:
        raise KeyboardInterrupt

    options = Options(limit="hackney/town-hall", method=EapMethod.TLS, retry_for=600)
    with pytest.raises(KeyboardInterrupt):
        World(answer).verify(options)


def test_london_can_be_tried(repository: Path) -> None:
    network = load(repository / "inventory").network
    planned = trials(network, Options())
    assert {trial.visited.slug for trial in planned} == set(network.boroughs_by_slug)
    assert {trial.user.home for trial in planned} >= set(network.boroughs_by_slug)
    assert all(trial.proxies and trial.nas.ssid for trial in planned)
    assert len({(trial.visited.slug, trial.user.home, trial.user.method) for trial in planned}) == len(planned)


def test_an_access_point_is_named_as_it_names_itself() -> None:
    trial = trials(lab_network(), Options(limit="camden/pancras-square"))[0]
    assert (trial.nas.identifier, trial.nas.called_station) == ("camden-ps-ap1", "02-00-0A-07-15-00:govroam")


def test_many_homes_are_summed_up(golden: Golden) -> None:
    report = World().verify()
    results = tuple(replace(result, home=f"{result.home}-{copy}") for result in report.results for copy in range(3))
    golden("verify/summary.txt", shown(replace(report, results=results)))


def test_every_reason_has_its_words_and_advice() -> None:
    assert set(ADVICE) == set(WORDS) == set(Reason)
