"""What logs prove, and what they disprove."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.evidence import (
    Answer,
    Logs,
    Probe,
    carried,
    faults_at_homes,
    faults_at_hubs,
    home_answers,
    home_servers,
    hub_answers,
)
from lab.scenarios.verification import read_report
from roaming.load import load

if TYPE_CHECKING:
    from pathlib import Path

HOME_LOG = """\
time=2026-11-23T11:26:20Z result=accept borough=camden user=roam-a2-1@camden.gov.uk mac=02-72-6F-A5-E9-AC operator=-
time=2026-11-23T11:26:28Z result=reject borough=camden user=roam-a2-2@camden.gov.uk mac=02-72-6F-C2-1C-0A operator=-
a line of something else
"""
HUB_LOG = """\
Mon Nov 23 11:26:30 2026: Access-Accept for user roam-a2-1@camden.gov.uk stationid 02-72 from a to b (10.214.0.140)
Mon Nov 23 11:26:30 2026: F-TICKS/govroam/1.0#REALM=camden.gov.uk#VISCOUNTRY=GB#RESULT=OK#
Mon Nov 23 11:26:31 2026: Access-Reject for user roam-a2-2@camden.gov.uk stationid 02-72 from a to b (10.214.0.140)
"""
SERVERS = {"camden": frozenset({"camden-rad-1", "camden-rad-2"}), "hackney": frozenset({"hackney-home-1"})}
AWAY = Probe("hackney", "camden", "a@camden.gov.uk")
AT_HOME = Probe("camden", "camden", "b@camden.gov.uk")


def _accepts(*users: str) -> tuple[Answer, ...]:
    return tuple(Answer(user, accepted=True) for user in users)


def test_a_home_log_is_read() -> None:
    expected = (Answer("roam-a2-1@camden.gov.uk", accepted=True), Answer("roam-a2-2@camden.gov.uk", accepted=False))
    assert home_answers(HOME_LOG) == expected
    assert hub_answers(HUB_LOG) == expected
    assert home_answers("") == ()


@pytest.mark.parametrize(
    ("homes", "sentences"),
    [
        ({"camden-rad-2": _accepts(AWAY.identity)}, []),
        ({"camden-rad-1": ()}, ["a@camden.gov.uk: camden logged 0 Accepts, not one"]),
        (
            {"camden-rad-1": _accepts(AWAY.identity), "camden-rad-2": _accepts(AWAY.identity)},
            ["a@camden.gov.uk: camden logged 2 Accepts, not one"],
        ),
        (
            {"camden-rad-1": _accepts(AWAY.identity), "hackney-home-1": _accepts(AWAY.identity)},
            ["a@camden.gov.uk: hackney-home-1 logged 1 Accepts, and is not home for it"],
        ),
        (
            {"camden-rad-1": (Answer(AWAY.identity, accepted=False),)},
            ["a@camden.gov.uk: camden logged 0 Accepts, not one"],
        ),
    ],
)
def test_each_home_logs_each_success_once(homes: dict[str, tuple[Answer, ...]], sentences: list[str]) -> None:
    assert list(faults_at_homes(Logs(homes, {}), [AWAY], SERVERS)) == sentences


@pytest.mark.parametrize(
    ("hubs", "lost", "sentences"),
    [
        ({"east": _accepts(AWAY.identity), "west": ()}, None, []),
        ({"east": (), "west": _accepts(AWAY.identity)}, "east", []),
        (
            {"east": (), "west": ()},
            None,
            ["a@camden.gov.uk: hackney to camden crossed the hubs east 0, west 0 times, not 1"],
        ),
        (
            {"east": _accepts(AWAY.identity), "west": ()},
            "east",
            ["a@camden.gov.uk: east carried it, though it was lost"],
        ),
        (
            {"east": _accepts(AWAY.identity, AT_HOME.identity), "west": ()},
            None,
            ["b@camden.gov.uk: camden to camden crossed the hubs east 1, west 0 times, not 0"],
        ),
    ],
)
def test_each_success_crosses_one_hub(
    hubs: dict[str, tuple[Answer, ...]], lost: str | None, sentences: list[str]
) -> None:
    assert list(faults_at_hubs(Logs({}, hubs), [AWAY, AT_HOME], lost=lost)) == sentences


def test_carried_counts_only_what_was_asked_for() -> None:
    logs = Logs({}, {"east": _accepts(AWAY.identity, "another@run"), "west": ()})
    assert carried(logs, [AWAY]) == {"east": 1, "west": 0}


def test_who_may_answer_for_whom(repository: Path) -> None:
    assert home_servers(load(repository / "lab" / "inventory").network) == {
        "camden": {"camden-rad-1", "camden-rad-2"},
        "hackney": {"hackney-home-1"},
        "islington": {"islington-rad-1"},
        "leeds.gov.uk": {"nrps-1"},
    }


def test_a_report_is_read_back_from_json() -> None:
    result: dict[str, object] = {
        "visited": "camden",
        "home": "hackney",
        "method": "tls",
        "verdict": "fail",
        "reason": "no-answer",
        "sentence": "no answer",
        "milliseconds": None,
        "identity": "roam-1@hackney.gov.uk",
        "server": "camden-rad-1",
        "skipped": [],
        "attempts": 2,
        "first_success_s": None,
        "vlan": None,
    }
    report = read_report({"run": "1", "passed": False, "seconds": 1.5, "results": [result]})
    assert not report.passed
    assert (report.failures[0].reason, report.failures[0].attempts) == ("no-answer", 2)
