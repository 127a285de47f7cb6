"""hostapd 2.10 as Debian packages it, on a Linux access point."""

from __future__ import annotations

import re
from typing import Final

from roaming.errors import QuoteError
from roaming.targets.revert import DETACHED_TIMER
from roaming.targets.target import Service, Target, refuse_control, word

DIRECTORY: Final = "/etc/hostapd"
CONFIG: Final = f"{DIRECTORY}/hostapd.conf"
DEFAULTS: Final = "/etc/default/hostapd"
LOG: Final = "/var/log/syslog"

# hostapd reads lines into 4096 octets, the key among them.
_LONGEST_VALUE: Final = 4000
_LONGEST_SSID: Final = 32
_PLAIN_SSID: Final = re.compile(r"[A-Za-z0-9._-]+( [A-Za-z0-9._-]+)*")
_PATH: Final = re.compile(r"/[A-Za-z0-9._/-]*[A-Za-z0-9]")
_KEY: Final = re.compile(r"[0-9a-fA-F]{64}")


def hostapd_text(value: str) -> str:
    """Spell a value that reaches to the end of its line: hostapd has no quotes and no comments there, spaces count."""
    refuse_control(value, "hostapd.conf")
    if not value:
        message = "hostapd.conf has no spelling for an empty value"
        raise QuoteError(message)
    octets = len(value.encode())
    if octets > _LONGEST_VALUE:
        message = f"hostapd.conf holds at most {_LONGEST_VALUE} octets in a value, this one has {octets}"
        raise QuoteError(message)
    return value


def ssid(value: str) -> str:
    """Spell the whole SSID line: as text where every reader sees the same, else in hexadecimal."""
    refuse_control(value, "an SSID of hostapd.conf")
    octets = value.encode()
    if not 1 <= len(octets) <= _LONGEST_SSID:
        message = f"an SSID has 1 to {_LONGEST_SSID} octets, this one has {len(octets)}"
        raise QuoteError(message)
    return f"ssid={value}" if _PLAIN_SSID.fullmatch(value) else f"ssid2={octets.hex()}"


def ft_key(value: str) -> str:
    """Return a key of the 802.11r key holders: 32 octets in hexadecimal (hostapd silently drops what is longer)."""
    if not _KEY.fullmatch(value):
        message = "a fast transition key is 64 hexadecimal digits (32 octets): openssl rand -hex 32 makes one"
        raise QuoteError(message)
    return value.lower()


def path(value: str) -> str:
    """Return an absolute path that neither a shell nor hostapd reads as anything else."""
    if not _PATH.fullmatch(value):
        message = f"{value!r} is not a plain absolute path"
        raise QuoteError(message)
    return value


_SECRET_LINE: Final = re.compile(
    r"^(?P<head>\s*(?:(?:auth|acct)_server_shared_secret|radius_das_client|r0kh|r1kh|wpa_psk|wpa_passphrase"
    r"|sae_password|private_key_passwd|wep_key[0-3]|pac_opaque_encr_key|erp_\w+_key)=).*$",
    re.MULTILINE,
)


def redact(text: str) -> str:
    """Mask what a running hostapd configuration holds of secrets."""
    return _SECRET_LINE.sub(r"\g<head><masked>", text)


# hostapd has no check mode. A last line that it cannot know makes it stop after it has read the whole file, before it
# touches a radio: the file is good when that line is the only error. What it quotes from other lines may be secret.
_CHECK: Final = r"""
for file in /etc/hostapd/hostapd*.conf; do
    said=$( (cat "$file" && echo roam_end_of_file=) | hostapd /dev/stdin 2>&1)
    if ! echo "$said" | grep -q "^1 errors found" || ! echo "$said" | grep -q "item 'roam_end_of_file'"; then
        echo "$file:"
        echo "$said" | grep -v "roam_end_of_file\|Failed to\|errors found" \
            | sed "/unknown configuration item/!s/'.*/<masked>/"
        failed=1
    fi
done
exit ${failed:-0}
"""

HOSTAPD: Final = Target(
    name="hostapd",
    capabilities={"2.10": frozenset()},
    quotings={"hostapd_text": hostapd_text, "ssid": ssid, "ft_key": ft_key, "path": path, "word": word},
    redact=redact,
    check_command=("sh", "-c", _CHECK),
    # SIGHUP sends every client away as a restart does, yet keeps the RADIUS servers' addresses, the channel, the VLANs
    # and the CoA port; and Debian's systemd unit has no reload.
    services=(Service("hostapd"),),
    log_path=LOG,
    owned=(f"{DIRECTORY}/hostapd*.conf", f"{DIRECTORY}/*.vlan"),
    revert=DETACHED_TIMER,
)
