"""What goes to the agent: no secret in the command, no value that becomes syntax."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace

import pytest

from roaming.eap import CertificateLogin, Conversation, Login, Nas, PasswordLogin, Server, Trusted, calling_station
from roaming.eap.configuration import configuration, words
from roaming.eap.protocol import command, program, request
from roaming.errors import QuoteError

SECRET = "s3cret"  # noqa: S105  of nobody
HOSTILE = ['"', "\\", "#", "}", "{{ x }}", "%{User-Name}", "$HOME `id` $(id)", "'", "päss", "\u202e", " ", "a\nb"]


def conversation(
    login: Login | None = None, identity: str = "roam-1-1@camden.gov.uk", secret: str = SECRET, ssid: str = "govroam"
) -> Conversation:
    return Conversation(
        identity=identity,
        login=login or PasswordLogin("probe@camden.gov.uk", "pa55word"),
        server=Server("camden-rad-1", "10.7.0.11", secret),
        nas=Nas("camden-th-ap1", "02:00:0a:07:11:0f", ssid, operator="1camden.gov.uk"),
        trusted=Trusted(("CA one\n", "CA two"), ("radius.camden.gov.uk", "radius2.camden.gov.uk")),
    )


def test_the_command_holds_no_secret() -> None:
    told = " ".join([*command(4), *words(conversation(CertificateLogin("a certificate", "a key")))])
    for secret in ("s3cret", "pa55word", "a key", "a certificate"):
        assert secret not in told
        assert secret.encode().hex() not in told


def test_no_representation_holds_a_secret() -> None:
    for login in (PasswordLogin("u@x.uk", "pa55word"), CertificateLogin("c", "pa55word")):
        shown = repr(conversation(login))
        assert "s3cret" not in shown
        assert "pa55word" not in shown


def test_the_command_says_which_access_point_it_is() -> None:
    told = words(conversation(ssid='go"v #roam'))
    attributes = [bytes.fromhex(word.split(":")[2]) for word in told if word.startswith(("30:x:", "32:x:", "126:x:"))]
    assert attributes == [b"camden-th-ap1", b'02-00-0A-07-11-0F:go"v #roam', b"1camden.gov.uk"]
    assert tuple(told[told.index("-a") : told.index("-a") + 6]) == ("-a", "10.7.0.11", "-p", "1812", "-t", "5")


def test_the_configuration_of_peap() -> None:
    assert configuration(conversation()) == (
        "network={\n"
        "    key_mgmt=WPA-EAP\n"
        f"    ca_cert={b'/dev/stdin'.hex()}\n"
        f"    domain_match={b'radius.camden.gov.uk;radius2.camden.gov.uk'.hex()}\n"
        "    eap=PEAP\n"
        f"    anonymous_identity={b'roam-1-1@camden.gov.uk'.hex()}\n"
        f"    identity={b'probe@camden.gov.uk'.hex()}\n"
        f"    password={b'pa55word'.hex()}\n"
        f"    phase2={b'auth=MSCHAPV2'.hex()}\n"
        "}\n"
    )


def test_the_configuration_of_tls() -> None:
    text = configuration(conversation(CertificateLogin("a certificate\n" * 20, "a key\n")))
    assert f"    identity={b'roam-1-1@camden.gov.uk'.hex()}\n" in text
    assert 'client_cert="blob://certificate"' in text
    assert base64.b64decode(text.partition("blob-base64-key={\n")[2].partition("}")[0]) == b"a key\n"
    assert max(map(len, text.splitlines())) < 256, "longer lines of a blob are cut by wpa_supplicant"


def test_a_request_is_one_line_with_its_limits() -> None:
    line = request(7, replace(conversation(), timeout=60, idle=10))
    asked = json.loads(line)
    assert line.count(b"\n") == 1
    assert (asked["id"], asked["secret"], asked["limit"], asked["idle"]) == (7, SECRET, 60, 10)
    assert asked["trusted"] == "CA one\nCA two\n"
    assert asked["configuration"].startswith("network={")


def test_without_an_idle_limit_the_total_is_the_only_one() -> None:
    asked = json.loads(request(7, conversation()))
    assert asked["idle"] > asked["limit"] == 5


def test_the_program_knows_nothing_of_ours() -> None:
    """It runs where our package is not installed."""
    assert b"roaming.eap.protocol" in program(), "named in its docstring"
    assert not re.search(rb"^\s*(?:from|import) roaming", program(), re.MULTILINE)
    assert str(len(program())) in command(4)[3]


@pytest.mark.parametrize("value", HOSTILE)
def test_no_value_becomes_syntax(value: str) -> None:
    plain = configuration(conversation(PasswordLogin("u", "p"), "i"))
    hostile = configuration(conversation(PasswordLogin(value, value), value))
    assert value.encode().hex() in hostile
    assert [line.partition("=")[0] for line in hostile.splitlines()] == [
        line.partition("=")[0] for line in plain.splitlines()
    ]


@pytest.mark.parametrize("value", ["", "a\0b"])
def test_what_eapol_test_cannot_take_is_refused_by_name(value: str) -> None:
    with pytest.raises(QuoteError, match="the password must not be empty nor hold a NUL"):
        configuration(conversation(PasswordLogin("u@x.uk", value)))


@pytest.mark.parametrize("secret", ["", "a\nb", "a\0b"])
def test_a_radius_secret_is_one_line(secret: str) -> None:
    with pytest.raises(QuoteError, match="a RADIUS secret must be printable text on one line"):
        request(1, conversation(secret=secret))


def test_a_probe_is_known_by_its_station() -> None:
    station = calling_station("roam-1-1@camden.gov.uk")
    assert station.startswith("02:72:6f:")
    assert station == calling_station("roam-1-1@camden.gov.uk")
    assert station != calling_station("roam-1-2@camden.gov.uk")
