"""Which hops of an inventory are watched, how they are asked on demand, and which logs are followed."""

from __future__ import annotations

import asyncio
import re
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, cast

import pytest

from monitor.cli.hops import hop_modules, hop_tasks
from monitor.cli.logs import log_places, log_tasks, names_of
from monitor.cli.means import Means
from monitor.discover import estate
from monitor.errors import SettingError
from monitor.probes.govwifi import GovWifiProbe
from monitor.probes.radsec import RadsecProbe
from monitor.runner import Intervals
from monitor.sample import FakeClock, FakeSink
from roaming.eap import FakeRan, FakeShell
from roaming.load import load
from roaming.secrets import MemoryStore

if TYPE_CHECKING:
    from monitor.exporter import Module
    from monitor.sample import Batch
    from monitor.target import Target
    from roaming.model.network import Network
    from roaming.transport import Session

REPOSITORY = Path(__file__).parents[2]
ANSWER = b"1 Sent Status-Server Id 1 from 0.0.0.0:1 to x\n2 Received Access-Challenge Id 1 from x\n"


def london() -> Network:
    return load(REPOSITORY / "inventory").network


def lab() -> Network:
    return load(REPOSITORY / "lab" / "inventory").network


@dataclass(frozen=True)
class Watch:
    """What is built for an inventory, with an agent that is answered."""

    network: Network
    means: Means
    shell: FakeShell

    @classmethod
    def of(cls, network: Network, limit: str | None = None) -> Watch:
        shell = FakeShell(lambda *_: FakeRan(ANSWER))
        secrets = {str(borough.agent.secret): "a-secret" for borough in network.boroughs}
        secrets |= {"camden/govwifi/civic": "another-secret"}
        means = Means(
            store=MemoryStore(secrets, {}),
            open_session=lambda _: nullcontext(cast("Session", shell)),
            intervals=Intervals(),
            clock=FakeClock(1_795_600_000.0),
            random=Random(1),  # noqa: S311  nothing is kept secret by it
            limit=limit,
        )
        return cls(network, means, shell)

    @property
    def names(self) -> list[str]:
        return [task.name for task in hop_tasks(self.network, estate(self.network, self.means.limit), self.means)]


def test_each_borough_asks_its_servers_and_one_look_goes_to_all_endpoints() -> None:
    names = Watch.of(lab()).names
    assert names == ["status:camden", "status:hackney", "status:islington", "radsec", "status:hackney/civic"]


@pytest.mark.parametrize(("limit", "names"), [("camden", ["status:camden"]), ("federation", ["radsec"])])
def test_a_limit_leaves_the_rest_to_others(limit: str, names: list[str]) -> None:
    assert Watch.of(lab(), limit).names == names


def test_the_look_goes_to_every_hub_and_proxy() -> None:
    watch = Watch.of(lab(), "federation")
    [radsec] = hop_tasks(watch.network, estate(watch.network, "federation"), watch.means)
    assert isinstance(radsec, RadsecProbe)
    names = ["hub-east", "hub-west", "camden-rad-1", "camden-rad-2", "hackney-proxy-1", "islington-rad-1"]
    assert [target.name for target in radsec.targets] == names


def test_without_a_monitor_in_the_inventory_no_endpoint_is_looked_at() -> None:
    network = lab()
    unknown = replace(network, federation=network.federation.model_copy(update={"monitor": None}))
    assert "radsec" not in Watch.of(unknown).names


def with_location(**changes: object) -> Network:
    network = london()
    camden = network.boroughs_by_slug["camden"]
    assert camden.govwifi
    first, *others = camden.govwifi.locations
    locations = (first.model_copy(update={"from_agent": True, **changes}), *others)
    camden = camden.model_copy(update={"govwifi": camden.govwifi.model_copy(update={"locations": locations})})
    return replace(network, boroughs=tuple(camden if one.slug == "camden" else one for one in network.boroughs))


def test_govwifi_is_asked_only_where_the_inventory_says_so() -> None:
    assert not any("/" in name for name in Watch.of(london()).names)
    assert "status:camden/civic" in Watch.of(with_location()).names


@pytest.mark.parametrize(("day", "asked"), [(date(2026, 11, 25), 1), (date(2027, 1, 1), 0)])
def test_govwifi_is_not_asked_before_it_knows_us(day: date, asked: int) -> None:
    watch = Watch.of(with_location(effective_from=day), "camden")
    tasks = hop_tasks(watch.network, estate(watch.network, "camden"), watch.means)
    [task] = [task for task in tasks if isinstance(task, GovWifiProbe)]
    sink = FakeSink()
    asyncio.run(task.run(sink))
    assert len(watch.shell.ran) == len(sink.batches) == asked


async def collected(module: Module, target: Target) -> tuple[Batch, ...]:
    return await module.collect(target)


@pytest.mark.parametrize(
    ("module", "name", "origin"),
    [
        ("status", "hackney-home-1", "status:hackney-home-1"),
        ("govwifi", "camden/civic", "govwifi:camden/civic"),
    ],
)
def test_a_hop_is_asked_on_demand(module: str, name: str, origin: str) -> None:
    watch = Watch.of(with_location(effective_from=date(2026, 1, 1)))
    found = hop_modules(watch.network, estate(watch.network), watch.means)[module]
    [batch] = asyncio.run(collected(found, found.targets[name]))
    assert batch.origin == origin


def test_what_can_be_looked_at_on_demand_is_named() -> None:
    watch = Watch.of(lab())
    found = hop_modules(watch.network, estate(watch.network), watch.means)
    assert set(found["radsec"].targets) >= {"hub-east", "camden-rad-1"}
    assert "hackney-home-1" not in found["radsec"].targets
    assert set(found["status"].targets) >= {"hackney-home-1", "camden-rad-1"}
    assert set(found["govwifi"].targets) == {"hackney/civic"}


# Logs


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["visits=/x"], "--log visits=/x is not KIND@OWNER=PATH; kinds are visits, home, f-ticks, hostapd"),
        (["visits@camden"], "--log visits@camden is not KIND@OWNER=PATH; kinds are visits, home, f-ticks, hostapd"),
        (["sysl@camden=/x"], "--log sysl@camden=/x is not KIND@OWNER=PATH; kinds are visits, home, f-ticks, hostapd"),
        (
            ["visits@camden=/x", "f-ticks@federation=/y"],
            "the logs of RADIUS servers and of hubs tell of the same authentications: read one sort of them",
        ),
    ],
)
def test_a_log_that_cannot_be_followed_is_refused(words: list[str], message: str) -> None:
    with pytest.raises(SettingError, match=f"^{re.escape(message)}$"):
        log_places(words)


def test_a_log_of_nobody_is_refused() -> None:
    means = replace(Watch.of(lab()).means, logs=log_places(["visits@atlantis=/x"]))
    with pytest.raises(SettingError, match=r"^--log visits@atlantis: the inventory has no atlantis$"):
        log_tasks(lab(), estate(lab()), means)


def test_a_log_is_followed_and_its_position_kept(tmp_path: Path) -> None:
    log = tmp_path / "visits.log"
    log.touch()
    means = replace(
        Watch.of(lab()).means, logs=log_places([f"visits@camden={log}"]), state_directory=tmp_path / "state"
    )
    [task] = log_tasks(lab(), estate(lab()), means)
    assert (task.name, task.every_s) == ("logs:visits@camden", 10)
    asyncio.run(task.run(FakeSink()))
    log.write_bytes((Path(__file__).parent / "logs" / "visits.log").read_bytes())
    sink = FakeSink()
    asyncio.run(task.run(sink))
    assert {(one.visited, one.home) for one in sink.authentications} >= {("camden", "islington"), ("camden", "other")}
    assert len(list((tmp_path / "state").iterdir())) == 1


def test_the_names_of_logs_are_those_of_the_inventory() -> None:
    names = names_of(lab())
    assert names.home_of("somebody@leeds.gov.uk") == "leeds.gov.uk"
    assert names.visited("1hackney.gov.uk") == "hackney"
    assert names.servers >= {"hub-east", "hackney-home-1", "camden-rad-1"}
