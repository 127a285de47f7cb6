"""The stand-ins for what is outside the region: a national proxy with home servers behind it, and GovWifi."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from lab.faults import scripts
from lab.outside import DIRECTORY, START, govwifi_files, outside_files, write_outside
from lab.pki import Material, generate
from lab.topology import FEDERATION, NodeKind, Topology, lay_out
from roaming.load import load
from roaming.model.terms import Transport
from tests.daemons.agent import Agent, ask_govwifi

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from roaming.model.federation import Upstream
    from roaming.model.network import Network
    from tests.daemons.conftest import Box


@pytest.fixture(scope="module", params=[Transport.UDP, Transport.RADSEC])
def network(request: pytest.FixtureRequest, repository: Path) -> Network:
    found = load(repository / "lab" / "inventory").network
    changes = {"transport": request.param, "tls_name": "nrps.example.org", "secret": None}
    upstream = found.upstreams[0].model_copy(update=changes if request.param is Transport.RADSEC else {})
    parts = (found.federation, found.hubs, (upstream,), found.certificates, found.wlans, found.boroughs)
    return type(found)(*parts)


@pytest.fixture(scope="module")
def upstream(network: Network) -> Upstream:
    return network.upstreams[0]


@pytest.fixture(scope="module")
def material(network: Network) -> Material:
    return generate(network)


@pytest.fixture(scope="module")
def topology(network: Network) -> Topology:
    return lay_out(network, "x").topology


@pytest.fixture
def files(network: Network, topology: Topology, material: Material, upstream: Upstream) -> dict[str, str]:
    return outside_files(network, topology, material, upstream)


def test_its_clients_are_the_hubs_by_their_lab_addresses(files: dict[str, str]) -> None:
    assert re.findall(r"ipaddr = (10\S+)", files["radiusd.conf"]) == ["10.213.0.74", "10.213.0.138"]


def test_over_tls_the_secret_is_radsec(files: dict[str, str], upstream: Upstream, material: Material) -> None:
    over_tls = upstream.transport is Transport.RADSEC
    wanted = "radsec" if over_tls else material.secrets["upstream/nrps-1"]
    assert f'secret = "{wanted}"' in files["radiusd.conf"]
    assert ("upstream.pem" in files) == over_tls


@pytest.mark.daemon
def test_freeradius_accepts_it(debian_13: Box, files: dict[str, str]) -> None:
    debian_13.write({f"{DIRECTORY}/{name}": text for name, text in files.items()})
    found = debian_13.run("freeradius", "-XC", "-d", DIRECTORY, "-n", "radiusd")
    assert found.ok, found.out[-2000:]


def test_its_files_are_private(files: dict[str, str], tmp_path: Path) -> None:
    write_outside(files, tmp_path / "outside")
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "outside").iterdir()} == {0o600}


# GovWifi

PORT = 11831
TALK = "/run/box/govwifi.log"


@pytest.fixture(scope="module")
def lab(repository: Path) -> Network:
    return load(repository / "lab" / "inventory").network


@pytest.fixture(scope="module")
def made(lab: Network) -> Material:
    return generate(lab)


@pytest.fixture(scope="module")
def govwifi(lab: Network, made: Material) -> dict[str, str]:
    return govwifi_files(lab, lay_out(lab, "x").topology, made)


def test_govwifi_knows_the_agent_behind_a_registered_source_and_nobody_else(
    govwifi: dict[str, str], lab: Network, made: Material
) -> None:
    foot = lay_out(lab, "x").topology.node("hackney-agent").link(FEDERATION)
    assert foot is not None
    found = re.findall(r'client (\S+) \{\s+ipaddr = (\S+)\s+secret = "(\S+)"', govwifi["radiusd.conf"])
    assert found == [("hackney-civic", str(foot.address), made.secrets["hackney/govwifi/civic"])]


@pytest.fixture(scope="module")
def playing(debian_13: Box, govwifi: dict[str, str]) -> Iterator[Agent]:
    """Run GovWifi as the lab does, but for the loopback and a port that no other daemon of the box has."""
    text = re.sub(r"ipaddr = 10\S+", "ipaddr = 127.0.0.1", govwifi["radiusd.conf"])
    files = govwifi | {"radiusd.conf": text.replace("port = 1812", f"port = {PORT}")}
    debian_13.must("rm", "-rf", DIRECTORY)
    debian_13.write({f"{DIRECTORY}/{name}": text for name, text in files.items()})
    found = debian_13.run("freeradius", "-XC", *START[1:])
    assert found.ok, found.out[-2000:]
    debian_13.must(*START, "-xx", "-l", TALK)
    yield Agent(debian_13)
    debian_13.run("sh", "-c", "kill $(cat /run/freeradius/outside.pid)")


@pytest.mark.daemon
def test_govwifi_challenges_the_probe_and_does_not_answer_who_has_another_secret(
    playing: Agent, made: Material
) -> None:
    assert ask_govwifi(playing, "127.0.0.1", "0123456789ABCDEF9999", PORT) == 0
    assert "Sent Access-Challenge" not in playing.box.must("cat", TALK)
    assert ask_govwifi(playing, "127.0.0.1", made.secrets["hackney/govwifi/civic"], PORT) == 1
    log = playing.box.must("cat", TALK)
    assert "Sent Access-Challenge" in log
    assert 'User-Name = "roam-monitor"' in log


@pytest.mark.daemon
def test_govwifi_answers_until_it_is_stopped_and_again_when_that_is_taken_back(
    playing: Agent, lab: Network, made: Material
) -> None:
    node, *_ = lay_out(lab, "x").topology.of_kind(NodeKind.GOVWIFI)
    secret = made.secrets["hackney/govwifi/civic"]
    assert ask_govwifi(playing, "127.0.0.1", secret, PORT) == 1
    for _ in range(2):
        playing.box.must("sh", "-c", scripts.stop(node))
    assert ask_govwifi(playing, "127.0.0.1", secret, PORT) == 0
    for _ in range(2):
        playing.box.must("sh", "-c", scripts.undo(node))
    assert ask_govwifi(playing, "127.0.0.1", secret, PORT) == 1
