"""The rules as text: what they speak of is emitted, and each alert says all that its reader needs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import promql_parser as promql
import pytest
import yaml

from monitor.alerts import Links, Settings, alerts, rules
from monitor.alerts.evidence import records
from monitor.alerts.settings import spelled
from monitor.errors import SettingError
from tests.monitor.alerts.cases import CASES
from tests.monitor.alerts.inference import SCRAPE, emitted, labels_of

if TYPE_CHECKING:
    from tests.conftest import Golden

RUNBOOKS = Path(__file__).parents[3] / "docs" / "runbooks"
NAMES = tuple(dict.fromkeys(alert.name for alert in alerts(Settings())))

THE_ISSUE = {
    "HomeBoroughUnreachable",
    "VisitedBoroughIsolated",
    "PairDown",
    "HubDown",
    "HomeServerDown",
    "AuthLatencyHigh",
    "RejectSpike",
    "CertificateExpiring",
    "AccessPointDown",
    "SiteDown",
    "RoamSlow",
    "FtFallback",
    "ProbeStale",
    "FederationBudgetBurn",
    "Watchdog",
}


def loaded(settings: Settings | None = None) -> list[dict[str, Any]]:
    groups = yaml.safe_load(rules(settings or Settings()))["groups"]
    assert len(groups) == 1
    found: list[dict[str, Any]] = groups[0]["rules"]
    return found


def test_these_alerts_and_no_others() -> None:
    assert set(NAMES) == THE_ISSUE


def test_every_metric_and_label_is_emitted() -> None:
    known = emitted()
    for record in records(Settings()):
        known[record.name] = labels_of(promql.parse(record.expression), known)
    known["ALERTS"] = frozenset({"alertname", "alertstate", "home", "visited"})
    for alert in alerts(Settings()):
        shown = labels_of(promql.parse(alert.expression), known)
        told = f"{alert.owner} {alert.summary} {alert.description} {alert.dashboard}"
        assert set(re.findall(r"\$labels\.(\w+)", told)) <= shown | SCRAPE, alert.name


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("roaming_pair_up == 0", "nobody emits roaming_pair_up"),
        ("sum by (borough) (roaming_probe_failures)", "['borough'] is not among"),
        ('roaming_server_up{kind="home"}', "['kind'] is not among"),
        ("roaming_probe_failures and on (server) roaming_server_up", "['server'] is not among"),
        ("roaming_auth_home_seconds", "nobody emits roaming_auth_home_seconds"),
    ],
)
def test_what_is_not_emitted_is_found(expression: str, reason: str) -> None:
    with pytest.raises(AssertionError, match=re.escape(reason)):
        labels_of(promql.parse(expression), emitted())


def test_every_record_is_used() -> None:
    text = [alert.expression for alert in alerts(Settings())]
    text += [record.expression for record in records(Settings())]
    for record in records(Settings()):
        assert any(re.search(rf"{record.name}\b", one) for one in text), record.name


def test_every_alert_says_what_its_reader_needs() -> None:
    links = Links("https://runbooks.example", "https://grafana.example")
    for rule in loaded(Settings(links=links)):
        if "alert" not in rule:
            continue
        name = rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket", "none"}
        assert rule["labels"]["owner"]
        assert set(rule["annotations"]) == {"summary", "description", "runbook_url", "dashboard"}
        assert rule["annotations"]["runbook_url"] == f"https://runbooks.example/{name}.md"
        assert rule["annotations"]["dashboard"].startswith("https://grafana.example/d/roaming-")


@pytest.mark.parametrize("name", NAMES)
def test_the_runbook_answers_the_five_questions(name: str) -> None:
    text = (RUNBOOKS / f"{name}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {name}\n")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings == ["What it means", "Confirm it", "Who acts", "Mend it", "When it is false"]


def test_every_runbook_has_its_alert() -> None:
    assert {page.stem for page in RUNBOOKS.glob("*.md")} == set(NAMES)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "Watchdog"])
def test_every_alert_has_a_story_in_which_it_fires_and_others_in_which_it_does_not(name: str) -> None:
    fires = [case.name for case in CASES if any(one["alertname"] == name for one in case.fired)]
    assert fires
    assert len(fires) < len(CASES)


def test_the_rules_are_the_same_bytes_each_time(golden: Golden) -> None:
    golden("alerts/roaming.rules.yml", rules(Settings()))


@pytest.mark.parametrize(
    ("seconds", "spelling"),
    [
        (1, "1s"),
        (0.5, "500ms"),
        (90, "90s"),
        (120, "2m"),
        (3600, "1h"),
        (259_200, "3d"),
        (604_800, "1w"),
        (2.5, "2500ms"),
    ],
)
def test_durations_are_spelled_as_prometheus_does(seconds: float, spelling: str) -> None:
    assert spelled(seconds) == spelling


def test_scale_shortens_every_duration_and_not_the_failover() -> None:
    durations = re.compile(r"\[(\w+)\]")
    longer, shorter = (
        "\n".join(str(rule.get("for", "")) + rule["expr"] for rule in loaded(Settings(one))) for one in (1, 1 / 60)
    )
    pairs = list(zip(durations.findall(longer), durations.findall(shorter), strict=True))
    assert ("390s", "95s") in pairs
    assert ("15m", "15s") in pairs
    assert ("1h", "190s") in pairs
    assert ("3d", "72m") in pairs
    for before, after in zip(loaded(), loaded(Settings(1 / 60)), strict=True):
        if "for" in before:
            assert before["for"] != after["for"]


@pytest.mark.parametrize(
    ("scale", "failover_s", "message"),
    [
        (0, 45, "scale must be a positive number, not 0"),
        (-1, 45, "scale must be a positive number, not -1"),
        (float("nan"), 45, "scale must be a positive number, not nan"),
        (float("inf"), 45, "scale must be a positive number, not inf"),
        (1, 0, "failover must be a positive number, not 0"),
    ],
)
def test_times_that_are_none_are_refused(scale: float, failover_s: float, message: str) -> None:
    with pytest.raises(SettingError, match=f"^{message}$"):
        Settings(scale, failover_s)
