"""A capture by tshark's dissection: its frames by kind, ways to access points and RADIUS conversations, added up here.

Nothing of the reader that is held against it is used. The fields come from one run of tshark; what belongs together is
worked out anew, by the definitions of docs/captures.md and no further than tshark tells.
"""

from __future__ import annotations

import subprocess
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_FIELDS = (
    *(
        "frame.number",
        "frame.time_epoch",
        "frame.protocols",
        "ip.fragment",
        "ipv6.fragment",
        "radiotap.flags.badfcs",
        "wlan.fc.type_subtype",
        "wlan.fc.ds",
        "wlan.fc.protected",
    ),
    *("wlan.ra", "wlan.ta", "wlan.bssid", "wlan.fixed.auth.alg", "wlan.fixed.status_code"),
    *("wlan.fixed.category_code", "wlan.fixed.action_code", "wlan.fixed.target_ap_address"),
    *(
        "wlan.ft.anonce",
        "wlan.rsn.version",
        "wlan.wfa.ie.wpa.version",
        "eapol.type",
        "eap.code",
        "wlan_rsna_eapol.keydes.msgnr",
        "icmp.type",
        "ip.src",
        "ip.dst",
    ),
    *("ipv6.src", "ipv6.dst", "udp.srcport", "udp.dstport", "radius.code", "radius.id", "radius.authenticator"),
    *("radius.State", "radius.dup", "radius.reqframe"),
)
_MANAGEMENT = {
    0: "association request",
    1: "association response",
    2: "reassociation request",
    3: "reassociation response",
    10: "disassociation",
    11: "authentication",
    12: "deauthentication",
    13: "action",
}
_OF_THE_AIR = ("radiotap", "wlan")
_DATA = (0x20, 0x28)
_TO_AP, _FROM_AP = 1, 2
_FT_CATEGORY, _FT_ALGORITHM, _SAE = 6, 2, 3
_PORTS = {"1645", "1646", "1812", "1813"}
_REQUEST, _ENDS = 1, {2: "accept", 3: "reject"}
_AGAIN_S = Decimal("0.2")

Row = dict[str, str]


@dataclass(frozen=True)
class Way:
    """A way to an access point that was heard from end to end. `method` is ft_air, ft_ds, eap or keys."""

    client: str
    bssid: str
    method: str
    start: Decimal
    d2_ms: float
    d4_ms: float | None


@dataclass(frozen=True)
class Talk:
    """A RADIUS conversation; `ms` and `result` only where it was heard from end to end."""

    start: Decimal
    ms: float | None
    result: str


@dataclass
class Dissected:
    """What there is in a capture; `refused` when tshark does not read it at all."""

    refused: bool = False
    packets: int = 0
    frames: Counter[str] = field(default_factory=Counter)
    ways: list[Way] = field(default_factory=list)
    talks: list[Talk] = field(default_factory=list)
    exchanges_ms: list[float] = field(default_factory=list)
    retransmissions: int = 0


def dissect(path: Path) -> Dissected:
    """Have tshark dissect a capture, as far as it can be read, and add it up."""
    words = ["tshark", "-n", "-r", str(path), "-T", "fields", "-E", "occurrence=f"]
    words += [word for name in _FIELDS for word in ("-e", name)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    rows = [dict(zip(_FIELDS, line.split("\t"), strict=True)) for line in done.stdout.splitlines()]
    air, times = _Air(), {row["frame.number"]: row["frame.time_epoch"] for row in rows}
    for row in rows:
        # tshark tells a datagram with its last fragment; the reader, which goes by the ports, with its first.
        first = row["ip.fragment"] or row["ipv6.fragment"]
        row["frame.time_epoch"] = times.get(first, row["frame.time_epoch"])
        air.take(row)
    found = Dissected(bool(done.returncode) and not rows, len(rows), air.frames, air.ways)
    _add_radius(found, [row for row in rows if _is_radius(row)])
    return found


def _number(row: Row, name: str) -> int | None:
    return int(row[name], 0) if row[name] else None


def _is_set(row: Row, name: str) -> bool:
    return row[name] in {"1", "True"}


@dataclass
class _Try:
    """A client on its way to an access point. `at`: when each sort of frame was first heard."""

    at: dict[str, Decimal] = field(default_factory=dict)
    algorithm: int | None = None
    refused: bool = False
    eap: bool = False
    fast: bool = False
    open: bool = False

    @property
    def done(self) -> bool:
        """Whether the client is in: by the response where there are no new keys to be agreed on, else by M4."""
        return "M4" in self.at or ((self.fast or self.open) and "response" in self.at)

    def mark(self, what: str, at: Decimal) -> None:
        self.at.setdefault(what, at)

    def between(self, first: str, last: str) -> float | None:
        if first not in self.at or last not in self.at or self.at[last] < self.at[first]:
            return None
        return float((self.at[last] - self.at[first]) * 1000)

    def way(self, client: str, bssid: str) -> Way | None:
        """Return what was heard from end to end, if it was."""
        over_ds = "action" in self.at
        fast = over_ds or self.algorithm == _FT_ALGORITHM
        first = "action" if over_ds else "authentication"
        d2 = self.between(first, "response" if fast else "M4")
        if d2 is None:
            return None
        method = ("ft_ds" if over_ds else "ft_air") if fast else "eap" if self.eap else "keys"
        return Way(client, bssid, method, self.at[first], d2, None if fast else self.between("response", "M4"))


@dataclass
class _Air:
    frames: Counter[str] = field(default_factory=Counter)
    ways: list[Way] = field(default_factory=list)
    tries: dict[tuple[str, str], _Try] = field(default_factory=dict)
    done: dict[tuple[str, str], Decimal] = field(default_factory=dict)

    def take(self, row: Row) -> None:
        kind = _kind(row)
        if kind is None:
            return
        self.frames[kind] += 1
        if kind in {"data", "encrypted action", "disassociation", "deauthentication"}:
            return
        at, bssid = Decimal(row["frame.time_epoch"]), row["wlan.bssid"]
        up = row["wlan.ra"] == bssid
        client = row["wlan.ta"] if up else row["wlan.ra"]
        if kind == "FT action":
            bssid = row["wlan.fixed.target_ap_address"]  # an action frame goes to another one
        key = (client, bssid)
        if at - self.done.get(key, Decimal(0)) < _AGAIN_S:
            return
        self._go_on(key, kind, row, at, up=up)
        one = self.tries.get(key)
        if one is not None and one.done:
            del self.tries[key]
            self.done[key] = at
            self.ways += [way] if (way := one.way(*key)) else []

    def _go_on(self, key: tuple[str, str], kind: str, row: Row, at: Decimal, *, up: bool) -> None:
        if kind == "authentication":
            self._authenticate(key, row, at, up=up)
        elif kind == "FT action":
            self._act(key, row, at, up=up)
        elif kind == "EAPOL":
            self._keys(key, row, at)
        elif up:
            self._ask(key, row, at)
        else:
            one = self.tries.setdefault(key, _Try())
            one.refused = bool(_number(row, "wlan.fixed.status_code"))
            if not one.refused:
                one.mark("response", at)

    def _act(self, key: tuple[str, str], row: Row, at: Decimal, *, up: bool) -> None:
        one = self.tries.get(key)
        if up and _number(row, "wlan.fixed.action_code") == 1:
            if one is None or "action" not in one.at or one.refused:
                one = self.tries[key] = _Try(fast=True)
            one.mark("action", at)
        elif one is not None and _number(row, "wlan.fixed.status_code"):
            one.refused = True

    def _ask(self, key: tuple[str, str], row: Row, at: Decimal) -> None:
        one = self.tries.setdefault(key, _Try())
        if "response" in one.at and at - one.at["response"] > _AGAIN_S:
            one = self.tries[key] = _Try()
        one.mark("request", at)
        one.refused = False
        one.fast = one.fast or bool(row["wlan.ft.anonce"])
        one.open = not (row["wlan.rsn.version"] or row["wlan.wfa.ie.wpa.version"])

    def _authenticate(self, key: tuple[str, str], row: Row, at: Decimal, *, up: bool) -> None:
        one, algorithm = self.tries.get(key), _number(row, "wlan.fixed.auth.alg")
        if up and one is not None:
            over = one.refused or "request" in one.at or "action" in one.at
            if over or one.algorithm not in {None, algorithm}:
                one = None
        if one is None:
            one = self.tries[key] = _Try()
        one.algorithm, one.fast = algorithm, algorithm == _FT_ALGORITHM
        if up:
            one.mark("authentication", at)
        elif algorithm != _SAE and _number(row, "wlan.fixed.status_code"):
            one.refused = True

    def _keys(self, key: tuple[str, str], row: Row, at: Decimal) -> None:
        code, message = row["eap.code"], row["wlan_rsna_eapol.keydes.msgnr"]
        if key not in self.tries and not (code == "1" or message == "1"):
            return
        one = self.tries.setdefault(key, _Try())
        one.eap = one.eap or bool(code)
        if message:
            one.mark(f"M{message}", at)


def _kind(row: Row) -> str | None:
    """Return which of the frames that count it is, in tshark's words or nearly so.

    Only of what was taken up from the air: not of what travels inside a controller's tunnel.
    """
    receiver = row["wlan.ra"]
    if not row["frame.protocols"].startswith(_OF_THE_AIR) or _is_set(row, "radiotap.flags.badfcs"):
        return None
    if not receiver or not row["wlan.bssid"] or int(receiver[:2], 16) & 1:
        return None
    subtype, protected = int(row["wlan.fc.type_subtype"], 0), _is_set(row, "wlan.fc.protected")
    if subtype in _DATA and _number(row, "wlan.fc.ds") in {_TO_AP, _FROM_AP}:
        return "EAPOL" if row["eapol.type"] and not protected else "data"
    managing = row["wlan.bssid"] in {receiver, row["wlan.ta"]}
    if not managing or _MANAGEMENT.get(subtype) != "action":
        return _MANAGEMENT.get(subtype) if managing else None
    if protected:
        return "encrypted action"
    return "FT action" if _number(row, "wlan.fixed.category_code") == _FT_CATEGORY else None


def _is_radius(row: Row) -> bool:
    told = row["radius.code"] in {"1", "2", "3", "11"} and not row["icmp.type"]
    return told and bool(_PORTS & {row["udp.srcport"], row["udp.dstport"]})


def _add_radius(found: Dissected, rows: Iterable[Row]) -> None:
    """Pair by tshark's own pairing of answers with requests, and hang requests together by State."""
    by_state: dict[tuple[str, ...], int] = {}
    asked: dict[tuple[str, ...], tuple[str, int]] = {}
    sent: dict[str, tuple[Decimal, int]] = {}
    talks: list[list[Decimal | str | None]] = []
    for row in rows:
        at, code = Decimal(row["frame.time_epoch"]), int(row["radius.code"])
        ends = [
            (row["ip.src"] or row["ipv6.src"]),
            row["udp.srcport"],
            (row["ip.dst"] or row["ipv6.dst"]),
            row["udp.dstport"],
        ]
        if code == _REQUEST:
            key = (*ends, row["radius.id"])
            if asked.get(key, ("", 0))[0] == row["radius.authenticator"]:
                found.retransmissions += 1
                continue
            number = by_state.get((ends[0], *ends[2:], row["radius.State"]))
            if number is None or not row["radius.State"]:
                number = len(talks)
                talks.append([at if not row["radius.State"] else None, None, ""])
            asked[key] = (row["radius.authenticator"], number)
            sent[row["frame.number"]] = at, number
        elif row["radius.reqframe"] in sent and not row["radius.dup"]:
            began, number = sent[row["radius.reqframe"]]
            found.exchanges_ms.append(float((at - began) * 1000))
            if row["radius.State"]:
                by_state[ends[2], *ends[:2], row["radius.State"]] = number
            if code in _ENDS:
                talks[number][1:] = at, _ENDS[code]
    found.talks = [_talk(*talk) for talk in talks]  # type: ignore[arg-type]


def _talk(start: Decimal | None, end: Decimal | None, result: str) -> Talk:
    ms = None if start is None or end is None else float((end - start) * 1000)
    return Talk(start or Decimal(0), ms, result)
