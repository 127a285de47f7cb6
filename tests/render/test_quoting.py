"""No value becomes syntax: what the quotings of RADIUS servers and hubs spell, a reader of that syntax reads back."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from roaming.errors import QuoteError, RenderError
from roaming.model.base import SecretRef
from roaming.model.bundle import Slot, SlotKind
from roaming.render.template import render_parts
from roaming.targets import TARGETS
from roaming.targets.freeradius import fr_literal, fr_pair, fr_realm_pattern, fr_ssid_pattern
from roaming.targets.radsecproxy import rsp_pinned_name, rsp_rewrite, rsp_string
from roaming.targets.target import pem, word

PRINTABLE = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), min_size=1, max_size=60)


def read_freeradius(spelled: str) -> str:
    """Read a single-quoted string as token.c does: only a backslash before the quote is an escape."""
    assert spelled[0] == "'"
    value, index = "", 1
    while spelled[index] != "'":
        if spelled[index] == "\\":
            value += spelled[index + 1] if spelled[index + 1] == "'" else spelled[index : index + 2]
            index += 2
        else:
            value += spelled[index]
            index += 1
    assert index == len(spelled) - 1
    return value


def read_radsecproxy(spelled: str) -> str:
    """Read a double-quoted string as gconfig.c does: to the next quote, then %-escapes."""
    assert spelled[0] == spelled[-1] == '"'
    assert '"' not in spelled[1:-1]
    octets, index, text = bytearray(), 0, spelled[1:-1].encode()
    while index < len(text):
        if text[index : index + 1] == b"%":
            octets.append(int(text[index + 1 : index + 3], 16))
            index += 3
        else:
            octets.append(text[index])
            index += 1
    return octets.decode()


@given(PRINTABLE)
def test_freeradius_reads_back_what_was_spelled(value: str) -> None:
    try:
        spelled = fr_literal(value)
    except QuoteError:
        assume(condition=False)
    assert "\n" not in spelled
    assert read_freeradius(spelled) == value


@given(st.text(st.sampled_from("\\'ab"), min_size=1, max_size=12))
def test_freeradius_refuses_only_what_has_no_spelling(value: str) -> None:
    runs = value.replace("'", "'|").split("|")
    odd = any((len(run.rstrip("'")) - len(run.rstrip("'").rstrip("\\"))) % 2 for run in runs)
    try:
        assert read_freeradius(fr_literal(value)) == value
    except QuoteError:
        assert odd
    else:
        assert not odd


@given(st.one_of(PRINTABLE, st.text(st.sampled_from("\\'\"nx41"), min_size=1, max_size=12)))
def test_a_users_file_reads_back_what_was_spelled(value: str) -> None:
    once = read_freeradius(fr_pair(value))
    assert re.fullmatch(r"(\\\\|[^\\])*", once), "value.c would read an escape"
    assert once.replace("\\\\", "\\") == value


@given(PRINTABLE)
def test_radsecproxy_reads_back_what_was_spelled(value: str) -> None:
    assert read_radsecproxy(rsp_string(value)) == value


@pytest.mark.parametrize("quote", [fr_literal, fr_pair, rsp_string])
@pytest.mark.parametrize("control", ["\n", "\r", "\0", "\t", "\x7f", "\u2028", "\ue000"])
def test_control_characters_are_refused_by_name_and_the_value_is_not_shown(quote: object, control: str) -> None:
    with pytest.raises(QuoteError, match=rf"^U\+{ord(control):04X} has no safe spelling in a ") as refused:
        quote(f"secret{control}secret")  # type: ignore[operator]
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("target", "quoting", "value", "message"),
    [
        ("freeradius", "fr_literal", "", "an empty value has no meaning in a FreeRADIUS configuration"),
        (
            "freeradius",
            "fr_literal",
            "a\\",
            "a backslash before ' or at the end has no spelling in a FreeRADIUS string",
        ),
        ("freeradius", "fr_literal", "x" * 4001, "a FreeRADIUS string has at most 4000 octets"),
        ("radsecproxy", "rsp_string", "", "a radsecproxy string has 1 to 960 octets once escaped, this one 0"),
        (
            "radsecproxy",
            "rsp_string",
            "%" * 400,
            "a radsecproxy string has 1 to 960 octets once escaped, this one 1200",
        ),
        ("radsecproxy", "rsp_rewrite", "Include /etc/shadow", "'Include /etc/shadow' is no rewrite of ours"),
        ("freeradius", "word", "a b", "'a b' is not a plain word"),
        ("freeradius", "pem", "secret", "not PEM: only whole -----BEGIN…END----- blocks go into this file"),
    ],
)
def test_what_has_no_spelling_is_refused(target: str, quoting: str, value: str, message: str) -> None:
    with pytest.raises(QuoteError) as refused:
        TARGETS[target].quote(quoting, value)
    assert str(refused.value) == message


def test_small_spellings() -> None:
    assert fr_ssid_pattern("gov'roam") == "/^(([0-9a-f]{2}){17}|([0-9a-f]{2}){12})3a676f7627726f616d$/"
    assert fr_realm_pattern("a.uk b.uk") == "/^[^@]+@(a[.]uk|b[.]uk)$/i"
    assert rsp_pinned_name("a.example") == "SubjectAltName:DNS:/^a[.]example$/"
    assert rsp_rewrite("RemoveAttribute 126") == "RemoveAttribute 126"
    assert word("/etc/x-1.conf") == "/etc/x-1.conf"
    block = "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----"
    assert pem(block) == pem(f"\r\n{block}\r\n") == f"{block}\n"


@pytest.mark.parametrize(
    ("target", "running"),
    [
        ("freeradius", "\tsecret = 'live'\n\tpassword = live\n"),
        ("freeradius", "probe@a.uk Cleartext-Password := 'live'\n"),
        ("freeradius", "\tcui_key = live\n\tprivate_key_password = live\n"),
        ("radsecproxy", "\tSecret live\n\tsecret 'live'\nFTicksKey live\nLogKey live\n"),
    ],
)
def test_secrets_of_a_running_configuration_are_masked(target: str, running: str) -> None:
    assert "live" not in TARGETS[target].redact(running)


def test_a_value_without_a_quoting_stops_the_render() -> None:
    with pytest.raises(QuoteError, match=r"^radsecproxy/logrotate\.j2: "):
        render_parts("radsecproxy", "logrotate.j2", log="/var/log/x y")


def test_an_unknown_name_stops_the_render() -> None:
    with pytest.raises(RenderError, match=r"^radsecproxy/logrotate\.j2: 'log' is undefined"):
        render_parts("radsecproxy", "logrotate.j2")


def test_a_secret_leaves_a_slot() -> None:
    parts = render_parts(
        "freeradius",
        "users.j2",
        slug="a",
        probes=[{"user": "p@a.uk", "secret": SecretRef(secret="a/p")}],  # noqa: S106
    )
    assert parts[1] == Slot(SlotKind.SECRET, "a/p", "fr_pair")
