"""Faults: what is asked of which container, and what is refused."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from lab.agents import LOST
from lab.engine import FakeEngine, Result, State
from lab.errors import LabError
from lab.faults import FaultKind, Faults, parse
from lab.faults.kind import spelled
from lab.folder import Folder
from lab.pki import Material, write_private
from lab.topology import Topology, container, lay_out

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from roaming.model.network import Network


@pytest.fixture(scope="module")
def topology(network: Network) -> Topology:
    return lay_out(network, "x").topology


@pytest.fixture
def engine(topology: Topology) -> FakeEngine:
    names = [container(topology, node) for node in topology.nodes]
    return FakeEngine(running={name: State(name, "running", 0, 1, "image") for name in names})


@pytest.fixture
def faults(engine: FakeEngine, topology: Topology, tmp_path: Path) -> Faults:
    return Faults(engine, topology, Folder(tmp_path, "x"))


def _asked(engine: FakeEngine) -> list[tuple[str, str]]:
    return [(call[1], call[-1]) for call in engine.calls if call[0] == "exec"]


def _set(faults: Faults, text: str) -> None:
    faults.set(faults.parse(text))


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("hub-stopped:hub-east", {"hub-east"}),
        ("hub-blackholed:hub-west", {"hub-west"}),
        ("server-stopped:hackney-home-1", {"hackney-home-1"}),
        ("link-delayed:hackney-home-1", {"hackney-home-1"}),
        ("access-point-stopped:hackney-sc-ap1", {"hackney-sc-ap1"}),
        ("snmp-stopped:hackney-sc-ap2", {"hackney-sc-ap2"}),
        ("snmp-restarted:hackney-th-ap1", {"hackney-th-ap1"}),
        ("govwifi-stopped:govwifi-london-1", {"govwifi-london-1"}),
        ("access-point-lost:hackney-wlc", {"hackney-wlc"}),
        ("agent-unreachable:camden-agent", {"camden-agent"}),
        ("site-stopped:hackney/service-centre", {"hackney-sc-ap1", "hackney-sc-ap2"}),
        ("certificate-expired:hackney", {"hackney-proxy-1", "hackney-home-1"}),
        ("radsec-key-wrong:camden", {"camden-rad-1", "camden-rad-2"}),
        ("prober-paused", {"monitor"}),
    ],
)
def test_a_fault_is_read_as_it_is_spelled(topology: Topology, text: str, nodes: set[str]) -> None:
    fault = parse(topology, text)
    assert str(fault) == text
    assert {node.name for node in fault.nodes} == nodes


THERE_ARE = (
    "hub-stopped:NODE, hub-blackholed:NODE, server-stopped:NODE, server-blackholed:NODE, access-point-stopped:NODE, "
    "access-point-lost:NODE, site-stopped:BOROUGH/SITE, snmp-stopped:NODE, snmp-restarted:NODE, govwifi-stopped:NODE, "
    "agent-unreachable:NODE, link-delayed:NODE, "
    "certificate-expiring:BOROUGH, certificate-expired:BOROUGH, "
    "radsec-key-wrong:BOROUGH, prober-paused"
)
SITES = (
    "camden/town-hall, camden/pancras-square, hackney/town-hall, hackney/service-centre, islington/town-hall, "
    "islington/upper-street, islington/pancras-square"
)


def test_the_page_of_the_lab_tells_of_every_fault(repository: Path) -> None:
    page = (repository / "docs" / "lab.md").read_text(encoding="utf-8")
    assert [kind for kind in FaultKind if f"`{spelled(kind)}`" not in page] == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hub-melted:hub-east", f"there is no fault 'hub-melted'; there are {THERE_ARE}, and clear"),
        ("hub-stopped:hub-north", "the lab has no 'hub-north'; it has hub-east, hub-west"),
        ("hub-stopped:camden-rad-1", "hub-stopped is for a hub, and camden-rad-1 is a radius-server"),
        ("access-point-lost:hub-east", "access-point-lost is for a controller, and hub-east is a hub"),
        ("hub-stopped", "the lab has no ''"),
        ("govwifi-stopped:nrps-1", "govwifi-stopped is for a govwifi, and nrps-1 is an upstream"),
        ("snmp-stopped:camden-agent", "snmp-stopped is for an access-point, and camden-agent is an agent"),
        (
            "certificate-expired:atlantis",
            "the lab has no RADIUS server of 'atlantis'; it has those of camden, hackney, islington",
        ),
        ("site-stopped:hackney", f"the lab has no access point at 'hackney'; it has some at {SITES}"),
    ],
)
def test_what_is_no_fault_is_refused_with_what_there_is(topology: Topology, text: str, message: str) -> None:
    with pytest.raises(LabError) as caught:
        parse(topology, text)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "service"),
    [("hub-stopped:hub-east", "radsecproxy"), ("access-point-stopped:hackney-sc-ap1", "hostapd")],
)
def test_what_is_stopped_has_its_daemon_stopped(engine: FakeEngine, faults: Faults, text: str, service: str) -> None:
    _set(faults, text)
    assert _asked(engine) == [(f"x-{text.partition(':')[2]}", f"service {service} stop && touch /run/lab-stopped")]


def test_an_agent_of_snmp_is_restarted_and_there_is_nothing_to_take_back(engine: FakeEngine, faults: Faults) -> None:
    _set(faults, "snmp-restarted:hackney-th-ap1")
    assert _asked(engine) == [("x-hackney-th-ap1", "service snmpd restart")]


def test_a_site_stops_with_all_that_it_has(engine: FakeEngine, faults: Faults) -> None:
    _set(faults, "site-stopped:hackney/service-centre")
    assert [where for where, _ in _asked(engine)] == ["x-hackney-sc-ap1", "x-hackney-sc-ap2"]


def test_a_black_hole_is_on_the_federations_side_only(engine: FakeEngine, faults: Faults) -> None:
    _set(faults, "hub-blackholed:hub-east")
    ((where, script),) = _asked(engine)
    assert where == "x-hub-east"
    assert "-s 10.213.0.0/20 -j DROP" in script
    assert "-d 10.213.0.0/20 -j DROP" in script
    assert "10.213.16.0" not in script


@pytest.mark.parametrize(("name", "side"), [("hackney-home-1", 0), ("islington-rad-1", 1)])
def test_a_delay_is_on_the_federations_side_or_the_only_one(
    engine: FakeEngine, faults: Faults, topology: Topology, name: str, side: int
) -> None:
    _set(faults, f"link-delayed:{name}")
    ((where, script),) = _asked(engine)
    assert where == f"x-{name}"
    assert f"-s {topology.node(name).links[side].address} -j NFQUEUE" in script


def test_the_paused_prober_is_stopped_where_it_stands(engine: FakeEngine, faults: Faults) -> None:
    _set(faults, "prober-paused")
    assert _asked(engine) == [("x-monitor", "kill -STOP $(cat /run/lab-monitor.pid)")]


def test_a_fault_is_taken_back_even_when_the_test_fails(engine: FakeEngine, faults: Faults) -> None:
    with pytest.raises(ZeroDivisionError), faults.held("hub-stopped:hub-west"):
        raise ZeroDivisionError
    assert "service radsecproxy start" in _asked(engine)[-1][1]


@pytest.mark.parametrize(
    ("text", "begins", "undone_by"),
    [
        ("snmp-stopped:hackney-sc-ap2", "service snmpd stop && ", "service snmpd start && "),
        (
            "govwifi-stopped:govwifi-dublin-1",
            "test -e /run/lab-stopped || { kill $(cat /run/freeradius/outside.pid) && ",
            "freeradius -d /etc/lab-outside -n radiusd && rm /run/lab-stopped",
        ),
        ("access-point-lost:hackney-wlc", f"touch {LOST}", f"rm -f {LOST}"),
        ("agent-unreachable:camden-agent", "iptables -w -N lab-blackhole && ", "-X lab-blackhole"),
    ],
)
def test_what_is_done_to_a_device_is_undone(
    engine: FakeEngine, faults: Faults, text: str, begins: str, undone_by: str
) -> None:
    _set(faults, text)
    faults.mend_all([text])
    (done, script), (undone, back) = _asked(engine)
    assert done == undone == f"x-{text.partition(':')[2]}"
    assert script.startswith(begins)
    assert undone_by in back


EVERYWHERE = {
    "x-camden-agent",
    "x-hackney-agent",
    "x-islington-agent",
    "x-govwifi-london-1",
    "x-govwifi-dublin-1",
    "x-hub-east",
    "x-hub-west",
    "x-camden-rad-1",
    "x-camden-rad-2",
    "x-hackney-proxy-1",
    "x-hackney-home-1",
    "x-islington-rad-1",
    "x-camden-th-ap1",
    "x-camden-ps-ap1",
    "x-camden-ps-ap2",
    "x-hackney-th-ap1",
    "x-hackney-sc-ap1",
    "x-hackney-sc-ap2",
    "x-islington-th-ap1",
    "x-islington-us-ap1",
    "x-islington-ps-ap1",
    "x-islington-ps-ap2",
    "x-hackney-wlc",
}


def test_clear_visits_every_device_and_the_monitor(engine: FakeEngine, faults: Faults) -> None:
    faults.clear_all()
    assert {where for where, _ in _asked(engine)} == EVERYWHERE | {"x-monitor"}


def test_clear_does_not_miss_a_monitor_that_nobody_started(engine: FakeEngine, faults: Faults) -> None:
    del engine.running["x-monitor"]
    faults.clear_all()
    assert {where for where, _ in _asked(engine)} == EVERYWHERE


def _refuse(container: str, argv: Sequence[str], stdin: str | None, env: Mapping[str, str]) -> Result:
    del argv, stdin, env
    return Result(1, "", "iptables: no room\n") if container == "x-hub-west" else Result(0, "", "")


NOT_OBEYING = """\
hub-east: container x-hub-east does not run; `roam-lab status` lists what does
hub-west: if iptables -w -n -L lab-blackhole >/dev/null 2>&1; then iptables -w -D INPUT -j lab-blackhole failed: \
iptables: no room"""


def test_clear_goes_on_after_nodes_that_do_not_obey_and_names_them_all(engine: FakeEngine, faults: Faults) -> None:
    engine.answer = _refuse
    engine.stop("x-hub-east")
    with pytest.raises(LabError) as caught:
        faults.clear_all()
    assert str(caught.value) == NOT_OBEYING
    assert {where for where, _ in _asked(engine)} == {"x-monitor"} | EVERYWHERE - {"x-hub-east"}


def test_the_other_faults_of_a_row_are_mended_when_a_node_does_not_obey(engine: FakeEngine, faults: Faults) -> None:
    engine.answer = _refuse
    engine.stop("x-hub-east")
    with pytest.raises(LabError) as caught:
        faults.mend_all(["hub-stopped:hub-east", "hub-blackholed:hub-west", "server-stopped:camden-rad-1"])
    assert str(caught.value) == NOT_OBEYING
    assert [where for where, _ in _asked(engine)] == ["x-hub-west", "x-camden-rad-1"]


def test_a_name_that_is_wrong_is_said_before_anything_is_broken(engine: FakeEngine, faults: Faults) -> None:
    with pytest.raises(LabError, match="there is no fault 'hub-melted'"):
        faults.break_all(["hub-stopped:hub-east", "hub-melted:hub-west"])
    assert _asked(engine) == []


@pytest.fixture
def whole(faults: Faults, material: Material, repository: Path) -> Faults:
    """Return faults of a lab whose folder has an inventory and the keys of its CAs."""
    shutil.copytree(repository / "lab" / "inventory", faults.folder.inventory)
    write_private({f"{name}.key": key for name, key in material.authorities.items()}, faults.folder.authorities)
    return faults


def _devices(material: Material) -> tuple[FakeEngine, dict[tuple[str, str], str]]:
    """Return an engine whose devices hold certificates, and what is written to them."""
    written: dict[tuple[str, str], str] = {}
    files = {"eap-hackney.pem": "hackney-eap", "radsec.pem": "camden-rad-1"}

    def answer(container: str, argv: Sequence[str], stdin: str | None, env: Mapping[str, str]) -> Result:
        del env
        name = argv[-1].rpartition("/")[2]
        if stdin:
            written[container, name] = stdin
        return Result(0, material.certificates[files[name]] if argv[-1].startswith("cat ") else "", "")

    names = ("hackney-home-1", "hackney-proxy-1", "camden-rad-1", "camden-rad-2")
    running = {f"x-{name}": State(f"x-{name}", "running", 0, 1, "image") for name in names}
    return FakeEngine(running=running, answer=answer), written


def test_a_certificate_is_replaced_on_the_home_servers_alone(whole: Faults, material: Material) -> None:
    engine, written = _devices(material)
    _set(Faults(engine, whole.topology, whole.folder), "certificate-expired:hackney")
    assert written.keys() == {("x-hackney-home-1", "eap-hackney.pem")}
    (pem,) = written.values()
    assert x509.load_pem_x509_certificate(pem.encode()).subject.rfc4514_string().startswith("CN=radius.hackney")
    assert _asked(engine)[-1] == ("x-hackney-home-1", "service freeradius restart")


def test_a_certificate_on_a_shared_home_server_is_mended_there_too(whole: Faults, material: Material) -> None:
    with (whole.folder.inventory / "boroughs" / "camden.yml").open("a", encoding="utf-8") as file:
        file.write("\nshared_services:\n  - {with: hackney, radius: [camden-rad-1], roles: [home]}\n")
    engine, written = _devices(material)
    faults = Faults(engine, whole.topology, whole.folder)
    faults.break_all(["certificate-expiring:hackney"])
    assert written.keys() == {(f"x-{name}", "eap-hackney.pem") for name in ("hackney-home-1", "camden-rad-1")}
    engine.calls.clear()
    faults.mend_all(["certificate-expiring:hackney"])
    assert {where for where, _ in _asked(engine)} == {"x-hackney-home-1", "x-camden-rad-1"}


def test_a_strangers_key_comes_to_all_proxies_of_a_borough(whole: Faults, material: Material) -> None:
    engine, written = _devices(material)
    _set(Faults(engine, whole.topology, whole.folder), "radsec-key-wrong:camden")
    assert written.keys() == {
        (f"x-camden-rad-{number}", name) for number in (1, 2) for name in ("radsec.pem", "radsec.key")
    }


def test_a_device_that_does_not_obey_is_named_with_its_words(engine: FakeEngine, faults: Faults) -> None:
    def answer(container: str, argv: Sequence[str], stdin: str | None, env: Mapping[str, str]) -> Result:
        del container, argv, stdin, env
        return Result(1, "", "radsecproxy: unrecognized service\n")

    engine.answer = answer
    with pytest.raises(LabError, match="hub-east: service radsecproxy stop failed: radsecproxy: unrecognized service"):
        _set(faults, "hub-stopped:hub-east")
