"""What eapol_test printed on real runs, and what we make of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from roaming.eap import (
    CertificateLogin,
    Conversation,
    FakeRan,
    FakeShell,
    Login,
    Reason,
    answer_of,
    converse,
    parse,
)
from roaming.errors import TransportError
from tests.eap.conversations import GOOD

TRANSCRIPTS = Path(__file__).parent / "transcripts"
SERVER_NAME = "radius.camden.gov.uk"
CERTIFICATE_OF_HOME = "the certificate of camden.gov.uk"
CERTIFICATE = CertificateLogin("a certificate", "a key")


def conversation(login: Login = GOOD.login) -> Conversation:
    return replace(GOOD, login=login, timeout=4)


CASES = {
    "peap-accepted": (Reason.ACCEPTED, 8, "camden.gov.uk accepted the user"),
    "tls-accepted": (Reason.ACCEPTED, 5, "camden.gov.uk accepted the user"),
    "wrong-password": (Reason.REJECTED_AT_HOME, 7, "camden.gov.uk rejected the user at home"),
    "unknown-user": (Reason.REJECTED_AT_HOME, 7, "camden.gov.uk rejected the user at home"),
    "client-certificate": (Reason.REJECTED_AT_HOME, 4, "camden.gov.uk rejected the client certificate at home"),
    "unknown-realm": (Reason.REJECTED_BY_HUB, 1, "hub-east rejected it: nobody serves the realm"),
    "no-realm": (
        Reason.REJECTED_LOCALLY,
        1,
        "camden-rad-1 rejected it before it left the borough: the name has no realm",
    ),
    "untrusted": (
        Reason.CERTIFICATE_NOT_TRUSTED,
        3,
        f"{CERTIFICATE_OF_HOME} is not trusted by its users' devices (unable to get local issuer certificate)",
    ),
    "other-name": (
        Reason.CERTIFICATE_NAME,
        3,
        f"{CERTIFICATE_OF_HOME} names {SERVER_NAME}, its users' devices expect {SERVER_NAME} (Domain mismatch)",
    ),
    "expired": (
        Reason.CERTIFICATE_EXPIRED,
        3,
        "the certificate of camden.gov.uk is outside its validity (certificate has expired)",
    ),
    "no-answer": (Reason.NO_ANSWER, 0, "no answer from camden-rad-1 10.7.0.11 within 4 s"),
    "nothing-listens": (Reason.NOTHING_LISTENS, 0, "nothing listens on camden-rad-1 10.7.0.11 port 1812/udp"),
    "unfit-ca": (
        Reason.AGENT_BROKEN,
        2,
        "eapol_test did not run on the agent: EAP-PEAP: Failed to initialize SSL.",
    ),
}
LOGINS: dict[str, Login] = {"tls-accepted": CERTIFICATE, "client-certificate": CERTIFICATE}


def test_every_transcript_has_its_case() -> None:
    assert {path.stem for path in TRANSCRIPTS.iterdir()} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_what_we_make_of_it(name: str) -> None:
    shell = FakeShell(lambda _argv, _data: FakeRan(answer_of((TRANSCRIPTS / f"{name}.txt").read_text())))
    outcome = converse(shell, conversation(LOGINS.get(name, GOOD.login)))
    assert (outcome.reason, outcome.round_trips, outcome.sentence) == CASES[name]
    assert outcome.milliseconds is not None
    assert outcome.server == "camden-rad-1"


def accepted() -> str:
    return (TRANSCRIPTS / "peap-accepted.txt").read_text()


def outcome_of(text: str) -> tuple[Reason, str]:
    outcome = converse(FakeShell(lambda _argv, _data: FakeRan(answer_of(text))), conversation())
    return outcome.reason, outcome.sentence


def test_attributes_of_the_accept_are_kept() -> None:
    outcome = converse(FakeShell(lambda _argv, _data: FakeRan(answer_of(accepted()))), conversation())
    assert outcome.vlan == "120"
    assert dict(outcome.attributes)["Operator-Name"] == "1camden.gov.uk"


@pytest.mark.parametrize(("octets", "vlan"), [("313230", "120"), ("01313230", "120"), ("00313230", "120"), ("", "")])
def test_a_vlan_may_carry_a_tag(octets: str, vlan: str) -> None:
    text = accepted().replace("Value: 313230", f"Value: {octets}")
    assert converse(FakeShell(lambda _argv, _data: FakeRan(answer_of(text))), conversation()).vlan == vlan


def test_an_accept_without_keys_is_no_success() -> None:
    text = accepted().replace("MPPE keys OK: 1  mismatch: 0\nSUCCESS", "MPPE keys OK: 0  mismatch: 1\nFAILURE")
    assert outcome_of(text)[0] is Reason.KEYS_DIFFER


def test_a_reply_message_of_somebody_else_is_repeated() -> None:
    text = (TRANSCRIPTS / "unknown-realm.txt").read_text()
    text = text.replace("hub hub-east: nobody serves the realm", "g\\xc3\\xa9t \\'lost\\'")
    assert outcome_of(text) == (
        Reason.REJECTED_UNNAMED,
        "rejected on the way before camden.gov.uk was heard: it says only 'gét 'lost''",
    )


@pytest.mark.parametrize(
    ("message", "reason", "sentence"),
    [
        (
            "home camden-rad-2: authentication failed",
            Reason.REJECTED_AT_HOME,
            "camden.gov.uk rejected the user at home (camden-rad-2: authentication failed)",
        ),
        (
            "proxy hackney-proxy-1: malformed name",
            Reason.REJECTED_BY_HOME_PROXY,
            "hackney-proxy-1, the proxy before camden.gov.uk, rejected it: malformed name",
        ),
    ],
)
def test_who_rejects_says_so(message: str, reason: Reason, sentence: str) -> None:
    text = (TRANSCRIPTS / "unknown-realm.txt").read_text().replace("hub hub-east: nobody serves the realm", message)
    assert outcome_of(text) == (reason, sentence)


def test_silence_after_a_challenge_is_told_from_no_answer() -> None:
    text = accepted().partition("RADIUS message: code=2")[0] + "EAPOL test timed out\nFAILURE\n"
    assert outcome_of(text) == (
        Reason.FELL_SILENT,
        "camden.gov.uk or the way there fell silent after 7 round trips through camden-rad-1 10.7.0.11",
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Incoming RADIUS packet did not have correct Message-Authenticator - dropped", Reason.WRONG_SECRET),
        ("send[RADIUS,s=4]: Network is unreachable", Reason.NO_ROUTE),
        ("connect[radius]: Network is unreachable", Reason.NO_ROUTE),
        ("CTRL-EVENT-EAP-TLS-CERT-ERROR reason=7 depth=0 subject='/CN=x' err='bad'", Reason.CERTIFICATE_UNFIT),
        ("CTRL-EVENT-EAP-TLS-CERT-ERROR reason=99 depth=0 subject='/CN=x' err='new'", Reason.CERTIFICATE_UNFIT),
        ("CTRL-EVENT-EAP-TLS-CERT-ERROR reason=3 depth=0 subject='/CN=x' err='early'", Reason.CERTIFICATE_EXPIRED),
    ],
)
def test_rare_troubles(line: str, reason: Reason) -> None:
    assert outcome_of(f"CTRL-EVENT-EAP-STARTED\n{line}\nFAILURE\n")[0] is reason


def test_a_method_that_the_home_does_not_offer() -> None:
    text = (
        "CTRL-EVENT-EAP-STARTED\nCTRL-EVENT-EAP-PROPOSED-METHOD vendor=0 method=25 -> NAK\n"
        "RADIUS message: code=11 (Access-Challenge) identifier=0 length=64\n"
        "RADIUS message: code=3 (Access-Reject) identifier=1 length=44\nFAILURE\n"
    )
    assert outcome_of(text) == (Reason.METHOD_NOT_OFFERED, "camden.gov.uk does not offer peap-mschapv2")


def test_a_tls_alert_from_the_home() -> None:
    text = (
        "CTRL-EVENT-EAP-STARTED\nSSL: SSL3 alert: read (remote end reported an error):fatal:unknown CA\n"
        "RADIUS message: code=3 (Access-Reject) identifier=1 length=44\nFAILURE\n"
    )
    assert outcome_of(text)[0] is Reason.CLIENT_CERTIFICATE_REFUSED


def test_an_agent_without_eapol_test() -> None:
    shell = FakeShell(lambda _argv, _data: FakeRan(rc=127, err=b"roam: eapol_test is not installed\n"))
    outcome = converse(shell, conversation())
    assert outcome.reason is Reason.AGENT_BROKEN
    assert outcome.sentence == "eapol_test did not run on the agent: eapol_test is not installed"
    assert outcome.milliseconds is None


def test_an_agent_that_is_gone() -> None:
    def gone(_argv: tuple[str, ...], _data: bytes) -> FakeRan:
        message = "camden-agent: no connection"
        raise TransportError(message)

    outcome = converse(FakeShell(gone), conversation())
    assert outcome.reason is Reason.AGENT_UNREACHABLE
    assert outcome.sentence == "the agent cannot be reached: camden-agent: no connection"


def test_nothing_is_read_into_an_empty_output() -> None:
    assert not parse("").finished
