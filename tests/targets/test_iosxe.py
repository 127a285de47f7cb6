"""The lines of a Catalyst: cases of what runs, what is wanted, and the commands between; spelling; secrets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from roaming.errors import QuoteError
from roaming.targets import TARGETS, RevertKind, Scope
from roaming.targets.iosxe.dialect import IosXe
from roaming.targets.iosxe.secret import Secret, decode_type_7
from roaming.targets.iosxe.tree import parse

CASES = sorted((Path(__file__).parent / "cases").glob("*.yml"))
TARGET = TARGETS["iosxe"]
IOSXE = IosXe()

PRINTABLE = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), min_size=1, max_size=40)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_commands_between(path: Path) -> None:
    case: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    scope = IOSXE.scope("LON-", case["wanted"])
    remedy = IOSXE.remedy(case["running"], case["wanted"], scope, case.get("renew", {}))
    assert "".join(f"{command}\n" for command in remedy.commands) == case["commands"]
    assert list(remedy.outage) == case.get("outage", [])
    assert list(remedy.unverifiable) == case.get("unverifiable", [])
    assert (remedy.before == remedy.after) == (not remedy.commands)


def test_a_controller_takes_commands_and_takes_them_back_itself() -> None:
    assert TARGET.dialect == IOSXE
    assert TARGET.revert.kind is RevertKind.DEVICE_TIMER


def test_what_changes_by_itself_is_no_configuration() -> None:
    running = (
        "Building configuration...\n\nCurrent configuration : 4711 bytes\n!\n! Last configuration change at 1:00 by x\n"
        "!\nversion 17.12\nhostname wlc\nbanner motd ^C\n! not a comment\nend\n^C\nline con 0\n stopbits 1\n!\nend\n"
    )
    assert IOSXE.normal(running) == (
        "version 17.12\nhostname wlc\nbanner motd ^C\n! not a comment\nend\n^C\nline con 0\n stopbits 1\n"
    )


def test_the_scope_names_what_bears_no_prefix_and_no_secret() -> None:
    wanted = (
        "radius server LON-a\n key 0 s3cr3t\naaa server radius dynamic-author\n client 10.0.0.1 server-key 0 s3cr3t\n"
    )
    head = "aaa server radius dynamic-author"
    assert IOSXE.scope("LON-", wanted) == Scope("LON-", (head, f"{head}\n client 10.0.0.1"))


def test_a_client_of_others_is_not_ours_though_a_server_of_ours_has_its_address() -> None:
    client = "aaa server radius dynamic-author\n client 10.0.0.1 server-key 0 x\n"
    server = " address ipv4 10.0.0.1 auth-port 1812 acct-port 1813\n"
    assert client in IOSXE.ours(f"radius server LON-a\n{server}{client}", Scope("LON-"))
    assert client in IOSXE.foreign(f"radius server LON-a\n{server}radius server B\n{server}{client}", Scope("LON-"))


def test_no_secret_is_in_a_repr() -> None:
    wanted = "radius server LON-a\n key 0 s3cr3t\n"
    remedy = IOSXE.remedy("", wanted, IOSXE.scope("LON-", wanted), {})
    assert "s3cr3t" in str(remedy.commands)
    assert "s3cr3t" not in repr(remedy) + repr(Secret("0", "s3cr3t")) + repr(parse(wanted))


@pytest.mark.parametrize(
    ("hidden", "plain"),
    [("0822455D0A16", "cisco"), ("060506324F41", "cisco"), ("5309", "m"), ("xx", None), ("08224", None), ("", None)],
)
def test_type_7_hides_nothing(hidden: str, plain: str | None) -> None:
    assert decode_type_7(hidden) == plain


@pytest.mark.parametrize(
    ("quoting", "value", "spelled"),
    [
        ("ios_ssid", "govroam", "govroam"),
        ("ios_ssid", "two words", '"two words"'),
        ("ios_ssid", "O'Brien & Co!", '"O\'Brien & Co!"'),
        ("ios_key", "0123456789abcdef\"'!|", "0123456789abcdef\"'!|"),
        ("ios_mac", "02:00:0a:07:01:0D", "0200.0a07.010d"),
        ("ios_name", "LON-town-hall", "LON-town-hall"),
        ("ios_words", "no security wpa wpa2", "no security wpa wpa2"),
    ],
)
def test_spelling(quoting: str, value: str, spelled: str) -> None:
    assert TARGET.quote(quoting, value) == spelled


_SSID = "the SSID {} cannot be typed on IOS-XE: ASCII without quotes, backslash, ? and blanks at its ends"
_NAME = "{} is no name for IOS-XE: a letter, then letters, digits, dots, - and _, 32 in all"


@pytest.mark.parametrize(
    ("quoting", "value", "message"),
    [
        ("ios_ssid", 'say "hi"', _SSID.format("'say \"hi\"'")),
        ("ios_ssid", "what?", _SSID.format("'what?'")),
        ("ios_ssid", "a\\b", _SSID.format("'a\\\\b'")),
        ("ios_ssid", " x", _SSID.format("' x'")),
        ("ios_ssid", "café", _SSID.format("'café'")),
        ("ios_ssid", "", "an SSID has 1 to 32 octets, this one has 0"),
        ("ios_ssid", "x\n", "U+000A has no safe spelling in an SSID of IOS-XE"),
        ("ios_key", "a b", "a blank or a question mark cannot be typed in an IOS-XE key"),
        ("ios_key", "a?b", "a blank or a question mark cannot be typed in an IOS-XE key"),
        ("ios_key", "é", "an IOS-XE key is typed in ASCII, and not empty"),
        ("ios_key", "", "an IOS-XE key is typed in ASCII, and not empty"),
        ("ios_key", "x" * 201, "an IOS-XE key has at most 200 characters, this one has 201"),
        ("ios_key", "x\x1a", "U+001A has no safe spelling in an IOS-XE key"),
        ("ios_mac", "02:00", "'02:00' is not a MAC address"),
        ("ios_name", "1x", _NAME.format("'1x'")),
        ("ios_name", "x" * 33, _NAME.format(repr("x" * 33))),
        ("ios_words", "security; reload", "'security; reload' is no command of plain words"),
    ],
)
def test_what_cannot_be_typed_is_refused(quoting: str, value: str, message: str) -> None:
    with pytest.raises(QuoteError) as refused:
        TARGET.quote(quoting, value)
    assert str(refused.value) == message


@given(PRINTABLE)
def test_an_ssid_that_is_typed_is_the_ssid_that_is_read(value: str) -> None:
    try:
        spelled = TARGET.quote("ios_ssid", value)
    except QuoteError:
        return
    words = spelled[1:-1] if spelled.startswith('"') else spelled
    assert words == value
    assert not set(words) & set('"?\\')
    assert spelled.startswith('"') or " " not in spelled


@pytest.mark.parametrize(
    "running",
    [
        " key 0 live",
        " key live with blanks",
        " key 6 live",
        " client 10.0.0.1 server-key 7 live",
        "enable secret 9 $9$live",
        "username admin privilege 15 secret 9 $9$live",
        "username admin password 7 live",
        "snmp-server community live RO",
        "snmp-server user u g v3 auth sha live priv aes 128 live",
        " security wpa psk set-key ascii 0 live",
        " mgmtuser username admin password 0 live secret 0 live",
        "tacacs-server key 7 live",
        "crypto isakmp key live address 0.0.0.0",
        "ntp authentication-key 1 md5 live 7",
        "key config-key password-encrypt live",
        "radius-server key 7 live",
    ],
)
def test_secrets_of_a_running_configuration_are_masked(running: str) -> None:
    assert "live" not in TARGET.redact(f"{running}\nhostname x\n")
    assert TARGET.redact(f"{running}\nhostname x\n").endswith("\nhostname x\n")


@pytest.mark.parametrize(
    "line", [" vlan 401", "wlan LON-a 17 govroam", " security wpa akm ft dot1x", "ap 0200.0a07.010d"]
)
def test_nothing_else_is_masked(line: str) -> None:
    assert TARGET.redact(line) == line
