"""A whole region: what is pushed to, which pairs are green, what it holds of memory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from lab.engine import FakeEngine, Result, State
from lab.errors import LabError
from lab.folder import Folder
from lab.scenarios.london import SERVERS_AND_HUBS, devices, green, lines, measure
from lab.scenarios.memory import below, held_by
from lab.scenarios.verification import read_report
from lab.topology import Topology, container, lay_out, rewrite
from roaming.load import load
from tests.lab.verdicts import verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from roaming.model.network import Network


@pytest.fixture(scope="module")
def london(repository: Path) -> Network:
    return load(repository / "inventory").network


def test_every_server_and_hub_of_london_is_pushed_to_and_nothing_else(london: Network) -> None:
    found = devices(london, lay_out(london, "x", part=SERVERS_AND_HUBS).topology)
    servers = {f"{borough.slug}/{server.name}" for borough in london.boroughs for server in borough.radius}
    assert set(found) == servers | {f"federation/{hub.site}/{hub.name}" for hub in london.hubs}
    assert len(found) == len(set(found)) == 78


@pytest.fixture(scope="module")
def topology(network: Network) -> Topology:
    return lay_out(network, "x", part=SERVERS_AND_HUBS).topology


@pytest.fixture
def where(tmp_path: Path, repository: Path, network: Network) -> Folder:
    folder = Folder(tmp_path, "x")
    places = lay_out(network, "x").places
    rewrite(repository / "lab" / "inventory", folder.inventory, places)
    return folder


def _report(*results: dict[str, object]) -> dict[str, object]:
    return {"run": "x", "results": results, "seconds": 4.0}


def test_a_pair_is_green_when_every_method_is() -> None:
    report = read_report(
        _report(
            verdict("camden", "hackney"),
            verdict("camden", "hackney", "peap-mschapv2"),
            verdict("camden", "camden"),
            verdict("camden", "camden", "peap-mschapv2", "no-answer-beyond"),
        )
    )
    assert green(report) == {("camden", "hackney")}


def _engine(topology: Topology, push: Result, report: dict[str, object]) -> FakeEngine:
    def answer(name: str, argv: Sequence[str], stdin: str | None, env: Mapping[str, str]) -> Result:
        del name, stdin, env
        return push if argv[1] == "push" else Result(0, json.dumps(report), "")

    names = [container(topology, node) for node in topology.nodes]
    return FakeEngine(running={name: State(name, "running", 0, 0, "") for name in names}, answer=answer)


def test_a_region_is_pushed_verified_and_counted(topology: Topology, where: Folder) -> None:
    boroughs, outside = ("camden", "hackney", "islington"), ("leeds.gov.uk",)
    everybody = [verdict(visited, home) for visited in boroughs for home in (*boroughs, *outside)]
    engine = _engine(topology, Result(0, "", ""), _report(*everybody))
    size = measure(engine, where, topology, 9.0, lambda _: None)
    assert (size.green, size.wanted, size.passed) == (12, 12, True)
    assert (size.containers, size.devices, size.matrix_s, size.first_green_s) == (12, 7, 4.0, 0.5)
    limit = next(call[-1] for call in engine.calls if "push" in call)
    assert limit.startswith(
        "federation/data-centre-east/hub-east,federation/data-centre-west/hub-west,camden/camden-rad-1"
    )
    assert "12 of 12 pairs green" in lines(size)


def test_a_pair_that_is_not_tried_is_not_green(topology: Topology, where: Folder) -> None:
    engine = _engine(topology, Result(0, "", ""), _report(verdict("camden", "hackney")))
    size = measure(engine, where, topology, 9.0, lambda _: None)
    assert (size.green, size.wanted, size.passed) == (1, 12, False)


def test_who_does_not_get_in_is_named_with_the_reason(topology: Topology, where: Folder) -> None:
    failed = [verdict("camden", home, "peap-mschapv2", "no-answer-beyond") for home in ("hackney", "islington")]
    size = measure(_engine(topology, Result(0, "", ""), _report(*failed)), where, topology, 9.0, lambda _: None)
    assert any("users of hackney, islington at camden (PEAP)" in line for line in size.failures)
    assert set(size.failures) < set(lines(size))


def test_a_push_that_fails_is_said_in_its_own_words(topology: Topology, where: Folder) -> None:
    engine = _engine(topology, Result(1, "", "camden-rad-1: no route"), _report())
    with pytest.raises(LabError, match="the push failed: camden-rad-1: no route"):
        measure(engine, where, topology, 9.0, lambda _: None)


def test_memory_is_that_of_processes_and_all_below_them(tmp_path: Path) -> None:
    for process, parent, kilobytes in ((10, 1, 100), (11, 10, 20), (12, 11, 3), (20, 1, 5000)):
        folder = tmp_path / str(process)
        folder.mkdir()
        (folder / "stat").write_text(f"{process} (a (b) c) S {parent} 0 0\n")
        (folder / "smaps_rollup").write_text(f"Rss: 9 kB\nPss:  {kilobytes} kB\nPss_Anon: 1 kB\n")
    (tmp_path / "12" / "smaps_rollup").unlink()
    (tmp_path / "meminfo").write_text("")
    assert held_by([10, 99], tmp_path) == 120 * 1024


def test_what_is_below_is_found_once() -> None:
    assert below([1, 2], {1: 0, 2: 1, 3: 2, 4: 0}) == {1, 2, 3}
