"""The octets of a RADIUS packet that conversations are told by (RFC 2865 §3, §5)."""

from __future__ import annotations

from typing import Final

REQUEST, ACCEPT, REJECT, CHALLENGE = 1, 2, 3, 11
"""The packets of an authentication; others are no part of one."""
CODES: Final = frozenset({1, 2, 3, 4, 5, 11, 12, 13, 40, 41, 42, 43, 44, 45})
"""RFC 2865, RFC 2866, RFC 5997 and RFC 5176: what else comes from these ports is no RADIUS."""
_SHORTEST, _LONGEST = 20, 4096
_USER, _STATE, _STATION, _PROXY_STATE = 1, 24, 31, 33
_EAP_MESSAGE: Final = 79
_EAP_HEADER, _IDENTITY = 4, 1
_TOLD: Final = frozenset({_USER, _STATE, _STATION, _PROXY_STATE})


Attributes = tuple[bytes, bytes, bytes, tuple[bytes, ...]]
"""User-Name, State, Calling-Station-Id (each empty where it is not there), and the Proxy-States in their order."""


def is_radius(payload: bytes) -> bool:
    """Whether octets begin like RADIUS: a known code and a length that the protocol allows."""
    if len(payload) < _SHORTEST or payload[0] not in CODES:
        return False
    return _SHORTEST <= payload[2] << 8 | payload[3] <= _LONGEST


def attributes(payload: bytes) -> Attributes | None:  # noqa: C901  one loop, gone through millions of times
    """Return what is told, as far as the packet was captured; None when its attributes are broken."""
    length = payload[2] << 8 | payload[3]
    if len(payload) > length:
        payload = payload[:length]
    user = state = caller = b""
    proxy_states: tuple[bytes, ...] = ()
    at, kinds = _SHORTEST, _TOLD
    try:
        while True:
            size = payload[at + 1]
            if size < 2:  # noqa: PLR2004  an attribute's own type and length
                return None
            kind = payload[at]
            if kind in kinds:
                value = payload[at + 2 : at + size]
                if kind == _STATE:
                    state = value
                elif kind == _STATION:
                    caller = value
                elif kind == _USER:
                    user = value
                else:
                    proxy_states = (*proxy_states, value)
            at += size
    except IndexError:
        # The end is where the packet says; what was not captured is missing, and no fault.
        if at != length and len(payload) == length:
            return None
    return user, state, caller, proxy_states


def is_cut(payload: bytes) -> bool:
    """Whether the end is missing: by a snapshot length, or as it came in fragments, of which only the first tells."""
    return payload[2] << 8 | payload[3] > len(payload)


def has_identity(payload: bytes) -> bool:
    """Whether the first EAP-Message that is there is an identity, which begins an authentication (RFC 3579 §2.1)."""
    at = _SHORTEST
    while at + 2 <= len(payload) and payload[at + 1] >= 2:  # noqa: PLR2004  an attribute's own type and length
        if payload[at] == _EAP_MESSAGE:
            kind = at + 2 + _EAP_HEADER
            return payload[kind : kind + 1] == bytes((_IDENTITY,))
        at += payload[at + 1]
    return False


def realm(user: bytes) -> str:
    """Return what stands behind the last @ of a user name, in lower case; who it is goes no further.

    It is somebody's word: what is not printable ASCII is written as an escape.
    """
    _, at, text = user.rpartition(b"@")
    if not at:
        return ""
    return "".join(chr(octet) if 0x21 <= octet <= 0x7E else f"\\x{octet:02x}" for octet in text).lower()  # noqa: PLR2004  ! to ~


def station(text: bytes) -> bytes:
    """Return the six octets of a Calling-Station-Id (RFC 3580 §3.21), however it is written, or none."""
    try:
        octets = bytes.fromhex(text.translate(None, b"-:.").decode("ascii"))
    except ValueError:
        return b""
    return octets if len(octets) == 6 else b""  # noqa: PLR2004  a MAC address
