"""The air around some access points, made with scapy: a client that comes, roams and talks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scapy.layers.dot11 import (
    Dot11,
    Dot11AssoReq,
    Dot11AssoResp,
    Dot11Auth,
    Dot11Deauth,
    Dot11Elt,
    Dot11QoS,
    Dot11ReassoReq,
    Dot11ReassoResp,
    RadioTap,
)
from scapy.layers.eap import EAP, EAPOL
from scapy.layers.l2 import LLC, SNAP
from scapy.packet import Raw

if TYPE_CHECKING:
    from scapy.packet import Packet

CLIENT = "02:00:00:00:00:01"
ONE, TWO, THREE = "02:00:00:00:01:00", "02:00:00:00:02:00", "02:00:00:00:03:00"
SSID = b"govroam"
EAP_AKM, FT_AKM, PSK_AKM = 5, 3, 2
TO_AP, FROM_AP, PROTECTED = 1, 2, 0x40


def octets(address: str) -> bytes:
    return bytes.fromhex(address.replace(":", ""))


def rsn(akm: int, pmkids: int = 0) -> Dot11Elt:
    suites = b"\x00\x0f\xac\x04" + b"\x01\x00\x00\x0f\xac\x04" + b"\x01\x00\x00\x0f\xac" + bytes((akm,))
    tail = b"\x00\x00" + (bytes((pmkids, 0)) + bytes(16 * pmkids) if pmkids else b"")
    return Dot11Elt(ID=48, info=b"\x01\x00" + suites + tail)


FAST = Dot11Elt(ID=54, info=b"\x12\x34\x00") / Dot11Elt(ID=55, info=bytes(82))


@dataclass(frozen=True)
class Dialect:
    """How the key messages are written: key information of each, octets of the MIC, and what the fourth has in it."""

    information: tuple[int, int, int, int] = (0x008A, 0x010A, 0x13CA, 0x030A)
    mic: int = 16
    nonce: bool = False
    data: bool = False


RSN = Dialect()
DIALECTS = {
    "RSN": RSN,
    "WPA": Dialect((0x0089, 0x0109, 0x01C9, 0x0109)),
    "second message secure": Dialect((0x008A, 0x030A, 0x13CA, 0x030A)),
    "Suite B": Dialect((0x0088, 0x0108, 0x13C8, 0x0308), mic=24),
    "nonce in the fourth message": Dialect(nonce=True),
    "key data in the fourth message": Dialect(data=True),
}


@dataclass
class Air:
    """Makes frames of one client, each with its time in seconds from the start."""

    client: str = CLIENT
    made: list[tuple[float, Packet]] = field(default_factory=list)

    def put(self, at: float, bssid: str, body: Packet, kind: tuple[int, ...], *, up: bool) -> None:
        """Put a frame of a type, a subtype and perhaps flags."""
        ends = (bssid, self.client) if up else (self.client, bssid)
        head = Dot11(type=kind[0], subtype=kind[1], FCfield=sum(kind[2:]), addr1=ends[0], addr2=ends[1], addr3=bssid)
        self.made.append((at, RadioTap() / head / body))

    def auth(self, at: float, bssid: str, algorithm: int = 0, status: int | None = None) -> None:
        """Put an authentication request, or with a status the response."""
        body = Dot11Auth(algo=algorithm, seqnum=1 if status is None else 2, status=status or 0)
        self.put(at, bssid, body, (0, 11), up=status is None)

    def ask(self, at: float, bssid: str, elements: Packet, old: str | None = None) -> None:
        """Put an association request, or with a former access point a reassociation request."""
        told = Dot11Elt(ID=0, info=SSID) / elements
        body = Dot11AssoReq() / told if old is None else Dot11ReassoReq(current_AP=old) / told
        self.put(at, bssid, body, (0, 0 if old is None else 2), up=True)

    def answer(self, at: float, bssid: str, status: int = 0, *, again: bool = True) -> None:
        """Put the response to it."""
        body = Dot11ReassoResp(status=status, AID=1) if again else Dot11AssoResp(status=status, AID=1)
        self.put(at, bssid, body, (0, 3 if again else 1), up=False)

    def action(self, at: float, old: str, target: str, status: int | None = None) -> None:
        """Put an FT request by the current access point, or with a status the response."""
        body = bytes((6, 1 if status is None else 2)) + octets(self.client) + octets(target)
        body += b"" if status is None else status.to_bytes(2, "little")
        self.put(at, old, Raw(body), (0, 13), up=status is None)

    def hidden_action(self, at: float, bssid: str, *, up: bool) -> None:
        """Put an encrypted action frame."""
        self.put(at, bssid, Raw(bytes(40)), (0, 13, PROTECTED), up=up)

    def deauth(self, at: float, bssid: str, reason: int) -> None:
        self.put(at, bssid, Dot11Deauth(reason=reason), (0, 12), up=False)

    def eapol(self, at: float, bssid: str, body: Packet, *, up: bool) -> None:
        told = LLC(dsap=0xAA, ssap=0xAA, ctrl=3) / SNAP(code=0x888E) / EAPOL(version=2) / body
        self.put(at, bssid, Dot11QoS() / told, (2, 8, TO_AP if up else FROM_AP), up=up)

    def key(self, at: float, bssid: str, number: int, *, dialect: Dialect = RSN) -> None:
        """Put a message of the four-way handshake."""
        nonce = bytes(32) if number == 4 and not dialect.nonce else bytes(range(32))
        data = bytes(22) if number in (2, 3) or dialect.data else b""
        body = b"\x02" + dialect.information[number - 1].to_bytes(2, "big") + bytes(10) + nonce + bytes(32)
        body += bytes(dialect.mic) + len(data).to_bytes(2, "big") + data
        told = LLC(dsap=0xAA, ssap=0xAA, ctrl=3) / SNAP(code=0x888E) / EAPOL(version=2, type=3) / Raw(body)
        up = number in (2, 4)
        self.put(at, bssid, Dot11QoS() / told, (2, 8, TO_AP if up else FROM_AP), up=up)

    def data(self, at: float, bssid: str, *, up: bool = True, acked: bool | None = None) -> None:
        """Put encrypted data, and the acknowledgement 50 us later if there is one."""
        flags = PROTECTED | (TO_AP if up else FROM_AP)
        self.put(at, bssid, Dot11QoS() / Raw(bytes(60)), (2, 8, flags), up=up)
        if acked:
            receiver = self.client if up else bssid
            self.made.append((at + 0.00005, RadioTap() / Dot11(type=1, subtype=13, addr1=receiver)))

    def eap(self, at: float, bssid: str, end: int = 3) -> None:
        """Put an EAP conversation of 100 ms: an identity, a method, and success (3) or failure (4)."""
        self.eapol(at, bssid, EAP(code=1, id=1, type=1), up=False)
        self.eapol(at + 0.002, bssid, EAP(code=2, id=1, type=1, identity=b"u@camden.gov.uk"), up=True)
        self.eapol(at + 0.050, bssid, EAP(code=1, id=2, type=13), up=False)
        self.eapol(at + 0.100, bssid, EAP(code=end, id=3), up=False)

    def four_way(self, at: float, bssid: str, *, without: int = 0, dialect: Dialect = RSN) -> None:
        """Put the four-way handshake of 6 ms, or what of it was heard."""
        for number in (1, 2, 3, 4):
            if number != without:
                self.key(at + 0.002 * (number - 1), bssid, number, dialect=dialect)

    def fast(self, at: float, old: str, new: str) -> None:
        """Put a fast transition over the air: D2 is 8 ms."""
        self.auth(at, new, 2)
        self.auth(at + 0.003, new, 2, 0)
        self.ask(at + 0.005, new, rsn(FT_AKM, 1) / FAST, old)
        self.answer(at + 0.008, new)

    def over_ds(self, at: float, old: str, new: str) -> None:
        """Put a fast transition over the DS: D2 is 20 ms."""
        self.action(at, old, new)
        self.action(at + 0.010, old, new, 0)
        self.ask(at + 0.015, new, rsn(FT_AKM, 1) / FAST, old)
        self.answer(at + 0.020, new)

    def slow(self, at: float, new: str, old: str | None = None, *, akm: int = EAP_AKM, pmkids: int = 0) -> None:
        """Put what goes before keys: authentication and association, 8 ms; it is no roam without a former one."""
        self.auth(at, new)
        self.auth(at + 0.002, new, 0, 0)
        self.ask(at + 0.004, new, rsn(akm, pmkids), old)
        self.answer(at + 0.008, new, again=old is not None)

    def full(self, at: float, new: str, old: str | None = None, *, without: int = 0, akm: int = EAP_AKM) -> None:
        """Put a roam with full EAP, or a first association: D2 is 126 ms."""
        self.slow(at, new, old, akm=akm)
        self.eap(at + 0.010, new)
        self.four_way(at + 0.120, new, without=without)
