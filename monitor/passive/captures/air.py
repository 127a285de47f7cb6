"""What of the air counts: management frames of a roam, EAPOL, and who sent data by which access point.

IEEE 802.11-2020 §9.2 to §9.6. Beacons, probes, other control frames and frames to groups are given up at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from monitor.passive.captures.links import Frame


class FrameKind(IntEnum):
    """What a frame is."""

    ASSOCIATION_REQUEST = 0
    ASSOCIATION_RESPONSE = 1
    REASSOCIATION_REQUEST = 2
    REASSOCIATION_RESPONSE = 3
    DISASSOCIATION = 10
    AUTHENTICATION = 11
    DEAUTHENTICATION = 12
    FT_ACTION = 13
    EAPOL = 16


class Heard(NamedTuple):
    """A frame of a client with an access point.

    `body` begins behind the header, EAPOL's behind its LLC; of an encrypted frame there is none.
    """

    ns: int
    kind: FrameKind
    client: bytes
    bssid: bytes
    up: bool
    body: bytes


class Data(NamedTuple):
    """A data frame of a client; `acked` says that the sensor heard it acknowledged."""

    ns: int
    client: bytes
    bssid: bytes
    up: bool
    protected: bool
    acked: bool


_KINDS: Final = {kind << 4: kind for kind in FrameKind if kind is not FrameKind.EAPOL}
"""Frame control's first octet: subtype, type 0, version 0."""
_DATA, _QOS_DATA = 0x08, 0x88
_ACK, _BLOCK_ACK = 0xD4, 0x94
_TO_AP, _FROM_AP, _PROTECTED, _ORDER = 0x01, 0x02, 0x40, 0x80
_HEADER: Final = 24
_EAPOL: Final = b"\xaa\xaa\x03\x00\x00\x00\x88\x8e"
_FT: Final = b"\x06"
"""The category of Fast BSS Transition (IEEE 802.11 §9.4.1.11)."""


@dataclass(slots=True)
class Ear:
    """One sensor's frames in their order; it waits with each data frame for the acknowledgement that may follow."""

    _waiting: Data | None = None
    _by: bytes = b""

    def hear(self, ns: int, frame: Frame, into: list[Heard | Data]) -> None:
        """Put what counts of a frame, and what waited for it, into a list."""
        octets = frame.octets
        first = octets[0] if len(octets) >= 10 else -1  # noqa: PLR2004  the shortest frame, an acknowledgement
        if first in (_DATA, _QOS_DATA):
            self._data(ns, frame, into)
        elif first in (_ACK, _BLOCK_ACK):
            self._acknowledge(octets[4:10], into)
        elif first in _KINDS and len(octets) >= _HEADER:
            self._manage(ns, _KINDS[first], octets, into)

    def rest(self, into: list[Heard | Data]) -> None:
        """Put what still waits into a list."""
        if self._waiting is not None:
            into.append(self._waiting)
            self._waiting = None

    def _acknowledge(self, receiver: bytes, into: list[Heard | Data]) -> None:
        if self._waiting is not None and receiver == self._by:
            into.append(self._waiting._replace(acked=True))
            self._waiting = None

    def _data(self, ns: int, frame: Frame, into: list[Heard | Data]) -> None:
        octets = frame.octets
        flags = octets[1]
        up = flags & 3 == _TO_AP
        if len(octets) <= _HEADER or not (up or flags & 3 == _FROM_AP) or octets[4] & 1:
            return
        receiver, sender = octets[4:10], octets[10:16]
        protected = flags & _PROTECTED != 0
        client, bssid = (sender, receiver) if up else (receiver, sender)
        self.rest(into)
        if not protected:
            at = _payload(octets[0], flags, pad=frame.pad)
            if octets[at : at + 8] == _EAPOL:
                into.append(Heard(ns, FrameKind.EAPOL, client, bssid, up, octets[at + 8 :]))
                return
        self._waiting, self._by = Data(ns, client, bssid, up, protected, acked=False), sender

    def _manage(self, ns: int, kind: FrameKind, octets: bytes, into: list[Heard | Data]) -> None:
        receiver, sender, bssid = octets[4:10], octets[10:16], octets[16:22]
        up = receiver == bssid
        protected = octets[1] & _PROTECTED
        body = b"" if protected else octets[_HEADER + (4 if octets[1] & _ORDER else 0) :]
        if not (up or sender == bssid) or receiver[0] & 1:
            return
        if kind is not FrameKind.FT_ACTION or protected or body[:1] == _FT:
            self.rest(into)
            into.append(Heard(ns, kind, sender if up else receiver, bssid, up, body))


def _payload(first: int, flags: int, *, pad: bool) -> int:
    """Return where a data frame's payload begins."""
    at = _HEADER
    if first == _QOS_DATA:
        at += 6 if flags & _ORDER else 2
    return (at + 3) // 4 * 4 if pad else at
