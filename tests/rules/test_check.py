"""`roam check`: what it prints, in which form, and how it ends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from roaming.cli import app
from roaming.rules import RULES, Rule
from tests.edited import MINIMAL, Edit, edited

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

WARNED: Edit = ("federation.yml", "realms: [leeds.gov.uk]", "realms: any")
WRONG: Edit = ("wlans.yml", "ssid: GovWifi", "ssid: GovWiFi")
WRONG_SITE: Edit = ("boroughs/camden.yml", "visitors: {id: 121}", "visitors: {id: 111}")
WRONG_POINT: Edit = ("boroughs/camden.yml", "channel: 36", "channel: 38")
WRONG_SERVER: Edit = ("boroughs/hackney.yml", "    roles: [home]", "    roles: [home]\n    status_check: request")


def _check(inventory: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["check", "-i", str(inventory), *arguments])


def test_a_sound_inventory_ends_with_0() -> None:
    result = _check(MINIMAL)
    assert (result.exit_code, result.stdout) == (0, f"no problems ({len(RULES)} rules)\n")


def test_warnings_alone_end_with_0(tmp_path: Path) -> None:
    result = _check(edited(tmp_path, [WARNED]))
    assert result.exit_code == 0
    assert result.stdout.endswith("\n\n0 errors, 1 warning\n")


def test_an_error_ends_with_1(tmp_path: Path) -> None:
    result = _check(edited(tmp_path, [WARNED, WRONG]))
    assert result.exit_code == 1
    assert result.stdout.endswith("\n\n1 error, 1 warning\n")


@pytest.mark.parametrize("arguments", [("--json",), ("--format", "json")])
def test_json_is_as_the_design_says(arguments: tuple[str, ...], tmp_path: Path) -> None:
    inventory = edited(tmp_path, [WARNED, WRONG])
    result = _check(inventory, *arguments)
    said: dict[str, Any] = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (said["errors"], said["warnings"]) == (1, 1)
    assert said["problems"][1] == {
        "rule": "scheme-ssid",
        "severity": "error",
        "file": f"{inventory}/wlans.yml",
        "line": 9,
        "where": "wlans[1].ssid",
        "message": "a WLAN of govwifi has the SSID GovWifi to the letter, not GovWiFi",
        "fix": "write the SSID as the scheme does",
    }


def test_json_also_says_what_cannot_be_read(tmp_path: Path) -> None:
    result = _check(edited(tmp_path, [("wlans.yml", "ssid: GovWifi", "sid: GovWifi")]), "--json")
    said = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [(problem["rule"], problem["line"], problem["where"]) for problem in said["problems"]] == [
        ("inventory", 8, "wlans[1].ssid"),
        ("inventory", 9, "wlans[1].sid"),
    ]


def test_sarif_has_what_its_schema_demands(tmp_path: Path) -> None:
    inventory = edited(tmp_path, [WARNED, WRONG])
    log = json.loads(_check(inventory, "--format", "sarif").stdout)
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert log["version"] == "2.1.0"
    assert driver["name"] == "roam check"
    assert [rule["id"] for rule in driver["rules"]] == [rule.id for rule in RULES]
    assert all(rule["defaultConfiguration"]["level"] in {"error", "warning"} for rule in driver["rules"])
    assert [(result["ruleId"], result["level"]) for result in run["results"]] == [
        ("two-upstreams", "warning"),
        ("scheme-ssid", "error"),
    ]
    place = run["results"][1]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": f"{inventory}/wlans.yml"}, "region": {"startLine": 9}}
    assert run["results"][1]["message"]["text"].startswith("a WLAN of govwifi has the SSID GovWifi")


@pytest.mark.parametrize(
    ("limit", "rules"),
    [
        ("camden", ["radio-channel", "visitor-vlan-distinct"]),
        ("camden/", ["radio-channel", "visitor-vlan-distinct"]),
        ("camden/town-hall", ["radio-channel"]),
        ("camden/town-hall/camden-th-ap1", ["radio-channel"]),
        ("camden/library", ["visitor-vlan-distinct"]),
        ("camden/camden-rad-1", []),
        ("hackney", ["status-server"]),
        ("hackney/hackney-home-1", ["status-server"]),
        ("hackney/hackney-home-2", []),
        ("federation", []),
    ],
)
def test_limit_leaves_the_problems_of_that_part(limit: str, rules: list[str], tmp_path: Path) -> None:
    inventory = edited(tmp_path, [WRONG, WRONG_SITE, WRONG_POINT, WRONG_SERVER])
    result = _check(inventory, "--json", "--limit", limit)
    assert [problem["rule"] for problem in json.loads(result.stdout)["problems"]] == rules
    assert result.exit_code == (1 if rules else 0)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_explain_says_all_of_a_rule(rule: Rule) -> None:
    result = CliRunner().invoke(app, ["check", "--explain", rule.id])
    assert result.exit_code == 0
    for part in (rule.id, str(rule.severity), rule.text, rule.why, rule.source, rule.fix):
        assert part in result.stdout


@pytest.mark.parametrize("rule", ["yaml", "inventory"])
def test_explain_knows_what_reading_demands(rule: str) -> None:
    result = CliRunner().invoke(app, ["check", "--explain", rule])
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{rule} (error): ")
