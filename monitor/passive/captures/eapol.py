"""EAP over LAN: which message of EAP or of the four-way handshake a frame is (IEEE 802.1X-2020 §11, 802.11 §12.7.2)."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from monitor.passive.captures.attempt import Mark

if TYPE_CHECKING:
    from monitor.passive.captures.attempt import Attempt


class Message(Enum):
    """What a frame says."""

    IDENTITY = auto()
    EAP = auto()
    SUCCESS = auto()
    FAILURE = auto()
    M1 = auto()
    M2 = auto()
    M3 = auto()
    M4 = auto()


BEGINNINGS: Final = frozenset({Message.IDENTITY, Message.M1})
"""What an access point begins with: it shows an attempt whose association was not heard."""
_MARKS: Final = {
    Message.IDENTITY: Mark.IDENTITY,
    Message.SUCCESS: Mark.SUCCESS,
    Message.M1: Mark.M1,
    Message.M4: Mark.M4,
}
_EAP_PACKET, _EAPOL_KEY = 0, 3
_REQUEST, _SUCCESS, _FAILURE = 1, 3, 4
_IDENTITY: Final = 1
_PAIRWISE, _MIC, _SECURE = 0x0008, 0x0100, 0x0200
_LENGTH, _NONCE = slice(2, 4), slice(17, 49)
_WITHOUT_KEY_DATA: Final = (95, 103)
"""Octets of a key frame's body that has no key data, with a MIC of 16 (or the tag of AEAD) and of 24 octets."""


def message(body: bytes, *, up: bool) -> Message | None:
    """Return what an EAPOL frame says, from its version on; None for what tells nothing or is cut."""
    if len(body) < 7:  # noqa: PLR2004  up to the key information
        return None
    if body[1] == _EAP_PACKET:
        return _eap(body)
    return _key(body, up=up) if body[1] == _EAPOL_KEY else None


def _eap(body: bytes) -> Message:
    code = body[4]
    if code == _SUCCESS:
        return Message.SUCCESS
    if code == _FAILURE:
        return Message.FAILURE
    return Message.IDENTITY if code == _REQUEST and body[8:9] == bytes((_IDENTITY,)) else Message.EAP


def _key(body: bytes, *, up: bool) -> Message | None:
    information = body[5] << 8 | body[6]
    if not information & _PAIRWISE:
        return None
    if not up:
        return Message.M3 if information & _MIC else Message.M1
    # The second message always has key data and a nonce. The fourth has none of both, but with multi-link operation
    # key data. Whether they are marked as secure does not tell: WPA's fourth is not, and some clients' second is.
    bare = int.from_bytes(body[_LENGTH], "big") in _WITHOUT_KEY_DATA
    last = bare or (information & _SECURE and body[_NONCE] == bytes(32))
    return Message.M4 if last else Message.M2


def note(attempt: Attempt, what: Message, ns: int) -> None:
    """Note a message in an attempt."""
    if what in _MARKS:
        attempt.mark(_MARKS[what], ns)
    if what in {Message.IDENTITY, Message.EAP, Message.SUCCESS, Message.FAILURE}:
        attempt.eap = True
        attempt.eap_failed = what is Message.FAILURE or (attempt.eap_failed and what is not Message.SUCCESS)
