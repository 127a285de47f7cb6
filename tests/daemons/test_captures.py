"""What the reader makes of real conversations: a home server, the real eapol_test, tcpdump; tshark is the oracle."""

from __future__ import annotations

import base64
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from monitor.passive.captures import Conversation as Heard
from monitor.passive.captures import Reading
from roaming.eap import CertificateLogin, Conversation, Nas, PasswordLogin, Reason, Server, Trusted, converse
from tests.daemons.agent import Agent
from tests.eap.home_server import PASSWORD, SECRET, SERVER_NAME, Authority, configuration
from tests.monitor.captures import tshark

if TYPE_CHECKING:
    from pathlib import Path

    from tests.daemons.conftest import Box

pytestmark = pytest.mark.daemon

PORT, CLOSED = 1812, 1645
FOLDER = "/run/box/captured"
# On `any` the link type is Linux cooked; -U writes each packet at once, and its buffer is emptied by SIGTERM.
TCPDUMP = (
    f"tcpdump -i {{interface}} -U -s 0 -w {FOLDER}/{{interface}}.pcap udp >/dev/null 2>{FOLDER}/{{interface}}.log &"
    f" echo $! >{FOLDER}/{{interface}}.pid; until grep -q listening {FOLDER}/{{interface}}.log; do sleep 0.1; done"
)


@pytest.fixture(scope="module")
def captures(debian_13: Box, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Sign in by PEAP and by TLS, with a wrong password, and where nobody answers; captured on `lo` and on `any`."""
    servers, clients = Authority("EAP CA"), Authority("Client CA")
    debian_13.write(configuration(FOLDER, servers.issue(SERVER_NAME, days=10), clients.pem, PORT))
    start = f"freeradius -fxx -l stdout -d {FOLDER} >{FOLDER}/log 2>&1 & echo $! >{FOLDER}/server.pid"
    debian_13.must("sh", "-c", start)
    debian_13.must("sh", "-c", f"until grep -q 'Ready to process' {FOLDER}/log; do sleep 0.1; done")
    for interface in ("lo", "any"):
        debian_13.must("sh", "-c", TCPDUMP.format(interface=interface))
    try:
        _sign_in(Agent(debian_13), servers, clients)
        time.sleep(0.5)
    finally:
        debian_13.run("sh", "-c", f"kill $(cat {FOLDER}/*.pid); sleep 0.5")
    folder = tmp_path_factory.mktemp("captures")
    found = {}
    for interface in ("lo", "any"):
        found[interface] = folder / f"{interface}.pcap"
        octets = base64.b64decode(debian_13.must("base64", f"{FOLDER}/{interface}.pcap"))
        found[interface].write_bytes(octets)
    debian_13.run("rm", "-rf", FOLDER)
    return found


def _sign_in(agent: Agent, servers: Authority, clients: Authority) -> None:
    good = Conversation(
        identity="roam-abc-1@camden.gov.uk",
        login=PasswordLogin("roam-probe@camden.gov.uk", PASSWORD),
        server=Server("camden-rad-1", "127.0.0.1", SECRET, PORT),
        nas=Nas("camden-th-ap1", "02:00:0a:07:11:00", "govroam"),
        trusted=Trusted((servers.pem,), (SERVER_NAME,)),
        timeout=8,
    )
    issued = clients.issue("probe.camden.gov.uk", client=True)
    closed = replace(good.server, port=CLOSED)
    for conversation, reason in (
        (good, Reason.ACCEPTED),
        (replace(good, login=CertificateLogin(issued.certificate, issued.key)), Reason.ACCEPTED),
        (replace(good, login=PasswordLogin("roam-probe@camden.gov.uk", "wrong")), Reason.REJECTED_AT_HOME),
        (replace(good, server=closed), None),
    ):
        outcome = converse(agent, conversation)
        assert reason is None or outcome.reason is reason


def heard(path: Path) -> tuple[list[Heard], list[str]]:
    reading = Reading([path])
    return [one for one in reading.found() if isinstance(one, Heard)], list(reading.notes())


@pytest.mark.parametrize("interface", ["lo", "any"])
def test_real_conversations(captures: dict[str, Path], interface: str) -> None:
    path = captures[interface]
    found, notes = heard(path)
    assert notes == []
    assert [(one.realm, one.result.value) for one in found[:3]] == [
        ("camden.gov.uk", "accept"),
        ("camden.gov.uk", "accept"),
        ("camden.gov.uk", "reject"),
    ]
    answered, silent = found[:3], found[3:]
    # eapol_test asks again after 3 s, then 6 s: nobody listens there.
    assert [one.result.value for one in silent] == ["unfinished"]
    assert all(one.whole and one.station for one in found)
    assert sum(one.retransmissions for one in found) == tshark.retransmissions(path)
    assert silent[0].retransmissions >= 1
    ours = [ms for one in answered for ms in one.exchange_ms if ms is not None]
    assert ours == pytest.approx(tshark.exchanges_ms(path), abs=0.001)
    assert len(ours) == sum(len(one.exchange_ms) for one in answered) > 15
    for mine, its in zip(answered, tshark.conversations(path), strict=True):
        assert mine.start / 1e9 == pytest.approx(its[0], abs=1e-6)
        assert mine.ms == pytest.approx(its[1], abs=0.001)
        assert mine.result.value == its[2]


def test_both_captures_together_tell_each_conversation_once(captures: dict[str, Path]) -> None:
    reading = Reading(captures.values())
    alone, _ = heard(captures["lo"])
    together = [one for one in reading.found() if isinstance(one, Heard)]
    assert [(one.result, len(one.exchange_ms)) for one in together] == [
        (one.result, len(one.exchange_ms)) for one in alone
    ]
