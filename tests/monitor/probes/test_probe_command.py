"""One probe by hand: what is chosen, what is said to whom, and how it is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from monitor.cli.conversations import Conversations
from monitor.cli.probe import choose, document, once, told
from monitor.discover import pairs
from monitor.errors import SettingError
from monitor.probes import FakeAgents
from roaming.eap import CertificateLogin, Conversation, Outcome, PasswordLogin, Phases, Reason
from roaming.model.terms import EapMethod
from tests.eap.home_server import Authority
from tests.verify.world import Store, lab_network

if TYPE_CHECKING:
    from monitor.sample import Authentication
    from roaming.eap import Certificate


def test_every_home_is_probed_from_every_borough() -> None:
    found = pairs(lab_network())
    boroughs = [borough.slug for borough in lab_network().boroughs]
    assert {(pair.visited, pair.home) for pair in found} == {
        (visited, home) for visited in boroughs for home in (*boroughs, "leeds.gov.uk")
    }
    assert {pair.owner for pair in found} == {*boroughs, "federation"}
    camden = found[0]
    assert (camden.agent, camden.proxies) == ("camden-agent", ("camden-rad-1", "camden-rad-2"))
    assert set(camden.methods) == {"tls", "peap-mschapv2"}
    assert {pair.visited for pair in pairs(lab_network(), "cam*")} == {"camden"}


def said(method: EapMethod, *, reject: bool = False, store: Store | None = None) -> Conversation | Outcome:
    probe = choose(lab_network(), "camden", "hackney", method, reject=reject)
    return Conversations(lab_network(), store or Store())(probe, "camden-rad-2")


def test_a_probe_can_be_recognised() -> None:
    conversation = said(EapMethod.TLS)
    assert isinstance(conversation, Conversation)
    assert conversation.identity == "roam-monitor-camden@hackney.gov.uk"
    assert conversation.station.startswith("02:72:6f:")
    assert conversation.nas.connect_info == "CONNECT 0Mbps roam monitor"
    assert conversation.nas.operator == "1camden.gov.uk"
    assert (conversation.idle, conversation.timeout, conversation.server.name) == (10, 60, "camden-rad-2")
    assert isinstance(conversation.login, CertificateLogin)


def test_an_intended_reject_is_of_nobody() -> None:
    conversation = said(EapMethod.PEAP_MSCHAPV2, reject=True)
    assert isinstance(conversation, Conversation)
    assert isinstance(conversation.login, PasswordLogin)
    assert conversation.login.user.startswith("nobody@")


def test_a_missing_secret_is_told_by_name() -> None:
    network = lab_network()
    probe = network.boroughs_by_slug["hackney"].identity.probe
    assert probe.password is not None
    outcome = said(EapMethod.PEAP_MSCHAPV2, store=Store((probe.password.secret.secret,)))
    assert isinstance(outcome, Outcome)
    assert outcome.reason is Reason.SECRET_MISSING
    assert probe.password.secret.secret in outcome.sentence


@pytest.mark.parametrize(
    ("visited", "home", "message"),
    [
        ("nowhere", "hackney", "there is no probe from nowhere to hackney: visited is one of camden,"),
        ("camden", "nowhere", "there is no probe from camden to nowhere: visited is one of camden,"),
    ],
)
def test_what_is_not_there_is_refused_by_name(visited: str, home: str, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        choose(lab_network(), visited, home, None, reject=False)


def test_there_is_no_intended_reject_by_tls() -> None:
    with pytest.raises(SettingError, match="hackney has no intended reject for tls"):
        choose(lab_network(), "camden", "hackney", EapMethod.TLS, reject=True)


def shown(reasons: dict[str, Reason]) -> tuple[Authentication, tuple[Certificate, ...]]:
    authority = Authority("EAP CA")
    chain = f"{authority.pem}{authority.issue('radius.hackney.gov.uk', days=9).certificate}"

    def answer(_agent: str, conversation: Conversation) -> Outcome:
        reason = reasons[conversation.server.name]
        parts = Phases(0.01, 0.05, 0.03, 0.09)
        heard = chain if reason is Reason.ACCEPTED else ""
        return Outcome(reason, f"it was {reason}", conversation.server.name, "", 90.0, phases=parts, chain=heard)

    probe = choose(lab_network(), "camden", "hackney", EapMethod.TLS, reject=False)
    return once(probe, Conversations(lab_network(), Store()), FakeAgents(answer))


def test_it_is_told_in_words() -> None:
    seen, chain = shown({"camden-rad-1": Reason.NO_ANSWER, "camden-rad-2": Reason.ACCEPTED})
    ends = f"{datetime.now(UTC) + timedelta(days=9):%Y-%m-%d}"
    lines = told(seen, chain).splitlines()
    assert lines[:4] == [
        "camden → hackney, tls: passed (accepted)",
        "  it was accepted",
        "  path         camden-rad-2, after silence from camden-rad-1",
        "  time         90 ms (start 10, tunnel 50, inner 30)",
    ]
    assert lines[4].startswith(
        f"  certificate  CN=radius.hackney.gov.uk, for radius.hackney.gov.uk, ends {ends} (8 days), sha256 "
    )


def test_it_is_told_as_json() -> None:
    seen, chain = shown({"camden-rad-1": Reason.AGENT_UNREACHABLE})
    found = json.loads(json.dumps(document(seen, chain)))
    assert (found["passed"], found["result"], found["path"], found["certificates"]) == (None, "error", None, [])
    seen, chain = shown({"camden-rad-1": Reason.ACCEPTED})
    found = json.loads(json.dumps(document(seen, chain)))
    assert found["phases"] == {"start": 0.01, "tunnel": 0.05, "inner": 0.03}
    assert found["certificates"][0]["names"] == ["radius.hackney.gov.uk"]
