"""A real home server and the real eapol_test: every way in which a conversation ends."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from roaming.eap import (
    CertificateLogin,
    Conversation,
    FakeRan,
    Nas,
    PasswordLogin,
    Reason,
    Server,
    Trusted,
    converse,
)
from tests.eap.home_server import PASSWORD, SECRET, SERVER_NAME, Authority, configuration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.daemons.conftest import Box

pytestmark = pytest.mark.daemon

PORT, EXPIRED_PORT, CLOSED_PORT = 18120, 18121, 18129
HOSTILE_SSID = "go\"v' #röam $(id)"


@dataclass(frozen=True)
class Agent:
    """The container as a shell that holds conversations."""

    box: Box

    def run(self, argv: Sequence[str], data: bytes = b"") -> FakeRan:
        result = self.box.run(*argv, stdin=data.decode())
        return FakeRan(result.out.encode(), result.rc, result.err.encode())


@dataclass(frozen=True)
class Home:
    """Two home servers in the container, one with an expired certificate; and a probe that they accept."""

    agent: Agent
    good: Conversation
    probe: CertificateLogin
    stranger: CertificateLogin
    other_ca: str

    def meets(self, change: Callable[[Conversation], Conversation]) -> tuple[Reason, str]:
        outcome = converse(self.agent, change(self.good))
        return outcome.reason, outcome.sentence


@pytest.fixture(scope="module")
def home(debian_13: Box) -> Iterator[Home]:
    servers, clients, strangers = Authority("EAP CA"), Authority("Client CA"), Authority("Other CA")
    for port, days in ((PORT, 10), (EXPIRED_PORT, -1)):
        debian_13.write(configuration(f"/run/box/{port}", servers.issue(SERVER_NAME, days=days), clients.pem, port))
        start = f"freeradius -fxx -l stdout -d /run/box/{port} >/run/box/{port}/log 2>&1 & echo $! >/run/box/{port}/pid"
        debian_13.must("sh", "-c", start)
    _until_ready(debian_13)
    probe, stranger = (authority.issue("probe.camden.gov.uk", client=True) for authority in (clients, strangers))
    yield Home(
        agent=Agent(debian_13),
        good=Conversation(
            identity="roam-abc-1@camden.gov.uk",
            login=PasswordLogin("roam-probe@camden.gov.uk", PASSWORD),
            server=Server("camden-rad-1", "127.0.0.1", SECRET, PORT),
            nas=Nas("camden-th-ap1", "02:00:0a:07:11:00", HOSTILE_SSID),
            trusted=Trusted((servers.pem,), (SERVER_NAME,)),
            timeout=2,
        ),
        probe=CertificateLogin(probe.certificate, probe.key),
        stranger=CertificateLogin(stranger.certificate, stranger.key),
        other_ca=strangers.pem,
    )
    debian_13.run("sh", "-c", "kill $(cat /run/box/*/pid); rm -rf /run/box/18*")


def _until_ready(box: Box) -> None:
    for _ in range(100):
        if box.run("sh", "-c", "grep -l 'Ready to process' /run/box/18*/log | wc -l").out.strip() == "2":
            return
        time.sleep(0.1)
    pytest.fail(box.run("sh", "-c", "tail -n 5 /run/box/18*/log").out)


def trusting(conversation: Conversation, *authorities: str) -> Conversation:
    return replace(conversation, trusted=replace(conversation.trusted, authorities=authorities))


def expecting(conversation: Conversation, *names: str) -> Conversation:
    return replace(conversation, trusted=replace(conversation.trusted, names=names))


def at_port(conversation: Conversation, port: int) -> Conversation:
    return replace(conversation, server=replace(conversation.server, port=port))


def test_peap_is_accepted_with_a_hostile_password_and_ssid(home: Home) -> None:
    outcome = converse(home.agent, home.good)
    assert (outcome.reason, outcome.sentence) == (Reason.ACCEPTED, "camden.gov.uk accepted the user")
    assert (outcome.vlan, outcome.round_trips) == ("120", 8)
    assert outcome.milliseconds is not None
    log = home.agent.box.must("cat", f"/run/box/{PORT}/log")
    assert f"02-00-0A-07-11-00:{HOSTILE_SSID}".replace('"', '\\"') in log
    assert f'Calling-Station-Id = "{home.good.station.replace(":", "-").upper()}"' in log.upper().replace(
        "CALLING-STATION-ID", "Calling-Station-Id"
    )


def test_tls_is_accepted(home: Home) -> None:
    assert home.meets(lambda good: replace(good, login=home.probe)) == (
        Reason.ACCEPTED,
        "camden.gov.uk accepted the user",
    )


@pytest.mark.parametrize("user", ["roam-probe@camden.gov.uk", "nobody@camden.gov.uk"])
def test_a_wrong_password_or_user_is_rejected_at_home(home: Home, user: str) -> None:
    assert home.meets(lambda good: replace(good, login=PasswordLogin(user, "wrong"))) == (
        Reason.REJECTED_AT_HOME,
        "camden.gov.uk rejected the user at home",
    )


def test_a_client_certificate_of_another_ca_is_rejected_at_home(home: Home) -> None:
    assert home.meets(lambda good: replace(good, login=home.stranger))[0] in {
        Reason.REJECTED_AT_HOME,
        Reason.CLIENT_CERTIFICATE_REFUSED,
    }


def test_a_certificate_of_another_ca_is_not_trusted(home: Home) -> None:
    assert home.meets(lambda good: trusting(good, home.other_ca))[0] is Reason.CERTIFICATE_NOT_TRUSTED


def test_during_a_rollover_either_ca_will_do(home: Home) -> None:
    accepted = home.meets(lambda good: trusting(good, home.other_ca, *good.trusted.authorities))
    assert accepted[0] is Reason.ACCEPTED


def test_a_certificate_with_another_name_is_told(home: Home) -> None:
    reason, sentence = home.meets(lambda good: expecting(good, "radius.hackney.gov.uk"))
    assert reason is Reason.CERTIFICATE_NAME
    assert f"names {SERVER_NAME}, its users' devices expect radius.hackney.gov.uk" in sentence


def test_any_of_several_names_will_do(home: Home) -> None:
    assert home.meets(lambda good: expecting(good, "radius.hackney.gov.uk", SERVER_NAME))[0] is Reason.ACCEPTED


def test_an_expired_certificate_is_told(home: Home) -> None:
    assert home.meets(lambda good: at_port(good, EXPIRED_PORT))[0] is Reason.CERTIFICATE_EXPIRED


@pytest.mark.parametrize(
    ("identity", "reason", "sentence"),
    [
        (
            "roam-abc-2@nowhere.example",
            Reason.REJECTED_BY_HUB,
            "hub-east rejected it: nobody serves the realm",
        ),
        (
            "someone",
            Reason.REJECTED_LOCALLY,
            "camden-rad-1 rejected it before it left the borough: the name has no realm",
        ),
        ("roam-abc-3@silent.example", Reason.NO_ANSWER, "no answer from camden-rad-1 127.0.0.1 within 2 s"),
    ],
)
def test_who_turned_it_away_is_told(home: Home, identity: str, reason: Reason, sentence: str) -> None:
    assert home.meets(lambda good: replace(good, identity=identity)) == (reason, sentence)


def test_a_closed_port_is_told(home: Home) -> None:
    assert home.meets(lambda good: at_port(good, CLOSED_PORT)) == (
        Reason.NOTHING_LISTENS,
        f"nothing listens on camden-rad-1 127.0.0.1 port {CLOSED_PORT}/udp",
    )


def test_a_wrong_secret_is_no_answer(home: Home) -> None:
    wrong = home.meets(lambda good: replace(good, server=replace(good.server, secret="wrong")))  # noqa: S106  of nobody
    assert wrong[0] is Reason.NO_ANSWER


def test_what_is_no_certificate_is_told(home: Home) -> None:
    assert home.meets(lambda good: trusting(good, "no PEM")) == (
        Reason.AGENT_BROKEN,
        "eapol_test did not run on the agent: EAP-PEAP: Failed to initialize SSL.",
    )


def test_nothing_is_left_on_the_agent(home: Home) -> None:
    """Neither a file nor a process stays; what may hold a secret was never a file."""
    census = "find / -xdev -newer /run/box/begin -type f -not -path '/proc/*' -not -path '/run/box/*'"
    home.agent.box.must("touch", "/run/box/begin")
    converse(home.agent, replace(home.good, login=home.probe))
    assert home.agent.box.must("sh", "-c", census).strip() == ""
    assert home.agent.box.run("sh", "-c", "cat /proc/[0-9]*/comm").out.count("eapol_test") == 0


def test_what_leaves_the_agent_holds_no_secret(home: Home) -> None:
    shell = home.agent
    told: list[bytes] = []

    class Listening:
        def run(self, argv: Sequence[str], data: bytes = b"") -> FakeRan:
            ran = shell.run(argv, data)
            told.append(ran.out + ran.err)
            return ran

    assert converse(Listening(), home.good).accepted
    for secret in (PASSWORD, SECRET):
        assert secret.encode() not in told[0]
        assert secret.encode().hex().encode() not in told[0]
