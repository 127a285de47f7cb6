"""Every query of every panel, asked of a real Prometheus that holds a healthy federation and one with faults."""

from __future__ import annotations

import base64
import gzip
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest

from lab.images import Image
from monitor.dashboards import Answer, ask, compare
from tests.daemons.conftest import box
from tests.monitor.simulation import ILL, Health, Simulation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.daemons.conftest import Box

pytestmark = pytest.mark.daemon

PORTS: Final = {Health.HEALTHY: 9091, Health.FAULTED: 9092}

# What rightly says less, and why.
RIGHTLY: Final[Mapping[tuple[str, str], str]] = {
    ("roaming-borough / Its alerts / A", "no series while healthy"): "a healthy borough has no alerts",
}

# Prometheus' own client is not in the image: this asks it there, where it listens, all at once.
ASKER: Final = """
import json, sys, urllib.error, urllib.parse, urllib.request
order = json.load(sys.stdin)
answers = []
for expression in order["expressions"]:
    form = urllib.parse.urlencode({"query": expression, "time": order["at"]}).encode()
    try:
        answers.append(json.load(urllib.request.urlopen(order["url"], form, timeout=30)))
    except urllib.error.HTTPError as error:
        answers.append(json.load(error))
print(json.dumps(answers))
"""


@dataclass(frozen=True)
class BoxedPrometheus:
    """A Prometheus in a container, which no address of the host's leads to."""

    box: Box
    port: int

    def instant(self, expressions: Sequence[str], at: float | None) -> Sequence[Mapping[str, Any]]:
        url = f"http://127.0.0.1:{self.port}/api/v1/query"
        order = json.dumps({"url": url, "expressions": list(expressions), "at": at})
        answers: list[Mapping[str, Any]] = json.loads(self.box.must("python3", "-c", ASKER, stdin=order))
        return answers


@pytest.fixture(scope="module")
def one_box(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Box]:
    with box(tmp_path_factory.mktemp("prometheus"), repository, Image.DEBIAN_13) as one:
        yield one


def prometheus(one_box: Box, simulation: Simulation) -> BoxedPrometheus:
    """Start a Prometheus that holds a simulation's history."""
    health, port = simulation.health, PORTS[simulation.health]
    packed = base64.b64encode(gzip.compress(simulation.openmetrics().encode(), compresslevel=1)).decode()
    one_box.must("sh", "-c", f"mkdir /run/{health} && base64 -d | gunzip > /run/{health}/scrapes", stdin=packed)
    one_box.must(
        "promtool", "tsdb", "create-blocks-from", "openmetrics", f"/run/{health}/scrapes", f"/run/{health}/data"
    )
    one_box.write({f"/run/{health}/prometheus.yml": "global: {scrape_interval: 30s}\n"})
    words = (
        f"prometheus --config.file=/run/{health}/prometheus.yml --storage.tsdb.path=/run/{health}/data "
        f"--storage.tsdb.retention.time=100y --web.listen-address=127.0.0.1:{port} >/run/{health}/log 2>&1 &"
    )
    one_box.must("sh", "-c", words)
    until = time.monotonic() + 30
    probe = f"import urllib.request as u; u.urlopen('http://127.0.0.1:{port}/-/ready')"
    while not one_box.run("python3", "-c", probe).ok:
        assert time.monotonic() < until, one_box.must("cat", f"/run/{health}/log")
        time.sleep(0.2)
    return BoxedPrometheus(one_box, port)


@pytest.fixture(scope="module")
def answers(one_box: Box) -> dict[Health, tuple[Answer, ...]]:
    found = {}
    for health in Health:
        simulation = Simulation(health)
        found[health] = ask(prometheus(one_box, simulation), {"borough": ILL}, simulation.end)
    return found


def test_every_query_answers_and_tells_a_fault(answers: dict[Health, tuple[Answer, ...]]) -> None:
    findings = compare(answers[Health.HEALTHY], answers[Health.FAULTED])
    assert {(finding.place, finding.what) for finding in findings} == set(RIGHTLY)


def series(answers: Sequence[Answer], place: str) -> dict[str, float]:
    """Return one query's series by their labels' values, in the order of the labels' names."""
    (found,) = [answer.series for answer in answers if answer.query.place == place]
    return {" ".join(json.loads(labels).values()): float(value) for labels, value in found.items()}


@pytest.mark.parametrize(
    ("place", "health", "expected"),
    [
        ("roaming-overview / Pairs that work now / A", Health.HEALTHY, {"": 1.0}),
        ("roaming-overview / Error budget left / A", Health.HEALTHY, {"": 1.0}),
        ("roaming-overview / Budget burn / A", Health.HEALTHY, {"": 0.0}),
        ("roaming-overview / Hubs / A", Health.FAULTED, {"hub-east": 0.0, "hub-west": 1.0}),
        ("roaming-borough / GovWifi's path / A", Health.FAULTED, {"civic": 0.0, "library": 1.0}),
        # Hackney's fast roams are one of four; it has three full ones where three others have one each.
        ("roaming-roams / Roams that took too long / A", Health.HEALTHY, {"ft_air": 0.0}),
        ("roaming-roams / Roams that took too long / A", Health.FAULTED, {"ft_air": 0.25}),
        ("roaming-roams / Roams that took too long / B", Health.FAULTED, {"full_eap": 0.5}),
        ("roaming-borough / Its proxies / A", Health.FAULTED, {"hackney-rad-1": 0.0, "hackney-rad-2": 0.0}),
    ],
)
def test_figures(
    answers: dict[Health, tuple[Answer, ...]], place: str, health: Health, expected: dict[str, float]
) -> None:
    assert series(answers[health], place) == pytest.approx(expected)


def test_states_of_the_matrix(answers: dict[Health, tuple[Answer, ...]]) -> None:
    states = series(answers[Health.FAULTED], "roaming-matrix / Who gets in where / A")
    assert len(states) == 20
    shown = {name: states[name] for name in ("camden hackney", "camden islington", "hackney hackney", "camden barnet")}
    words = {0.0: "down", 1.0: "ok", 2.0: "slow", 3.0: "stale"}
    assert [words[state] for state in shown.values()] == ["down", "ok", "slow", "stale"]
