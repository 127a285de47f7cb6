"""Any inventory becomes a lab: every address gets one of the lab's, every line stays where it was."""

from __future__ import annotations

from datetime import date
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lab.errors import LabError
from lab.images import Image
from lab.life import image_of
from lab.topology import (
    FEDERATION,
    ONLOOKERS,
    OPERATOR,
    Layout,
    Node,
    NodeKind,
    Part,
    Place,
    compose_file,
    lay_out,
    read_mapping,
    rewrite,
    rewrite_text,
    write_mapping,
)
from roaming.load import load
from roaming.model.borough import Worker
from roaming.rules import check

if TYPE_CHECKING:
    from pathlib import Path

    from roaming.model.network import Network
    from tests.conftest import Golden

INVENTORIES = ("lab/inventory", "inventory")
POOL = IPv4Network("10.213.0.0/16")


@pytest.fixture(params=INVENTORIES)
def source(request: pytest.FixtureRequest, repository: Path) -> Path:
    return repository / str(request.param)


@pytest.fixture
def layout(source: Path) -> Layout:
    return lay_out(load(source).network, "lab")


@pytest.fixture(scope="session")
def small(repository: Path) -> Network:
    return load(repository / "lab" / "inventory").network


def _image(node: Node) -> str:
    return f"image-of-{node.kind}-{node.version or 'any'}"


def test_the_mapping_is_one_to_one_and_inside_the_pool(layout: Layout) -> None:
    addresses = list(layout.places.values())
    assert len(set(addresses)) == len(addresses)
    assert all(address in POOL for address in addresses)
    used = [link.address for node in layout.topology.nodes for link in node.links]
    assert len(set(used)) == len(used)


def test_each_link_stands_in_its_network(layout: Layout) -> None:
    networks = layout.topology.networks
    for node in layout.topology.nodes:
        for link in node.links:
            subnet = networks[link.network]
            assert link.address in subnet
            edges = {subnet.network_address, subnet.network_address + 1, subnet.broadcast_address}
            assert link.address not in edges
    subnets = list(networks.values())
    assert not any(one.overlaps(other) for one in subnets for other in subnets if one is not other)


def test_every_device_of_the_inventory_is_a_node(source: Path, layout: Layout) -> None:
    network = load(source).network
    wanted = {hub.name for hub in network.hubs} | {upstream.name for upstream in network.upstreams}
    wanted |= {server.name for server in network.federation.govwifi}
    wanted |= {server.name for borough in network.boroughs for server in borough.radius}
    wanted |= {borough.agent.name for borough in network.boroughs}
    wanted |= {ap.name for _, _, ap in network.access_points()}
    wanted |= {controller.name for _, controller in network.controllers()}
    own = {node.name for node in layout.topology.of_kind(NodeKind.CONTROL, *ONLOOKERS)}
    assert {node.name for node in layout.topology.nodes} == wanted | own


def test_devices_that_speak_to_each_other_share_a_network(source: Path, layout: Layout) -> None:
    network, nodes = load(source).network, layout.topology
    for borough in network.boroughs:
        homes_of_borough = network.servers_by_name.keys() & {home.name for home in network.homes(borough)}
        for proxy in network.proxies(borough):
            feet = {link.network for link in nodes.node(proxy.name).links}
            assert FEDERATION in feet
            assert nodes.node(borough.agent.name).links[0].network in feet
            assert all(nodes.node(home).links[0].network in feet for home in homes_of_borough)
    for _, site, ap in network.access_points():
        for proxy in network.proxies(network.boroughs_by_slug[site.owner]):
            assert nodes.node(ap.name).links[0].network in {link.network for link in nodes.node(proxy.name).links}
    for borough, controller in network.controllers():
        for proxy in network.proxies(borough):
            feet = {link.network for link in nodes.node(proxy.name).links}
            assert nodes.node(controller.name).links[0].network in feet


def test_an_agent_behind_a_registered_source_speaks_to_govwifi_from_it(small: Network) -> None:
    topology = lay_out(small, "lab").topology
    feet = {node.name: node.link(FEDERATION) for node in topology.of_kind(NodeKind.AGENT)}
    seen = {name: link.real for name, link in feet.items() if link}
    assert seen == {"hackney-agent": IPv4Address("198.51.100.212")}
    assert all(topology.node(server.name).link(FEDERATION) for server in small.federation.govwifi)
    assert topology.node("hackney-agent").address in topology.networks["inside-hackney"]


def test_the_control_container_has_a_foot_everywhere(layout: Layout) -> None:
    control = layout.topology.node("control")
    assert {link.network for link in control.links} == set(layout.topology.networks)


def test_a_borough_with_a_worker_is_reached_through_it_alone(small: Network) -> None:
    camden, hackney, *rest = small.boroughs
    agent = hackney.agent
    worker = Worker(name="hackney-worker", address=IPv4Address("198.51.100.30"), credentials=agent.credentials)
    closed = _with(small, boroughs=(camden, hackney.model_copy(update={"worker": worker}), *rest))
    topology = lay_out(closed, "lab").topology
    control, outside = topology.node("control"), topology.node("hackney-worker")
    inside = topology.node("hackney-agent").links[0].network
    assert inside not in {link.network for link in control.links}
    assert topology.node("camden-agent").links[0].network in {link.network for link in control.links}
    assert [link.network for link in outside.links] == [OPERATOR, inside]
    used = [link.address for node in topology.nodes for link in node.links]
    assert len(set(used)) == len(used)
    assert image_of(outside) is Image.CONTROL


def test_the_mapped_inventory_is_the_same_but_for_addresses(source: Path, layout: Layout, tmp_path: Path) -> None:
    rewrite(source, tmp_path, layout.places)
    before, after = load(source), load(tmp_path)
    assert _without_addresses(before.network) == _without_addresses(after.network)
    for path in source.rglob("*.yml"):
        old, new = path.read_text(), (tmp_path / path.relative_to(source)).read_text()
        assert old.count("\n") == new.count("\n")
    for server in after.network.servers_by_name.values():
        assert server.address == layout.topology.node(server.name).address


def test_the_mapped_inventory_still_keeps_the_rules(source: Path, layout: Layout, tmp_path: Path) -> None:
    rewrite(source, tmp_path, layout.places)
    before, after = (check(load(path), date(2026, 11, 23)) for path in (source, tmp_path))
    assert {(problem.rule, problem.line) for problem in after} == {(problem.rule, problem.line) for problem in before}


def test_boroughs_may_use_the_same_private_addresses(small: Network) -> None:
    camden, hackney, *rest = small.boroughs
    agent = hackney.agent.model_copy(update={"address": camden.agent.address})
    twins = (camden, hackney.model_copy(update={"agent": agent}), *rest)
    places = lay_out(_with(small, boroughs=twins), "lab").places
    assert places[Place("camden", camden.agent.address)] != places[Place("hackney", camden.agent.address)]


def test_a_limit_leaves_the_others_without_containers_but_with_addresses(small: Network) -> None:
    whole, part = lay_out(small, "lab"), lay_out(small, "lab", part=Part(frozenset({"hackney"})))
    assert part.places == whole.places
    assert {node.owner for node in part.topology.nodes} == {"hackney", FEDERATION}
    assert set(part.topology.networks) == {FEDERATION, OPERATOR, "inside-hackney"}
    assert {link.network for link in part.topology.node("control").links} == set(part.topology.networks)


def test_kinds_of_devices_may_be_left_out(small: Network) -> None:
    whole, part = lay_out(small, "lab"), lay_out(small, "lab", part=Part(without=frozenset({NodeKind.ACCESS_POINT})))
    assert part.places == whole.places
    missing = {node.name for node in whole.topology.nodes} - {node.name for node in part.topology.nodes}
    assert missing == {ap.name for _, _, ap in small.access_points()}


def test_a_pool_that_is_too_small_is_refused(small: Network) -> None:
    with pytest.raises(LabError, match="more devices than"):
        lay_out(small, "lab", pool=IPv4Network("10.213.0.0/24"))
    with pytest.raises(LabError, match="do not fit into"):
        lay_out(small, "lab", pool=IPv4Network("10.213.0.0/26"))


def test_two_devices_of_one_name_are_refused(small: Network) -> None:
    camden, *rest = small.boroughs
    agent = camden.agent.model_copy(update={"name": "hub-east"})
    with pytest.raises(LabError, match="two devices are named hub-east"):
        lay_out(_with(small, boroughs=(camden.model_copy(update={"agent": agent}), *rest)), "lab")


def test_a_device_that_is_not_there_is_named_with_those_that_are(small: Network) -> None:
    with pytest.raises(LabError, match="the lab has no 'hub-north'; it has hub-east, hub-west, nrps-1"):
        lay_out(small, "lab").topology.node("hub-north")


def test_the_mapping_is_read_back(layout: Layout, tmp_path: Path) -> None:
    write_mapping(layout.topology, tmp_path / "mapping.json")
    found = read_mapping(tmp_path / "mapping.json")
    assert found.networks == layout.topology.networks
    assert [(node.name, node.kind, node.links) for node in found.nodes] == [
        (node.name, node.kind, node.links) for node in layout.topology.nodes
    ]


def test_no_mapping_and_a_broken_one_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "mapping.json"
    with pytest.raises(LabError, match="there is no lab"):
        read_mapping(path)
    path.write_text("[]")
    with pytest.raises(LabError, match="cannot be read: `roam-lab down`"):
        read_mapping(path)


def test_compose_of_the_lab_inventory(small: Network, golden: Golden) -> None:
    golden("lab/compose.yml", compose_file(lay_out(small, "lab").topology, _image))


def test_compose_is_the_same_every_time_and_leads_nowhere(layout: Layout) -> None:
    text = compose_file(layout.topology, _image)
    assert text == compose_file(layout.topology, _image)
    document = yaml.safe_load(text)
    assert all(network["internal"] for network in document["networks"].values())
    assert not any("ports" in service for service in document["services"].values())
    onlookers = {node.name for node in layout.topology.of_kind(*ONLOOKERS)}
    assert onlookers == {"monitor", "prometheus", "alertmanager", "pager", "grafana"}
    assert not onlookers & document["services"].keys()


OCTET = st.integers(1, 254)
INSIDE = st.builds(lambda *octets: f"10.{octets[0]}.{octets[1]}.{octets[2]}", OCTET, OCTET, OCTET)
COMMENT = st.text(st.characters(categories=("L", "N", "P", "Zs"), exclude_characters="\ufeff"), max_size=12)
QUOTE = st.sampled_from(("", '"', "'"))
MAPPED = IPv4Address("10.213.99.99")


@given(address=INSIDE, comment=COMMENT, quote=QUOTE, flow=st.booleans(), other=INSIDE)
def test_only_the_address_changes(address: str, comment: str, quote: str, flow: bool, other: str) -> None:  # noqa: FBT001
    spelled = f"{quote}{address}{quote}"
    agent = f"{{name: a, address: {spelled}}}" if flow else f"\n  name: a\n  address: {spelled}"
    lines = (f"# {comment} {address}", "borough: {slug: camden}", f"agent: {agent}  # {comment}", f'note: "{other}"')
    text = "\n".join((*lines, f"vlan: {{subnet: {address}/32}}", ""))
    places = {Place("camden", IPv4Address(address)): MAPPED}
    assert rewrite_text(text, places) == text.replace(f"address: {spelled}", f"address: {quote}{MAPPED}{quote}")


def test_an_address_without_a_place_is_named_with_its_line() -> None:
    with pytest.raises(LabError, match=r"line 2: 10\.1\.1\.1 has no address in the lab"):
        rewrite_text("borough: {slug: camden}\nagent: {address: 10.1.1.1}\n", {})


def _with(network: Network, **changes: object) -> Network:
    fields = ("federation", "hubs", "upstreams", "certificates", "wlans", "boroughs")
    values = {name: getattr(network, name) for name in fields} | changes
    return type(network)(**values)


def _without_addresses(network: Network) -> list[Any]:
    """Return the network as data, with every address of a device blanked."""
    records = (network.federation, *network.hubs, *network.upstreams, *network.boroughs)
    return [_blank(record.model_dump(mode="json")) for record in records]


def _blank(data: Any) -> Any:  # noqa: ANN401  whatever JSON holds
    if isinstance(data, dict):
        return {key: "" if key in {"address", "management"} else _blank(value) for key, value in data.items()}
    return [_blank(item) for item in data] if isinstance(data, list) else data
