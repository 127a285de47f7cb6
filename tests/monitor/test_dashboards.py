"""The dashboards: their form, their queries and their files, all without a Grafana."""

from __future__ import annotations

import json
import re
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

import promql_parser
import pytest
import yaml
from typer.testing import CliRunner

from monitor.alerts import Settings, alerts
from monitor.cli import app
from monitor.dashboards import (
    Answer,
    HttpPrometheus,
    PanelQuery,
    Setting,
    check,
    compare,
    dashboards,
    draw,
    files,
    page,
    queries,
    substitute,
    write,
)
from monitor.dashboards.answers import SUBSTITUTIONS
from monitor.dashboards.grid import line
from monitor.dashboards.panel import Face, alert_groups
from monitor.errors import MonitorError, SettingError
from monitor.sample import FAMILIES
from tests.monitor.alerts.inference import exported
from tests.monitor.served import Served, served

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.conftest import Golden

ALL: Final = dashboards()
QUERIES: Final = tuple(query for dashboard in ALL.values() for query in queries(dashboard))
PANELS: Final = tuple((one["uid"], panel) for one in ALL.values() for panel in one["panels"] if panel["type"] != "row")
WITHOUT_QUERY: Final = frozenset({"alertGroups"})
COMMITTED: Final = "monitor/dashboards/grafana"

# Beside what is scraped there is what Prometheus itself adds.
SERIES: Final = {
    "ALERTS": frozenset({"alertname", "alertstate", "severity", "owner"}),
    **exported(),
}
VALUES: Final = {**SUBSTITUTIONS, "borough": "camden"}


def names(panel: Mapping[str, Any]) -> str:
    return str(panel["title"])


def nodes(expression: object) -> Iterator[object]:
    """Yield an expression and all that it is made of."""
    yield expression
    for part in ("expr", "lhs", "rhs", "param", "vs", "vector_selector"):
        below = getattr(expression, part, None)
        if below is not None:
            yield from nodes(below)
    for argument in getattr(expression, "args", None) or ():
        yield from nodes(argument)


def selectors(expression: object) -> list[promql_parser.VectorSelector]:
    return [one for one in nodes(expression) if isinstance(one, promql_parser.VectorSelector)]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.place)
def test_every_query_is_promql_over_our_metrics(query: PanelQuery) -> None:
    parsed = promql_parser.parse(substitute(query.expr, VALUES))
    found = selectors(parsed)
    assert found
    for selector in found:
        assert selector.name in SERIES
        assert {matcher.name for matcher in selector.matchers.matchers} <= SERIES[selector.name]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.place)
def test_labels_that_a_query_names_are_labels_of_its_metrics(query: PanelQuery) -> None:
    parsed = promql_parser.parse(substitute(query.expr, VALUES))
    made = set(re.findall(r'label_replace\(.*?, "(\w+)", "\$1"', query.expr))
    known = {label for selector in selectors(parsed) for label in SERIES[selector.name or ""]} | made
    modifiers = [modifier for one in nodes(parsed) if (modifier := getattr(one, "modifier", None)) is not None]
    grouped = re.findall(r"\b(?:by|on) \(([^)]*)\)", query.expr)
    named = {label.strip() for group in grouped for label in group.split(",") if label.strip()}
    assert named <= known
    assert bool(named) == bool(modifiers)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.place)
def test_rates_go_over_intervals_that_grafana_chooses(query: PanelQuery) -> None:
    windows = re.findall(r"(?:rate|increase|irate)\([^\[]*\[([^\]]*)\]", query.expr)
    assert set(windows) <= {"$__rate_interval", "$__range"}


# The lab's access points send no accounting, so a panel of these would never be seen to tell anything.
UNDRAWN: Final = "roaming_radius_accounting_client_"


def test_every_family_is_drawn() -> None:
    drawn = {
        selector.name
        for query in QUERIES
        for selector in selectors(promql_parser.parse(substitute(query.expr, VALUES)))
    }
    drawn |= {
        metric
        for one in ALL.values()
        for variable in one["templating"]["list"]
        for metric in re.findall(r"label_values\((\w+)", str(variable["query"]))
    }
    bases = {re.sub(r"_(bucket|sum|count)$", "", name or "") for name in drawn} | drawn
    assert {one.name for one in FAMILIES} - bases == {one.name for one in FAMILIES if one.name.startswith(UNDRAWN)}


@pytest.mark.parametrize(("uid", "panel"), PANELS, ids=lambda value: value if isinstance(value, str) else names(value))
def test_a_panel_says_what_it_shows(uid: str, panel: Mapping[str, Any]) -> None:
    assert uid
    assert panel["title"]
    assert panel["description"].endswith(".")
    assert bool(panel.get("targets")) == (panel["type"] not in WITHOUT_QUERY)
    if panel["type"] in WITHOUT_QUERY:
        return
    assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    assert all(target["datasource"]["uid"] == "${datasource}" for target in panel["targets"])
    defaults = panel["fieldConfig"]["defaults"]
    assert defaults["unit"]
    assert defaults["noValue"] == "unknown"
    steps = defaults["thresholds"]["steps"]
    assert steps[0]["value"] is None
    assert [step["value"] for step in steps[1:]] == sorted(step["value"] for step in steps[1:])
    refs = [target["refId"] for target in panel["targets"]]
    assert refs == sorted(set(refs))


@pytest.mark.parametrize("name", ALL)
def test_nothing_overlaps_and_ids_are_unique(name: str) -> None:
    panels = ALL[name]["panels"]
    ids = [panel["id"] for panel in panels]
    assert len(ids) == len(set(ids))
    for one, other in combinations([panel["gridPos"] for panel in panels], 2):
        apart = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert apart or above
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)


@pytest.mark.parametrize("name", ALL)
def test_titles_are_unique_and_the_data_source_is_a_variable(name: str) -> None:
    titles = [panel["title"] for panel in ALL[name]["panels"] if panel["type"] != "row"]
    assert len(titles) == len(set(titles))
    first = ALL[name]["templating"]["list"][0]
    assert (first["name"], first["type"], first["query"]) == ("datasource", "datasource", "prometheus")


@pytest.mark.parametrize("name", ALL)
def test_variables_that_are_used_are_there(name: str) -> None:
    declared = {variable["name"] for variable in ALL[name]["templating"]["list"]}
    expressions = " ".join(query.expr for query in queries(ALL[name]))
    expressions += " ".join(str(variable["query"]) for variable in ALL[name]["templating"]["list"])
    used = set(re.findall(r"\$\{?([A-Za-z]\w*)", expressions)) - {"__rate_interval", "__range"}
    assert used <= declared


@pytest.mark.parametrize("name", ALL)
def test_choices_come_from_labels_of_our_metrics(name: str) -> None:
    for variable in ALL[name]["templating"]["list"][1:]:
        found = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"])
        assert found
        selector = promql_parser.parse(substitute(found[1], VALUES))
        assert isinstance(selector, promql_parser.VectorSelector)
        assert found[2] in SERIES[selector.name or ""]


@pytest.mark.parametrize("name", ALL)
def test_links_lead_to_dashboards_and_variables_that_are_there(name: str) -> None:
    variables = {one["uid"]: {v["name"] for v in one["templating"]["list"]} for one in ALL.values()}
    links = re.findall(r'"url": "/d/([\w-]+)\?([^"]*)"', json.dumps(ALL[name], ensure_ascii=False))
    assert links
    for uid, query in links:
        assert set(re.findall(r"var-(\w+)=", query)) <= variables[uid]


def test_a_cell_of_the_matrix_is_never_told_by_colour_alone() -> None:
    cells = ALL["roaming-matrix.json"]["panels"][1]["fieldConfig"]["defaults"]["mappings"]
    words = [result["text"] for result in cells[0]["options"].values()] + [cells[1]["options"]["result"]["text"]]
    assert words == ["✗ down", "✓ ok", "! slow", "~ stale", "? unknown"]


def test_runbooks_are_where_they_are_said_to_be() -> None:
    text = files(Setting(runbooks="https://wiki.example/runbooks"))["dashboards/roaming-overview.json"]
    assert "https://wiki.example/runbooks/${__value.raw}.md" in text


@pytest.mark.parametrize("name", files())
def test_committed_files_are_fresh(name: str, repository: Path, request: pytest.FixtureRequest) -> None:
    path = repository / COMMITTED / name
    if request.config.getoption("--update"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files()[name], encoding="utf-8")
    assert path.read_text(encoding="utf-8") == files()[name]


def test_nothing_else_is_committed_beside_them(repository: Path) -> None:
    root = repository / COMMITTED
    assert {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()} == set(files())


def test_data_sources_have_the_form_of_grafanas_documentation() -> None:
    # administration/provisioning, "Data sources": the keys that there are; datasources/alertmanager, "Provision".
    keys = {"name", "uid", "type", "access", "url", "isDefault", "editable", "jsonData"}
    document = yaml.safe_load(files()["provisioning/datasources/roaming.yml"])
    prometheus, alertmanager = document["datasources"]
    assert document["apiVersion"] == 1
    assert set(prometheus) | set(alertmanager) <= keys
    assert (prometheus["type"], alertmanager["type"]) == ("prometheus", "alertmanager")
    assert prometheus["jsonData"]["alertmanagerUid"] == alertmanager["uid"]
    assert alertmanager["jsonData"]["implementation"] == "prometheus"
    assert prometheus["url"] == "${ROAMING_PROMETHEUS_URL}"


def test_the_provider_reads_the_folder_that_is_mounted() -> None:
    # administration/provisioning, "Dashboards".
    document = yaml.safe_load(files(Setting(folder="/srv/dashboards"))["provisioning/dashboards/roaming.yml"])
    (provider,) = document["providers"]
    assert (provider["type"], provider["options"]) == ("file", {"path": "/srv/dashboards"})


def test_the_alertmanager_panel_goes_by_the_name_of_its_data_source() -> None:
    document = yaml.safe_load(files()["provisioning/datasources/roaming.yml"])
    panel = alert_groups(Face("Alerts", "What fires.", "none")).build()
    assert panel.options.alertmanager == document["datasources"][1]["name"]  # type: ignore[attr-defined]  # an object


def test_files_are_written(tmp_path: Path) -> None:
    written = write(tmp_path / "out", Setting(prometheus="http://prometheus.example:9090"))
    assert {str(path.relative_to(tmp_path / "out")) for path in written} == set(files())
    assert "http://prometheus.example:9090" in (tmp_path / "out/provisioning/datasources/roaming.yml").read_text()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(SettingError, match="cannot be written: Not a directory; choose another folder with --output"):
        write(tmp_path / "out")


def test_the_overview_names_the_monitors_version_at_its_top() -> None:
    (variable,) = (one for one in ALL["roaming-overview.json"]["templating"]["list"] if one["name"] == "version")
    assert (variable["label"], variable["query"]) == ("Monitor version", "label_values(roaming_build_info, version)")


def test_the_share_that_is_rejected_is_the_one_that_alerts() -> None:
    (spike,) = (alert for alert in alerts(Settings()) if alert.name == "RejectSpike")
    (query,) = (query for query in queries(ALL["roaming-borough.json"]) if "Share that is rejected" in query.place)
    shown = query.expr.replace('home="$borough"', 'home!="other"').replace("$__rate_interval", "15m")
    assert spike.expression.startswith(f"({shown} > 0.3)")


@pytest.mark.parametrize("name", ALL)
def test_drawings(name: str, golden: Golden) -> None:
    golden(f"dashboards/{name.removesuffix('.json')}.txt", draw(ALL[name]))


def test_the_page_of_the_docs_is_fresh(repository: Path, request: pytest.FixtureRequest) -> None:
    path = repository / "docs" / "dashboards.md"
    before, mark, after = path.read_text(encoding="utf-8").partition("<!-- generated below -->\n")
    if request.config.getoption("--update"):
        path.write_text(f"{before}{mark}\n{page()}", encoding="utf-8")
    else:
        assert after == f"\n{page()}"


def test_more_panels_than_fit_are_refused() -> None:
    panel = alert_groups(Face("x", "x.", "none"))
    with pytest.raises(ValueError, match="a line of panels is 24 wide, not 25"):
        line(8, (13, panel), (12, panel))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("x[$__rate_interval]", "x[5m]"),
        ('x{home="${borough}"}', 'x{home="camden"}'),
        ('label_replace(x, "a", "$1", "b", "(.+)")', 'label_replace(x, "a", "$1", "b", "(.+)")'),
        ("x{y='$strange'}", "x{y='$strange'}"),
    ],
)
def test_variables_are_substituted(expression: str, expected: str) -> None:
    assert substitute(expression, VALUES) == expected


QUERY: Final = PanelQuery("d", "p", "A", "x")
ONE, NOUGHT, TWO, NOT = ({"{}": value} for value in ("1", "0", "2", "NaN"))


@pytest.mark.parametrize(
    ("healthy", "faulted", "expected"),
    [
        (Answer(QUERY, ONE), Answer(QUERY, TWO), []),
        (Answer(QUERY, NOUGHT), Answer(QUERY, ONE), []),
        (Answer(QUERY, NOUGHT), Answer(QUERY, NOT), ["all nought"]),
        (Answer(QUERY), Answer(QUERY, ONE), ["no series while healthy"]),
        (Answer(QUERY, ONE), Answer(QUERY), ["no series while faulted"]),
        (Answer(QUERY, ONE), Answer(QUERY, ONE), ["no difference"]),
        (Answer(QUERY, error="bad"), Answer(QUERY, ONE), ["error: bad", "no series while healthy"]),
    ],
)
def test_what_says_too_little_is_found(healthy: Answer, faulted: Answer, expected: list[str]) -> None:
    assert [finding.what for finding in compare([healthy], [faulted])] == expected


def test_the_command_writes_what_the_repository_holds(tmp_path: Path, repository: Path) -> None:
    result = CliRunner().invoke(app, ["dashboards", "-o", str(tmp_path)])
    assert result.exit_code == 0
    assert result.output.splitlines() == [str(tmp_path / name) for name in files()]
    assert {name: (tmp_path / name).read_text() for name in files()} == {
        name: (repository / COMMITTED / name).read_text() for name in files()
    }


def test_the_command_says_what_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    found = CliRunner().invoke(app, ["dashboards", "-o", str(tmp_path / "out")])
    assert isinstance(found.exception, SettingError)


def test_alerts_that_are_named_are_there() -> None:
    known = {one.name for one in alerts(Settings())}
    said = " ".join(panel["description"] for _, panel in PANELS)
    named = set(re.findall(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b|\bWatchdog\b", said))
    assert {"HomeBoroughUnreachable", "Watchdog"} <= named
    assert named - known == {"GovWifi", "RadSec"}


def test_alerts_lead_to_dashboards_and_variables_that_are_there() -> None:
    variables = {one["uid"]: {v["name"] for v in one["templating"]["list"]} for one in ALL.values()}
    for one in alerts(Settings()):
        found = re.fullmatch(r"d/([\w-]+)(?:\?(.*))?", one.dashboard)
        assert found
        assert set(re.findall(r"var-(\w+)=", found[2] or "")) <= variables[found[1]]


def test_prometheus_is_asked_for_every_query() -> None:
    result = {"resultType": "vector", "result": [{"metric": {"home": "camden"}, "value": [1, "0.5"]}]}
    prometheus = Served(body=json.dumps({"status": "success", "data": result}).encode())
    with served(prometheus) as url:
        found = check(url, {"borough": "camden"}, at=1.5)
    assert [answer.query for answer in found] == list(QUERIES)
    assert {answer.series['{"home": "camden"}'] for answer in found} == {"0.5"}
    forms = [parse_qs(asked.body) for asked in prometheus.asked]
    assert {asked.path for asked in prometheus.asked} == {"/api/v1/query"}
    assert [form["query"][0] for form in forms] == [substitute(query.expr, VALUES) for query in QUERIES]
    assert {form["time"][0] for form in forms} == {"1.500"}


def test_a_query_that_prometheus_refuses_is_an_answer() -> None:
    refusal = Served(status=400, body=b'{"status": "error", "error": "parse error"}')
    with served(refusal) as url:
        found = check(url, {"borough": "camden"})
    assert {answer.error for answer in found} == {"parse error"}
    assert "time=" not in refusal.asked[0].body


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Served(body=b"<html>"), "the Prometheus at {} does not answer: Expecting value: line 1 column 1 (char 0)"),
        (
            Served(status=503, body=b"<html>"),
            "the Prometheus at {} does not answer: Expecting value: line 1 column 1 (char 0)",
        ),
        (Served(status=502, body=b"<html>"), "the Prometheus at {} answers 502 Bad Gateway"),
        (Served(body=b"[]"), "what answers at {} is no Prometheus"),
    ],
)
def test_what_is_no_prometheus_is_said(answer: Served, message: str) -> None:
    with served(answer) as url, pytest.raises(MonitorError) as error:
        HttpPrometheus(url).instant(["up"], None)
    assert str(error.value) == message.format(url)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://127.0.0.1:1", "the Prometheus at http://127.0.0.1:1 does not answer: "),
        ("http://localhost:x", "the Prometheus at http://localhost:x does not answer: nonnumeric port: 'x'"),
        ("http://[", "the Prometheus at http://[ does not answer: Invalid IPv6 URL"),
        ("file:///etc/passwd", "file:///etc/passwd is no address of a Prometheus: it starts with http:// or https://"),
    ],
)
def test_who_cannot_be_asked_is_said(url: str, message: str) -> None:
    with pytest.raises(MonitorError) as error:
        HttpPrometheus(url).instant(["up"], None)
    assert str(error.value).startswith(message)
