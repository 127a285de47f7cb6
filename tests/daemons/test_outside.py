"""The stand-in for what is outside the region: a national proxy with home servers behind it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from lab.outside import DIRECTORY, outside_files, write_outside
from lab.pki import Material, generate
from lab.topology import Topology, lay_out
from roaming.load import load
from roaming.model.terms import Transport

if TYPE_CHECKING:
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
