"""radsecproxy as Debian packages it."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Final

from roaming.errors import QuoteError
from roaming.targets.revert import DETACHED_TIMER
from roaming.targets.target import Service, Target, pem, refuse_control, word

CONFIG: Final = "/etc/radsecproxy.conf"
OURS: Final = "/etc/radsecproxy"
LOG: Final = "/var/log/radsecproxy/radsecproxy.log"

_SAFE: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/@ ")
# gconfig.c of 1.9.2 reads lines into 1024 octets; the option stands before the value.
_LONGEST_SPELLING: Final = 960
_REWRITE: Final = re.compile(
    r"(RemoveAttribute [0-9]+|(Add|Supplement)Attribute [0-9]+:'[a-z0-9.-]+|ModifyAttribute [0-9]+:/[^\s/%]+/[^\s/%]+/)"
)


def rsp_string(value: str) -> str:
    """Spell a value as a quoted string; every octet that is not plain is %-escaped, which the daemon decodes."""
    refuse_control(value, "a radsecproxy string")
    spelled = "".join(chr(octet) if chr(octet) in _SAFE else f"%{octet:02x}" for octet in value.encode())
    if not 1 <= len(spelled) <= _LONGEST_SPELLING:
        message = f"a radsecproxy string has 1 to {_LONGEST_SPELLING} octets once escaped, this one {len(spelled)}"
        raise QuoteError(message)
    return f'"{spelled}"'


def rsp_pinned_name(name: str) -> str:
    """Spell the certificate's name that a peer has to show, and no other."""
    return f"SubjectAltName:DNS:/^{word(name).replace('.', '[.]')}$/"


def rsp_rewrite(line: str) -> str:
    """Return a line of a rewrite block that has one of the forms that we print."""
    if not _REWRITE.fullmatch(line):
        message = f"{line!r} is no rewrite of ours"
        raise QuoteError(message)
    return line


_SECRET_LINE: Final = re.compile(
    r"^(?P<head>\s*(?:secret|certificateKeyPassword|FTicksKey|LogKey|PSKkey)\s+).*$", re.MULTILINE | re.IGNORECASE
)


def redact(text: str) -> str:
    """Mask what a running radsecproxy configuration holds of secrets."""
    return _SECRET_LINE.sub(r"\g<head><masked>", text)


_PREPARE: Final = f"install -d -o radsecproxy -g adm -m 0750 {PurePosixPath(LOG).parent}"

RADSECPROXY: Final = Target(
    name="radsecproxy",
    capabilities={
        "1.9.2": frozenset({"tls-version", "loop-prevention"}),
        "1.11.0": frozenset({"message-authenticator"}),
        # ChangeLog: before, an answer to Status-Server was thrown away where a signature was demanded and had none.
        "1.11.3": frozenset({"unsigned-status-answers"}),
    },
    quotings={
        "pem": pem,
        "rsp_pinned_name": rsp_pinned_name,
        "rsp_rewrite": rsp_rewrite,
        "rsp_string": rsp_string,
        "word": word,
    },
    redact=redact,
    # The package makes no directory for a log, and even the check opens the log: run by root, it would leave one
    # that the daemon cannot write, of which the daemon dies (1.9.2 and 1.11.2).
    check_command=("sh", "-c", f"{_PREPARE} && exec runuser -u radsecproxy -- radsecproxy -p -c {CONFIG}"),
    services=(Service("radsecproxy"),),
    log_path=LOG,
    owned=(f"{OURS}/*",),
    revert=DETACHED_TIMER,
)
