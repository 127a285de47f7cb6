"""Every story of the table in Prometheus' own evaluator: exactly these alerts fire, and end with their cause."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml

from monitor.alerts import Settings, rules
from tests.monitor.alerts.cases import CASES, Case
from tests.monitor.alerts.federation import MENDED
from tests.monitor.alerts.mutants import GUARDS, silenced
from tests.monitor.alerts.promtool import Trial, document, run

if TYPE_CHECKING:
    from tests.daemons.conftest import Box

pytestmark = pytest.mark.daemon

MUTANTS = (*GUARDS, *silenced())
STORIES = {case.name: case for case in CASES}


def file_name(case: str) -> str:
    return "".join(letter for letter in case.replace(" ", "-") if letter.isalnum() or letter == "-")


@pytest.fixture(scope="module")
def trials(prometheus_box: Box) -> dict[str, Trial]:
    files = {rule_file(case): rules(Settings(case.scale)) for case in CASES}
    files |= {f"{file_name(case.name)}.test.yml": document(case, rule_file(case)) for case in CASES}
    for index, mutant in enumerate(MUTANTS):
        files[f"mutant-{index}.yml"] = mutant.text
        files[f"mutant-{index}.test.yml"] = document(mutant.story, f"mutant-{index}.yml")
    return run(prometheus_box, files)


def rule_file(case: Case) -> str:
    return f"rules-{case.scale:.4f}.yml"


@pytest.mark.parametrize("name", STORIES)
def test_exactly_these_fire(trials: dict[str, Trial], name: str) -> None:
    trial = trials[file_name(name)]
    assert trial.passed, trial.text


@pytest.mark.parametrize("index", range(len(MUTANTS)), ids=[f"{one.rule}: {one.case}" for one in MUTANTS])
def test_a_broken_expression_is_noticed(trials: dict[str, Trial], index: int) -> None:
    trial = trials[f"mutant-{index}"]
    assert not trial.passed
    assert "FAILED" in trial.text
    assert "parse error" not in trial.text


# What people read: a share, seconds, days.
READ = {
    "HomeBoroughUnreachable": (
        "the only home server of a borough",
        (
            "100% of the boroughs that reach others cannot reach hackney. "
            "Its home server, or the last part of the way to it, does not answer or is not believed."
        ),
        "d/roaming-matrix?var-home=hackney",
    ),
    "AuthLatencyHigh": (
        "a slow home",
        (
            "5 of 100 authentications of hackney take longer than 4.9s; 3 s is too long. "
            "Boroughs that are quick with other homes are slow with this one."
        ),
        "d/roaming-matrix?var-home=hackney",
    ),
    "RoamSlow": (
        "full authentications that are slow",
        (
            "22.5% of the full_eap roams took longer than 2s (D2: from the first request until the new access point "
            "lets the device in). Calls break off in these. Every exchange goes to the people's home: look at the "
            "times of the homes first, then at the proxy."
        ),
        "d/roaming-roams?var-visited=b1",
    ),
    "FtFallback": (
        "an access point to which nobody roams fast",
        (
            "40.91% of the roams to b1-ap2 at town-hall were refused or full authentications, though client and owner "
            "can do 802.11r. Compare its mobility domain and its keys with its neighbours': roam diff --limit "
            "b1/town-hall."
        ),
        "d/roaming-roams?var-visited=b1",
    ),
    "CertificateExpiring": (
        "a proxy's certificate",
        (
            "The radsec certificate of hackney-proxy has 6.5 days left (below 0 it has ended). "
            "Once it has ended, the server is refused and nobody gets online by it."
        ),
        "d/roaming-borough?var-borough=hackney",
    ),
}


@pytest.mark.parametrize("alert", READ)
def test_people_read_the_numbers(prometheus_box: Box, alert: str) -> None:
    name, description, dashboard = READ[alert]
    told = next(one for one in STORIES[name].fired if one["alertname"] == alert)
    rule = next(one for one in yaml.safe_load(rules(Settings()))["groups"][0]["rules"] if one.get("alert") == alert)
    summary = re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda found: told[found.group(1)], rule["annotations"]["summary"])
    links = Settings().links
    expected = {
        "exp_labels": {label: value for label, value in told.items() if label != "alertname"},
        "exp_annotations": {
            "summary": summary,
            "description": description,
            "runbook_url": f"{links.runbooks}/{alert}.md",
            "dashboard": f"{links.dashboards}/{dashboard}",
        },
    }
    asked = yaml.safe_load(document(STORIES[name], "good.yml"))
    asked["tests"][0]["promql_expr_test"] = []
    asked["tests"][0]["alert_rule_test"] = [
        {"eval_time": f"{MENDED - 1}m", "alertname": alert, "exp_alerts": [expected]}
    ]
    said = run(prometheus_box, {"good.yml": rules(Settings()), "read.test.yml": yaml.safe_dump(asked)})
    assert said["read"].passed, said["read"].text


def test_promtool_takes_the_rules_at_every_scale(prometheus_box: Box) -> None:
    scales = (1, 1 / 20, 1 / 60, 0.0001, 10)
    prometheus_box.write({f"/run/checked/{index}.yml": rules(Settings(scale)) for index, scale in enumerate(scales)})
    said = prometheus_box.must("sh", "-c", "promtool check rules --lint=all --lint-fatal /run/checked/*.yml")
    assert said.count("SUCCESS") == len(scales)
