"""Who looks on in a lab: their files, and that they come beside it."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest
import yaml

from lab.engine import FakeEngine, Result, State
from lab.errors import ContainerError
from lab.topology import ONLOOKERS, container
from lab.watch import Wanted, files, observers_file, watch
from monitor.dashboards import provisioning

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lab.folder import Folder
    from lab.topology import Node, Topology
    from roaming.model.network import Network
    from tests.conftest import Golden


def _image(node: Node) -> str:
    return f"image-of-{node.kind}"


def test_compose_of_those_who_look_on(topology: Topology, golden: Golden) -> None:
    golden("lab/observers.yml", observers_file(topology, _image, grafana=False))


@pytest.mark.parametrize("name", ["start-monitor", "prometheus.yml"])
def test_files_of_those_who_look_on(topology: Topology, network: Network, golden: Golden, name: str) -> None:
    golden(f"lab/{name}", files(topology, network, 0.05)[name])


def test_prometheus_reads_the_rules_and_asks_no_quicker_than_once_a_second(
    topology: Topology, network: Network
) -> None:
    found = files(topology, network, 0.01)
    prometheus = yaml.safe_load(found["prometheus.yml"])
    assert prometheus["global"]["scrape_interval"] == "1000ms"
    assert set(prometheus["rule_files"]) <= found.keys()


def test_alertmanager_calls_the_pager(topology: Topology, network: Network) -> None:
    receivers = yaml.safe_load(files(topology, network, 0.05)["alertmanager.yml"])["receivers"]
    urls = {hook["url"] for receiver in receivers for hook in receiver["webhook_configs"]}
    assert urls == {f"http://{topology.node('pager').address}:9099/"}


def test_grafana_comes_only_when_it_is_asked_for(topology: Topology) -> None:
    plain, full = (
        yaml.safe_load(observers_file(topology, _image, grafana=grafana))["services"] for grafana in (False, True)
    )
    assert full.keys() - plain.keys() == {"grafana"}


def test_grafana_finds_what_the_monitor_writes_for_it(topology: Topology, repository: Path) -> None:
    services = yaml.safe_load(observers_file(topology, _image, grafana=True))["services"]
    grafana = services["grafana"]
    folder = repository / ".lab" / "lab"
    mounts = {target: folder / source for source, target, _ in (volume.split(":") for volume in grafana["volumes"])}
    for kind in ("dashboards", "datasources"):
        assert (mounts[f"/etc/grafana/provisioning/{kind}"] / "roaming.yml").resolve().is_file()
    home = PurePosixPath(grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert (mounts[str(home.parent)] / home.name).resolve().is_file()
    assert str(home.parent) == provisioning.MOUNTED
    variables = {provisioning.PROMETHEUS_VARIABLE: "prometheus", provisioning.ALERTMANAGER_VARIABLE: "alertmanager"}
    for variable, name in variables.items():
        (network,) = services[name]["networks"].values()
        assert f"//{network['ipv4_address']}:" in grafana["environment"][variable]


WANTED = Wanted(lambda image: f"image-{image}", 0.05, patience_s=0)


def _engine(topology: Topology, answer: Result, status: str = "running") -> FakeEngine:
    names = [container(topology, node) for node in topology.of_kind(*ONLOOKERS) if node.name != "grafana"]
    said: dict[str, tuple[str, ...]] = {"lab-monitor": ("no such option",)}

    def answers(_container: str, _argv: Sequence[str], _stdin: str | None, _env: Mapping[str, str]) -> Result:
        return answer

    states = {name: State(name, status, 3, 1, "image") for name in names}
    return FakeEngine(services=states, answer=answers, printed=said)


def test_watch_writes_files_starts_them_and_asks_each(where: Folder, topology: Topology) -> None:
    engine = _engine(topology, Result(0, "ok", ""))
    nodes = watch(engine, where, topology, WANTED, print)
    assert {node.name for node in nodes} == {"monitor", "prometheus", "alertmanager", "pager"}
    written = {path.name for path in where.observers.iterdir()}
    assert written == {"start-monitor", "prometheus.yml", "roaming.rules.yml", "alertmanager.yml"}
    asked = {call[1] for call in engine.calls if call[0] == "exec"}
    assert asked == {"lab-monitor", "lab-prometheus", "lab-alertmanager"}


def test_those_of_a_former_watch_are_replaced(where: Folder, topology: Topology) -> None:
    engine = _engine(topology, Result(0, "ok", ""))
    watch(engine, where, topology, WANTED, print)
    watch(engine, where, topology, WANTED, print)
    assert ("rm", "lab-prometheus") in engine.calls


@pytest.mark.parametrize(
    ("status", "message"),
    [
        ("exited", "container lab-monitor ended with exit status 3; its last lines:\n  lab-monitor | no such option"),
        ("running", "container lab-monitor does not answer http://127.0.0.1:9469/-/healthy after 0 s"),
    ],
)
def test_one_that_does_not_come_is_named(where: Folder, topology: Topology, status: str, message: str) -> None:
    engine = _engine(topology, Result(1, "", "refused"), status)
    with pytest.raises(ContainerError) as caught:
        watch(engine, where, topology, WANTED, print)
    assert str(caught.value).startswith(message)
