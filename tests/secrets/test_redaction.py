from __future__ import annotations

import base64
import html
import json
import re
import shlex
from urllib.parse import quote, quote_plus

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from roaming.model.bundle import File, Slot, SlotKind
from roaming.secrets import FingerprintKey, Mask, Redaction
from roaming.targets import TARGETS

KEY = FingerprintKey(b"k" * 32)
CANARY = "c4n4ry+/\"q'u\\ot{{e}}%é-0123456789"
OCTETS = CANARY.encode()
# What hostapd_cli and bash's `printf %q` print of it.
PRINTF_ENCODED = "c4n4ry+/\\\"q'u\\\\ot{{e}}%\\xc3\\xa9-0123456789"
SHELL_ESCAPED = "c4n4ry+/\\\"q\\'u\\\\ot\\{\\{e\\}\\}%\\é-0123456789"
MASK = Mask.of({"camden/ap": CANARY}, KEY)
LABEL = f"<secret camden/ap fingerprint {KEY.of(OCTETS)}>"


@pytest.mark.parametrize(
    "spelling",
    [
        CANARY,
        OCTETS.hex(),
        OCTETS.hex().upper(),
        OCTETS.hex(":"),
        base64.b64encode(OCTETS).decode(),
        base64.urlsafe_b64encode(OCTETS).decode(),
        json.dumps(CANARY)[1:-1],
        json.dumps(CANARY, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps({"secret": CANARY}))[1:-1],
        repr(CANARY)[1:-1],
        repr(OCTETS)[2:-1],
        quote(CANARY),
        quote(CANARY, safe=""),
        shlex.quote(CANARY)[1:-1],
        CANARY.replace("\\", "\\\\").replace('"', '\\"'),
        OCTETS.hex(":").upper(),
        OCTETS.hex(" ").upper(),
        OCTETS.hex("-"),
        "".join(f"\\x{octet:02x}" for octet in OCTETS),
        ascii(CANARY)[1:-1],
        PRINTF_ENCODED,
        quote_plus(CANARY),
        re.sub("%..", lambda match: match.group().lower(), quote(CANARY, safe="")),
        html.escape(CANARY),
        html.escape(CANARY).replace("&#x27;", "&#39;"),
        html.escape(CANARY).replace("&#x27;", "&#39;").replace("&quot;", "&#34;"),
        html.escape(CANARY, quote=False),
        yaml.safe_dump(CANARY, default_style="'", allow_unicode=True).strip()[1:-1],
        yaml.safe_dump({"list": [CANARY]}, default_flow_style=True, allow_unicode=True).strip()[8:-3],
        CANARY.replace('"', '""'),
        SHELL_ESCAPED,
        "'\\''".join(CANARY.split("'")),
        base64.b64encode(OCTETS).decode().rstrip("="),
    ],
)
def test_a_value_is_masked_in_every_form(spelling: str) -> None:
    shown = MASK.text(f"before {spelling} after")
    assert LABEL in shown
    assert spelling not in shown


@pytest.mark.parametrize("offset", range(4))
def test_the_middle_of_a_longer_base64_is_masked(offset: int) -> None:
    longer = base64.b64encode(b"x" * offset + OCTETS + b"y" * 5).decode()
    assert LABEL in MASK.text(longer)


@pytest.mark.parametrize("spelling", ["02050D480809", "094F471A1A0A", "0822455D0A16", "13061E010803", "070C285F4D06"])
def test_the_type_7_of_cisco_is_masked(spelling: str) -> None:
    shown = Mask.of({"wlc": "cisco"}, KEY).text(f"key 7 {spelling}\n")
    assert shown == f"key 7 <secret wlc fingerprint {KEY.of(b'cisco')}>\n"


@given(st.text(min_size=8, max_size=40), st.text(max_size=5), st.text(max_size=5))
def test_any_value_is_masked_anywhere(value: str, before: str, after: str) -> None:
    mask = Mask.of({"camden/ap": value}, KEY)
    for spelling in (value, repr(value)[1:-1], json.dumps(value)[1:-1], html.escape(value), value.encode().hex()):
        assert value not in mask.text(before + spelling + after).replace("<secret camden/ap fingerprint", "")
        assert "<secret camden/ap fingerprint " in mask.text(before + spelling + after)


def test_a_pem_is_known_by_its_lines() -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49\n-----END PRIVATE KEY-----\n"
    mask = Mask.of({"key": pem}, KEY)
    assert "MIGHAgEAMBMGByqGSM49" not in mask.text("said: MIGHAgEAMBMGByqGSM49AgEGCCqGSM49 and no more")


def test_a_mask_shows_nothing_of_itself() -> None:
    assert repr(MASK) == "Mask(1 values)"
    assert Mask.of({}, KEY).text("as it is") == "as it is"


def redaction(target: str, *files: File) -> Redaction:
    return Redaction({file.path: file for file in files}, MASK, KEY, TARGETS[target].redact)


CLIENTS = File(
    "/clients",
    ("client a {\n\tsecret = ", Slot(SlotKind.SECRET, "camden/ap", "quoted"), "\n\tshortname = a\n}\n"),
)


def test_a_changed_secret_is_seen_as_a_changed_fingerprint() -> None:
    show = redaction("freeradius", CLIENTS)
    former_value = b'"f0rmer-value"'
    former = show("/clients", 'client a {\n\tsecret = "f0rmer-value"\n\tshortname = a\n}\n')
    now = show("/clients", f'client a {{\n\tsecret = "{CANARY}"\n\tshortname = a\n}}\n')
    assert "f0rmer" not in former
    label = f"<secret camden/ap fingerprint {KEY.of(former_value)}>"
    assert former == f"client a {{\n\tsecret = {label}\n\tshortname = a\n}}\n"
    assert former != now
    assert now.count("fingerprint") == 1


def test_a_secret_that_we_never_knew_is_masked_by_its_line() -> None:
    show = redaction("freeradius", CLIENTS)
    shown = show("/clients", "client b {\n    secret = testing123\n    ipaddr = 10.0.0.1\n}\n")
    assert "testing123" not in shown
    assert "ipaddr = 10.0.0.1" in shown


def test_a_key_file_is_one_fingerprint() -> None:
    key = File("/key", (Slot(SlotKind.PRIVATE_KEY, "camden/key", "pem"),))
    show = redaction("radsecproxy", key)
    pem = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
    assert show("/key", pem) == f"<private-key camden/key fingerprint {KEY.of(pem.encode())}>\n"


def test_a_foreign_private_key_is_never_shown() -> None:
    text = "a\n-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\nb\n-----BEGIN PRIVATE KEY-----\ncut"
    assert redaction("radsecproxy", CLIENTS)("/clients", text) == "a\n<masked private key>\nb\n<masked private key>"


def test_two_slots_in_a_line_are_two_fingerprints() -> None:
    first, second = (Slot(SlotKind.SECRET, name, "word") for name in ("first", "second"))
    file = File("/f", ("r0kh=", first, " and ", second, "!\n"))
    assert redaction("hostapd", file)("/f", "r0kh=one and two!\n") == (
        f"r0kh=<secret first fingerprint {KEY.of(b'one')}> and <secret second fingerprint {KEY.of(b'two')}>!\n"
    )
