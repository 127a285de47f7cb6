"""radsecproxy as Debian packages it."""

from __future__ import annotations

import re
from typing import Final

from roaming.targets.target import Service, Target, pem, refuse_control, word

CONFIG: Final = "/etc/radsecproxy.conf"
OURS: Final = "/etc/radsecproxy"
LOG: Final = "/var/log/radsecproxy.log"

_SAFE: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/@ ")


def rsp_string(value: str) -> str:
    """Spell a value as a double-quoted string; every octet that is not plain is %-escaped, which the daemon decodes."""
    refuse_control(value, "a radsecproxy string")
    spelled = "".join(chr(octet) if chr(octet) in _SAFE else f"%{octet:02x}" for octet in value.encode())
    return f'"{spelled}"'


_SECRET_LINE: Final = re.compile(
    r"^(?P<head>\s*(?:secret|certificateKeyPassword|FTicksKey)\s+).*$", re.MULTILINE | re.I
)


def redact(text: str) -> str:
    """Mask what a running radsecproxy configuration holds of secrets."""
    return _SECRET_LINE.sub(r"\g<head><masked>", text)


RADSECPROXY: Final = Target(
    name="radsecproxy",
    capabilities={
        "1.9.2": frozenset({"tls-version", "loop-prevention"}),
        "1.11.0": frozenset({"message-authenticator"}),
    },
    quotings={"rsp_string": rsp_string, "pem": pem, "word": word},
    redact=redact,
    check_command=("radsecproxy", "-p", "-c", CONFIG),
    services=(Service("radsecproxy"),),
    log_path=LOG,
    owned=(f"{OURS}/*",),
)
