"""The whole federation, for real: from packaged defaults to officers of each borough accepted in each other one.

The tests stand in the order of the story; the lab is brought up once (see conftest.py).
"""

from __future__ import annotations

import base64
import json
import re
import time
import urllib.parse
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from lab.faults import FaultKind
from lab.topology import CONTROL, FEDERATION, OUTSIDERS, NodeKind, container
from roaming.load import load
from roaming.model.base import seconds
from roaming.model.bundle import DeviceKind
from roaming.render import render
from tests.daemons.agent import Agent, ask_govwifi
from tests.daemons.conftest import Box
from tests.lab.federation import Federation, failures, reasons

if TYPE_CHECKING:
    from lab.engine import Result
    from lab.topology import Node
    from roaming.model.bundle import DeviceBundle
    from roaming.verify import Report

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("federation")]

PATIENCE = ("--retry-for", "150")
HAND_EDITED = "/etc/freeradius/3.0/roaming/policy.conf"

# What hostapd reads in the lab in place of its rendered file (lab/edits.py): on the device that the key is for.
RUNNING_COPY = "/run/lab/hostapd.conf"


@dataclass(frozen=True)
class Story:
    """What happened when the bare federation was configured."""

    before: Report
    push: Result
    after: Report


@pytest.fixture(scope="module")
def story(bare: Federation) -> Story:
    before = bare.verify("--timeout", "2")
    push = bare.roam("push", "--yes", "--json")
    return Story(before, push, bare.verify(*PATIENCE))


@pytest.fixture
def fed(bare: Federation, story: Story) -> Federation:
    """Return the federation after its first push."""
    assert story.push.rc == 0, story.push.out + story.push.err
    return bare


def test_nobody_gets_in_before_the_push(story: Story) -> None:
    assert len(story.before.results) == 3 * 4 * 2
    assert not any(result.passed for result in story.before.results)


def test_the_first_push_carries_every_rendered_file(bare: Federation, story: Story) -> None:
    assert story.push.rc == 0, story.push.out + story.push.err
    rendered = [device.files for device in render(load(bare.folder.inventory).network).devices]
    assert json.loads(story.push.out)["files"] == sum(len(files) for files in rendered)
    assert json.loads(story.push.out)["devices"] == len(rendered)


def test_everybody_gets_in_after_it_by_both_methods(story: Story) -> None:
    assert failures(story.after) == []
    pairs = {(result.visited, result.home, str(result.method)) for result in story.after.results}
    boroughs = ("camden", "hackney", "islington")
    homes = (*boroughs, "leeds.gov.uk")
    assert pairs == {(at, of, how) for at in boroughs for of in homes for how in ("tls", "peap-mschapv2")}


def test_each_home_logs_each_of_them_once_and_one_hub_carries_it(fed: Federation, story: Story) -> None:
    evidence = fed.verifier.evidence(story.after)
    assert evidence.faults == ()
    assert sum(evidence.carried.values()) == 3 * 3 * 2


def test_a_second_push_finds_nothing_to_do(fed: Federation) -> None:
    assert fed.roam("diff").rc == 0
    again = fed.json("push", "--yes")
    assert (again["files"], again["devices"]) == (0, 0)


def test_every_file_on_every_device_is_the_rendered_one(fed: Federation) -> None:
    out = f"/tmp/{fed.topology.name}-rendered"  # noqa: S108  in the control container
    assert fed.roam("render", "--with-secrets", "--out", out).rc == 0
    manifest = json.loads(fed.shell(CONTROL, f"cat {out}/MANIFEST.json && rm -r {out}"))
    digests = manifest["files"]
    for device in _with_files(fed):
        lines = fed.shell(device.name, f"sha256sum {_paths(device)}").splitlines()
        found = {path: digest for digest, path in (line.split() for line in lines)}
        assert found == {file.path: digests[f"{device.owner}/{device.name}{file.path}"] for file in device.files}


def _with_files(fed: Federation) -> list[DeviceBundle]:
    """Return the devices whose configuration is files; a controller's is read back as text, which `roam diff` does."""
    devices = render(load(fed.folder.inventory).network).devices
    return [device for device in devices if device.kind is not DeviceKind.CONTROLLER]


def _paths(device: DeviceBundle) -> str:
    return " ".join(f"'{file.path}'" for file in device.files)


def test_a_hand_edit_is_found_and_only_that_is_mended(fed: Federation) -> None:
    before = _stamps(fed)
    fed.shell("hackney-proxy-1", f"echo '# by hand' >> {HAND_EDITED}")
    diff = fed.roam("diff")
    assert diff.rc == 3
    assert "# by hand" in diff.out
    mended = fed.json("push", "--yes")
    assert [(one["device"], one["files"]) for one in mended["results"]] == [("hackney-proxy-1", 1)]
    assert fed.roam("diff").rc == 0
    after = _stamps(fed)
    touched = {name for name in before if before[name] != after[name]}
    assert touched == {f"hackney-proxy-1:{HAND_EDITED}"}


def _stamps(fed: Federation) -> dict[str, str]:
    """Return when each rendered file was last written."""
    found: dict[str, str] = {}
    for device in _with_files(fed):
        lines = fed.shell(device.name, f"stat -c '%n %y' {_paths(device)}").splitlines()
        found |= {f"{device.name}:{line.split(' ', 1)[0]}": line.split(" ", 1)[1] for line in lines}
    return found


def test_a_wrong_password_is_rejected_at_home_and_named_so(fed: Federation) -> None:
    report = fed.verify("--expect", "wrong-password")
    assert reasons(report.results) == {"rejected-at-home"}
    assert failures(report) == []
    assert all("rejected" in result.sentence and result.home in result.sentence for result in report.results)


def test_a_user_who_is_unknown_at_home_is_rejected_there(fed: Federation) -> None:
    report = fed.verify("--expect", "unknown-user")
    assert reasons(report.results) == {"rejected-at-home"}


def test_an_unknown_realm_is_rejected_by_the_hub_within_a_second(fed: Federation) -> None:
    report = fed.verify("--identity", "someone@nowhere.example")
    assert reasons(report.results) == {"rejected-by-hub"}
    assert all(result.milliseconds is not None and result.milliseconds < 1000 for result in report.results)


def test_a_name_without_a_realm_never_leaves_the_borough(fed: Federation) -> None:
    quiet = _sent_to_the_hubs(fed, "--identity", "someone")
    assert reasons(quiet.report.results) == {"rejected-locally"}
    assert quiet.segments == 0
    loud = _sent_to_the_hubs(fed, "--identity", "someone@nowhere.example")
    assert loud.segments > 0, "the capture sees what does leave"


@dataclass(frozen=True)
class Sent:
    report: Report
    segments: int


def _sent_to_the_hubs(fed: Federation, *words: str) -> Sent:
    """Verify from Islington and count what its server sends to port 2083 of the hubs meanwhile.

    The server's own answers to the hubs' Status-Server come from its port 2083, and are not counted.
    """
    link = fed.topology.node("islington-rad-1").link(FEDERATION)
    assert link is not None
    pcap = "/tmp/federation.pcap"  # noqa: S108  in a container
    filters = f"src host {link.address} and tcp dst port 2083 and tcp[tcpflags] & tcp-push != 0"
    fed.shell(
        "islington-rad-1", f"tcpdump -U -i any -w {pcap} '{filters}' >/dev/null 2>&1 & echo $! > /run/tcpdump.pid"
    )
    time.sleep(1)
    report = fed.verify("--limit", "islington", *words)
    time.sleep(1)
    fed.shell("islington-rad-1", "kill $(cat /run/tcpdump.pid); sleep 0.5")
    found = fed.shell("islington-rad-1", f"tcpdump -n -r {pcap} 2>/dev/null | wc -l; rm {pcap}")
    return Sent(report, int(found.split()[0]))


@pytest.mark.parametrize(
    ("point", "home", "vlan"), [("hackney-th-ap1", "camden", 220), ("camden-ps-ap1", "camden", 111)]
)
def test_a_client_of_a_real_authenticator_gets_in(fed: Federation, point: str, home: str, vlan: int) -> None:
    password = fed.secret(f"{home}/probe-password")
    user = f"roam-probe@{home}.gov.uk"
    block = f'eap=PEAP\nidentity="{user}"\npassword="{password}"\nphase2="auth=MSCHAPV2"\n'
    done = fed.on(point, "lab-client", stdin=block)
    assert done.ok, done.out + done.err
    found = json.loads(done.out)
    assert (found["result"], found["vlan"]) == ("accepted", vlan)


@pytest.mark.parametrize("kind", [FaultKind.HUB_STOPPED, FaultKind.HUB_BLACKHOLED])
def test_everybody_gets_in_while_a_hub_is_lost(fed: Federation, kind: FaultKind) -> None:
    _until_both_hubs_carry(fed)
    target = seconds(load(fed.folder.inventory).network.federation.failover_target)
    with fed.faults.held(f"{kind}:hub-east"):
        report = fed.verify(*PATIENCE)
        evidence = fed.verifier.evidence(report, lost="hub-east")
    assert failures(report) == []
    assert max(result.first_success_s or 0 for result in report.results) <= target
    assert evidence.faults == ()
    assert evidence.carried["hub-east"] == 0
    assert evidence.carried["hub-west"] == 3 * 3 * 2


def _until_both_hubs_carry(fed: Federation) -> None:
    deadline = time.monotonic() + 150
    while time.monotonic() < deadline:
        carried = fed.verifier.evidence(fed.verify("--method", "tls")).carried
        if carried == {"hub-east": 6, "hub-west": 3}:
            return
        time.sleep(3)
    pytest.fail("the hubs do not carry their share again")


def test_a_stopped_daemon_is_said_plainly(fed: Federation) -> None:
    with fed.faults.held("server-stopped:islington-rad-1"):
        report = fed.verify("--limit", "islington/islington-rad-1", "--method", "tls")
    assert not report.passed
    assert all("islington-rad-1" in result.sentence for result in report.results)


def _govwifi_answers(fed: Federation, server: str) -> bool:
    """Tell whether one of GovWifi's servers answers Hackney's agent."""
    (address,) = (str(link.address) for link in fed.topology.node(server).links)
    agent = Agent(Box(fed.engine, container(fed.topology, fed.topology.node("hackney-agent"))))
    return ask_govwifi(agent, address, fed.secret("hackney/govwifi/civic")) == 1


def test_govwifi_answers_the_agent_that_it_knows_while_it_runs(fed: Federation) -> None:
    with fed.faults.held("govwifi-stopped:govwifi-london-1"):
        assert not _govwifi_answers(fed, "govwifi-london-1")
        assert _govwifi_answers(fed, "govwifi-dublin-1")
    assert _govwifi_answers(fed, "govwifi-london-1")


def test_clearing_what_is_well_does_nothing(fed: Federation) -> None:
    fed.faults.clear_all()
    assert fed.shell("hub-east", "iptables -S | grep -c lab- || true").strip() == "0"


LIVE = (
    "camden/agent",
    "hackney/home-1",
    "camden/ap/th-ap1",
    "islington/probe-password",
    "federation/cui-key",
    "hackney/govwifi/civic",
)


def test_live_keys_are_on_their_devices_and_nowhere_else(fed: Federation) -> None:
    values = [fed.secret(name) for name in LIVE]
    for name, value in zip(LIVE, values, strict=True):
        assert any(_found(fed, node.name, [value], "/etc") for node in _devices(fed)), f"{name}: no device holds it"
    for node in (*_devices(fed), fed.topology.node(CONTROL)):
        assert _found(fed, node.name, values, "/var/log /var/lib /var/tmp /tmp /root /home /run") == "", node.name
    forms = [form for value in values for form in _forms(value)]
    said = "\n".join(fed.printed)
    assert not any(form in said for form in forms)
    kept = [path for path in fed.folder.root.rglob("*") if path.is_file() and not _holds_secrets(fed, path.parts)]
    texts = {path.name: path.read_bytes().decode(errors="replace") for path in kept}
    assert [file for file, text in texts.items() if any(form in text for form in forms)] == []


def _devices(fed: Federation) -> tuple[Node, ...]:
    kinds = (NodeKind.RADIUS_SERVER, NodeKind.HUB, NodeKind.ACCESS_POINT, NodeKind.AGENT, *OUTSIDERS)
    return fed.topology.of_kind(*kinds)


def _holds_secrets(fed: Federation, parts: tuple[str, ...]) -> bool:
    """Tell whether a file is the lab's own store, or what it mounts into containers."""
    below = parts[len(fed.folder.root.parts) :]
    return below[0] in {"secrets", "nodes"}


def _found(fed: Federation, node: str, values: list[str], folders: str) -> str:
    patterns = "\n".join(form for value in values for form in _forms(value))
    script = f"grep -rlFf - {folders} 2>/dev/null || true"
    found = fed.on(node, "sh", "-c", script, stdin=f"{patterns}\n").out.split()
    return " ".join(path for path in found if path != RUNNING_COPY)


def _forms(value: str) -> tuple[str, ...]:
    """Return the spellings in which a secret may leak; base64 shifts with what stands before, so its core is sought."""
    octets = value.encode()
    shifted = [base64.b64encode(b"\0" * shift + octets).decode()[4:-4] for shift in range(3)]
    escaped = ("".join(f"{start}{octet:02x}" for octet in octets) for start in ("%", "\\x", "\\u00"))
    backslashed = re.sub(r"([^A-Za-z0-9])", r"\\\1", value)
    plain = (value, octets.hex(), octets.hex().upper(), urllib.parse.quote(value), backslashed)
    return tuple(dict.fromkeys((*plain, *shifted, *escaped)))
