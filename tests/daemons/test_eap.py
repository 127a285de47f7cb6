"""A real home server and the real eapol_test: every way in which a conversation ends."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from roaming.eap import (
    AgentSession,
    CertificateLogin,
    Conversation,
    FakeRan,
    LocalChannel,
    Nas,
    Outcome,
    PasswordLogin,
    Reason,
    Server,
    Trusted,
    calling_station,
    certificates,
    command,
    converse,
)
from tests.daemons.agent import Agent
from tests.eap.home_server import PASSWORD, SECRET, SERVER_NAME, Authority, configuration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.daemons.conftest import Box

pytestmark = pytest.mark.daemon

PORT, EXPIRED_PORT, CLOSED_PORT = 18120, 18121, 18129
LATE_PORT, FORGING_PORT = 18131, 18132
DELAY_S = 1.1

# Stands before the home server: each answer comes late, or with another authenticator. One client at a time.
RELAY = """
import select, socket, sys, time
port, to, delay, forge = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4] == "forge"
near, far = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
near.bind(("127.0.0.1", port))
far.connect(("127.0.0.1", to))
late, client = [], None
while True:
    wait = max(0.0, late[0][0] - time.monotonic()) if late else None
    for one in select.select([near, far], [], [], wait)[0]:
        if one is near:
            data, client = near.recvfrom(65535)
            far.send(data)
        else:
            data = far.recv(65535)
            data = data[:4] + bytes(octet ^ forge for octet in data[4:20]) + data[20:]
            late.append((time.monotonic() + delay, data))
    while late and late[0][0] <= time.monotonic():
        near.sendto(late.pop(0)[1], client)
"""
HOSTILE_SSID = "go\"v' #röam $(id)"


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


@pytest.fixture(scope="module")
def outcomes(home: Home) -> dict[str, Outcome]:
    """Hold one conversation of each kind over one session, all at once, as the monitor does."""
    box = home.agent.box
    box.write({"/run/box/relay.py": RELAY})
    for port, words in ((LATE_PORT, f"{DELAY_S} true"), (FORGING_PORT, "0 forge")):
        relay = f"python3 /run/box/relay.py {port} {PORT} {words} >/dev/null 2>&1 & echo $! >/run/box/{port}.relay"
        box.must("sh", "-c", relay)
    good = replace(home.good, timeout=40, idle=3, caller="camden hackney")
    said = {
        "peap": good,
        "tls": replace(good, login=home.probe),
        "reject": replace(good, login=PasswordLogin("nobody@camden.gov.uk", "x")),
        "expired": at_port(good, EXPIRED_PORT),
        "wrong secret": replace(good, server=replace(good.server, secret="wrong")),  # noqa: S106  of nobody
        "forged": at_port(good, FORGING_PORT),
        "silent": replace(good, identity="roam-monitor-camden@silent.example"),
        "closed": at_port(good, CLOSED_PORT),
        "late": at_port(good, LATE_PORT),
        "too late": replace(at_port(good, LATE_PORT), timeout=4, login=home.probe),
    }
    # The relay has one client at a time: who is too late for the second asks when the first has ended.
    last = said.pop("too late")
    with (
        AgentSession(LocalChannel(box.session(*command(len(said))))) as session,
        ThreadPoolExecutor(len(said)) as pool,
    ):
        found = dict(zip(said, pool.map(session.converse, said.values()), strict=True))
        found["too late"] = session.converse(last)
    box.run("sh", "-c", "kill $(cat /run/box/*.relay)")
    return found


REASONS = {
    "peap": Reason.ACCEPTED,
    "tls": Reason.ACCEPTED,
    "reject": Reason.REJECTED_AT_HOME,
    "expired": Reason.CERTIFICATE_EXPIRED,
    "wrong secret": Reason.NO_ANSWER,
    "forged": Reason.WRONG_SECRET,
    "silent": Reason.NO_ANSWER,
    "closed": Reason.NOTHING_LISTENS,
    "late": Reason.ACCEPTED,
    "too late": Reason.TOO_SLOW,
}


@pytest.mark.parametrize("name", REASONS)
def test_how_each_ends_over_one_session(outcomes: dict[str, Outcome], name: str) -> None:
    assert outcomes[name].reason is REASONS[name], outcomes[name].sentence


def seconds(outcome: Outcome) -> float:
    assert outcome.milliseconds is not None
    return outcome.milliseconds / 1000


def test_the_phases_add_up_to_the_total(outcomes: dict[str, Outcome]) -> None:
    for name in ("peap", "tls", "reject", "late"):
        parts = outcomes[name].phases
        assert parts.start is not None
        assert parts.tunnel is not None
        assert parts.inner is not None
        assert parts.start + parts.tunnel + parts.inner == pytest.approx(parts.total)
        assert parts.total == pytest.approx(seconds(outcomes[name]))


def test_a_late_home_is_slow_and_not_dead(outcomes: dict[str, Outcome]) -> None:
    """Each of its eight round trips is delayed: one for the start, two for the tunnel, five inside."""
    parts = outcomes["late"].phases
    assert seconds(outcomes["late"]) == pytest.approx(8 * DELAY_S, rel=0.15)
    assert (parts.start, parts.tunnel, parts.inner) == pytest.approx((DELAY_S, 2 * DELAY_S, 5 * DELAY_S), rel=0.15)


def test_a_silence_is_given_up_soon(outcomes: dict[str, Outcome]) -> None:
    assert outcomes["silent"].sentence == "no answer from camden-rad-1 127.0.0.1 within 3 s"
    for name in ("silent", "wrong secret", "forged"):
        assert seconds(outcomes[name]) == pytest.approx(3, abs=1)


@pytest.mark.parametrize("name", ["peap", "tls", "reject", "expired", "late"])
def test_the_certificates_are_shown(outcomes: dict[str, Outcome], name: str) -> None:
    own, issuer = certificates(outcomes[name].chain)
    assert (own.names, own.issuer, issuer.subject) == ((SERVER_NAME,), "CN=EAP CA", "CN=EAP CA")
    assert (own.ends < datetime.now(UTC)) is (name == "expired")


def test_a_certificate_that_nobody_trusts_is_shown_too(home: Home) -> None:
    outcome = converse(home.agent, trusting(home.good, home.other_ca))
    assert [one.names for one in certificates(outcome.chain)][:1] == [(SERVER_NAME,)]


def test_probes_of_a_pair_are_one_device_to_the_servers(home: Home, outcomes: dict[str, Outcome]) -> None:
    assert outcomes["peap"].accepted
    log = home.agent.box.must("cat", f"/run/box/{PORT}/log")
    assert f'Calling-Station-Id = "{calling_station("camden hackney").replace(":", "-").upper()}"' in log
