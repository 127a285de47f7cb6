"""FreeRADIUS 3.2 as Debian packages it."""

from __future__ import annotations

import re
from typing import Final

from roaming.errors import QuoteError
from roaming.targets.target import Service, Target, pem, refuse_control, word

DIRECTORY: Final = "/etc/freeradius/3.0"
OURS: Final = f"{DIRECTORY}/roaming"
LOG: Final = "/var/log/freeradius/roaming.log"

_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"'})


def fr_string(value: str) -> str:
    """Spell a value as a double-quoted string of a configuration item that is not expanded (secrets, names)."""
    refuse_control(value, "a FreeRADIUS string")
    return f'"{value.translate(_ESCAPES)}"'


_SECRET_LINE: Final = re.compile(
    r"^(?P<head>\s*(?:secret|private_key_password|password|[A-Za-z]*Cleartext-Password\s*:?)\s*=\s*).*$",
    re.MULTILINE,
)


def redact(text: str) -> str:
    """Mask what a running FreeRADIUS configuration holds of secrets."""
    return _SECRET_LINE.sub(r"\g<head><masked>", text)


FREERADIUS: Final = Target(
    name="freeradius",
    capabilities={
        "3.2.1": frozenset({"radsec", "status-server"}),
        "3.2.5": frozenset({"limit-proxy-state", "message-authenticator-auto"}),
    },
    quotings={"fr_string": fr_string, "pem": pem, "word": word},
    redact=redact,
    check_command=("freeradius", "-C", "-l", "stdout"),
    services=(Service("freeradius", reloads=(f"{OURS}/users", f"{OURS}/filters/*")),),
    log_path=LOG,
    owned=(f"{OURS}/*",),
)

__all__ = ["DIRECTORY", "FREERADIUS", "LOG", "OURS", "QuoteError", "fr_string", "redact"]
