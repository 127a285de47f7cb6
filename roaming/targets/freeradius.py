"""FreeRADIUS 3.2 as Debian packages it."""

from __future__ import annotations

import re
from typing import Final

from roaming.errors import QuoteError
from roaming.targets.revert import DETACHED_TIMER
from roaming.targets.target import Service, Target, pem, refuse_control, word

DIRECTORY: Final = "/etc/freeradius/3.0"
OURS: Final = f"{DIRECTORY}/roaming"
LOG: Final = "/var/log/freeradius/roaming.log"

# conffile.c reads lines into 8192 octets; the key stands before the value.
_LONGEST_VALUE: Final = 4000
# In single quotes only \' is an escape, and a backslash before anything is copied with what follows it.
_UNSPELLABLE: Final = re.compile(r"(?<!\\)(\\\\)*\\('|$)")


def fr_literal(value: str) -> str:
    r"""Spell a value in single quotes: FreeRADIUS expands neither ${…} nor %{…} there.

    Raises `QuoteError` for the one thing that has no spelling: an odd number of backslashes before ' or at the end.
    """
    _refuse_unfit(value)
    if _UNSPELLABLE.search(value):
        message = "a backslash before ' or at the end has no spelling in a FreeRADIUS string"
        raise QuoteError(message)
    return "'" + value.replace("'", "\\'") + "'"


def fr_pair(value: str) -> str:
    """Spell the value of an attribute in a users file: in single quotes, where two backslashes stand for one."""
    _refuse_unfit(value)
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _refuse_unfit(value: str) -> None:
    refuse_control(value, "a FreeRADIUS string")
    if not value:
        message = "an empty value has no meaning in a FreeRADIUS configuration"
        raise QuoteError(message)
    if len(value.encode()) > _LONGEST_VALUE:
        message = f"a FreeRADIUS string has at most {_LONGEST_VALUE} octets"
        raise QuoteError(message)


def fr_ssid_pattern(ssid: str) -> str:
    """Spell an SSID as a pattern of a Called-Station-Id in hexadecimal digits (RFC 3580 §3.20): MAC, colon, SSID."""
    return f"/^(([0-9a-f]{{2}}){{17}}|([0-9a-f]{{2}}){{12}})3a{ssid.encode().hex()}$/"


def fr_realm_pattern(realms: str) -> str:
    """Spell the names of some realms, separated by spaces, as a pattern of their users."""
    names = "|".join(word(realm).replace(".", "[.]") for realm in realms.split())
    return f"/^[^@]+@({names})$/i"


_SECRET_LINE: Final = re.compile(
    r"^(?P<head>\s*(?:secret|private_key_password|password|cui_key|\S+\s+(?:Cleartext|NT)-Password)\s*:?=\s*).*$",
    re.MULTILINE,
)


def redact(text: str) -> str:
    """Mask what a running FreeRADIUS configuration holds of secrets."""
    return _SECRET_LINE.sub(r"\g<head><masked>", text)


FREERADIUS: Final = Target(
    name="freeradius",
    capabilities={
        "3.2.1": frozenset({"radsec", "status-server", "chargeable-user-identity"}),
        # "nonblock" appears in listen.c and realms.c. Without it the first session ticket of TLS 1.3 that a hub sends
        # stops the whole server in SSL_read: seen with 3.2.1, where RadSec therefore stays with TLS 1.2.
        # Connections whose certificate a policy checks answer nothing afterwards in 3.2.1: each request is checked.
        "3.2.2": frozenset({"nonblock", "check-client-connections"}),
        # process.c: a reject that another server has delayed is passed on at once.
        "3.2.4": frozenset({"undelayed-proxied-rejects"}),
        # release_3_2_5 answers Blast-RADIUS (CVE-2024-3596).
        "3.2.5": frozenset({"limit-proxy-state", "require-message-authenticator"}),
    },
    quotings={
        "fr_literal": fr_literal,
        "fr_pair": fr_pair,
        "fr_realm_pattern": fr_realm_pattern,
        "fr_ssid_pattern": fr_ssid_pattern,
        "pem": pem,
        "word": word,
    },
    redact=redact,
    check_command=("freeradius", "-C", "-l", "stdout"),
    services=(Service("freeradius", reloads=(f"{OURS}/users/*", f"{OURS}/filters/*")),),
    log_path=LOG,
    owned=(f"{OURS}/*",),
    revert=DETACHED_TIMER,
)
