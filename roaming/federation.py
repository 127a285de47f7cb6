"""What the federation's daemons have to agree on, worked out in one place."""

from __future__ import annotations

import hashlib


def mobility_domain(owner: str, wlan: str) -> str:
    """Return the 802.11r mobility domain of a WLAN of an infrastructure owner: four hexadecimal digits.

    It ends where the owner ends: FT carries the VLAN with the key, and VLAN numbers do not cross boroughs.
    """
    return hashlib.sha256(f"{owner}/{wlan}".encode()).hexdigest()[:4]
