"""Cisco's type 7: what `service password-encryption` makes of a secret, and what anybody can read back.

An exclusive-or with a text that is the same in every IOS; the first two digits say where in the text it began. Cisco
says of it that it "does not provide a high level of network security" ("Configuring Passwords and Privileges",
www.cisco.com/c/en/us/td/docs/ios/12_2/security/configuration/guide/fsecur_c/scfpass.html). Never run on a device: held
against spellings that are public.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEXT = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
_STARTS = 16


def type_7(octets: bytes) -> Iterator[str]:
    """Yield all 16 spellings of a value."""
    for start in range(_STARTS):
        key = (_TEXT[(start + place) % len(_TEXT)] for place in range(len(octets)))
        yield f"{start:02d}" + "".join(f"{octet ^ other:02X}" for octet, other in zip(octets, key, strict=True))
