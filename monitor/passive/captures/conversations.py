"""RADIUS conversations, each on one hop: between one client's address and one server's.

A request is known by its hop, port and identifier together with its authenticator: the same again is a retransmission
(RFC 5080 §2.2.2). An answer belongs to it by the same, and has to give its Proxy-States back (RFC 2865 §5.33). Requests
hang together by the State that the last challenge gave (RFC 3579 §2.6.1); where that challenge or the request's end was
not captured, by the Calling-Station-Id, if one conversation of that station alone goes on there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from monitor.passive.captures.radius import (
    ACCEPT,
    CHALLENGE,
    REJECT,
    REQUEST,
    Attributes,
    attributes,
    has_identity,
    is_cut,
    is_radius,
    realm,
    station,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.passive.captures.links import Datagram

_MS: Final = 1_000_000
_SECOND: Final = 1_000_000_000
IDLE_NS: Final = 60 * _SECOND
"""A conversation in which nothing came for so long is over: servers forget their State after 30 to 60 s."""
LINGER_NS: Final = 10 * _SECOND
"""How long an answered one is kept, for its retransmissions."""
TWICE_NS: Final = 10 * _MS
"""What comes again so soon was heard on two interfaces: nobody retransmits within a second (RFC 5080 §2.2.1)."""
_SWEEP_NS: Final = 5 * _SECOND
MOST: Final = 50_000
"""Conversations, and requests, that are kept at once."""
MOST_EXCHANGES: Final = 1000
"""Exchanges of one conversation; EAP needs a few dozen. What follows is told as another one, begun before."""


class Result(StrEnum):
    """How a conversation ended."""

    ACCEPT = "accept"
    REJECT = "reject"
    UNANSWERED = "unanswered"
    """The last request had no answer."""
    ABANDONED = "abandoned"
    """The last challenge was never taken up."""
    UNFINISHED = "unfinished"
    """The capture ended, or our memory did."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One authentication on one hop. Times are nanoseconds; `whole` says that its beginning was captured."""

    client: str
    server: str
    realm: str
    station: bytes
    result: Result
    start: int
    ms: float | None
    exchange_ms: tuple[float | None, ...]
    retransmissions: int
    whole: bool


_ENDS: Final[dict[int, Result]] = {ACCEPT: Result.ACCEPT, REJECT: Result.REJECT}


_ANSWERS: Final = frozenset({CHALLENGE, *_ENDS})
_Hop = tuple[bytes, bytes]
"""The client's address, and the server's with its port."""
_Key = tuple[bytes, bytes, int]
"""Sender and receiver with their ports, and the identifier."""


@dataclass(slots=True, eq=False)
class _Open:
    """A conversation that is going on, or has ended a moment ago."""

    hop: _Hop
    start: int
    realm: str
    station: bytes
    whole: bool
    last: int
    waits: bool = True
    end: int | None = None
    result: Result | None = None
    times: list[float | None] = field(default_factory=list)
    state: bytes = b""
    retransmissions: int = 0

    def concluded(self, result: Result) -> Conversation:
        """Return what is told of it."""
        client, server = self.hop
        return Conversation(
            client=str(ip_address(client)),
            server=_endpoint(server),
            realm=self.realm,
            station=self.station,
            result=self.result or result,
            start=self.start,
            ms=None if self.end is None or not self.whole else (self.end - self.start) / _MS,
            exchange_ms=tuple(self.times),
            retransmissions=self.retransmissions,
            whole=self.whole,
        )


_Request = tuple[bytes, tuple[bytes, ...] | None, int, int, _Open, int]
"""A request that was sent: authenticator, Proxy-States (None: not all are known, its end was not captured), when, which
sensor, and which exchange of which conversation. Plain, as there are tens of thousands a second."""


@dataclass(slots=True)
class Conversations:
    """Pairs the datagrams of all hops, and tells of conversations as they end. Accounting and the like are none."""

    malformed: int = 0
    strays: int = 0
    """Answers that belong to no request that was captured."""
    _requests: dict[_Key, _Request] = field(default_factory=dict)
    _open: dict[_Open, None] = field(default_factory=dict)
    _by_state: dict[tuple[_Hop, bytes], _Open] = field(default_factory=dict)
    _by_station: dict[tuple[_Hop, bytes], list[_Open]] = field(default_factory=dict)
    _swept: int = 0
    _full: bool = False

    def take(self, ns: int, source: int, datagram: Datagram) -> Iterable[Conversation]:
        """Take a datagram that a sensor heard, and return what has ended by then."""
        payload = datagram[2]
        if not is_radius(payload):
            self.malformed += 1
        elif payload[0] == REQUEST:
            self._request(ns, source, datagram)
        elif payload[0] in _ANSWERS:
            self._answer(ns, datagram)
        return self._sweep(ns) if abs(ns - self._swept) > _SWEEP_NS or self._full else ()

    def silence(self, ns: int) -> Iterable[Conversation]:
        """Return what has ended by then, when nothing comes."""
        return self._sweep(ns)

    def close(self) -> Iterable[Conversation]:
        """Return what was still open when the capture ended."""
        rest, self._open = list(self._open), {}
        return [one.concluded(Result.UNFINISHED) for one in rest]

    def _request(self, ns: int, source: int, datagram: Datagram) -> None:
        sender, receiver, payload = datagram
        key, authenticator = (sender, receiver, payload[1]), payload[4:20]
        before = self._requests.get(key)
        if before is not None and before[0] == authenticator:
            _, _, sent, heard_by, one, _ = before
            if heard_by == source and ns - sent > TWICE_NS:
                one.retransmissions += 1
            return
        told = attributes(payload)
        if told is None:
            self.malformed += 1
            return
        hop, cut = (sender[:-2], receiver), is_cut(payload)
        begins = not told[1] and (not cut or has_identity(payload))
        one = (None if begins else self._continued(hop, told, cut=cut)) or self._begun(ns, hop, told, whole=begins)
        self._requests[key] = (authenticator, None if cut else told[3], ns, source, one, len(one.times))
        one.times.append(None)
        one.last, one.waits = ns, True
        self._full = len(self._requests) >= MOST or len(self._open) >= MOST

    def _continued(self, hop: _Hop, told: Attributes, *, cut: bool) -> _Open | None:
        _, state, caller, _ = told
        known = self._by_state.get((hop, state))
        if known is not None:
            return known if len(known.times) < MOST_EXCHANGES else None
        known_there = self._by_station.get((hop, station(caller)), ())
        waiting = [one for one in known_there if one.waits or (cut and not state and one.end is None)]
        return waiting[0] if len(waiting) == 1 else None

    def _begun(self, ns: int, hop: _Hop, told: Attributes, *, whole: bool) -> _Open:
        user, _, caller, _ = told
        one = _Open(hop, ns, realm(user), station(caller), whole=whole, last=ns)
        self._open[one] = None
        if one.station:
            self._by_station.setdefault((hop, one.station), []).append(one)
        return one

    def _answer(self, ns: int, datagram: Datagram) -> None:
        sender, receiver, payload = datagram
        request = self._requests.get((receiver, sender, payload[1]))
        if request is None:
            self.strays += 1
            return
        _, proxy_states, sent, _, one, number = request
        code = payload[0]
        if one.times[number] is not None:
            return
        if code == CHALLENGE or proxy_states:
            told = attributes(payload)
            if told is None or not _given_back(told[3], proxy_states, cut=is_cut(payload)):
                self.malformed += told is None
                self.strays += told is not None
                return
            self._by_state.pop((one.hop, one.state), None)
            one.state = told[1]
            if one.state:
                self._by_state[one.hop, one.state] = one
        one.times[number] = (ns - sent) / _MS
        one.last, one.waits = ns, False
        if code != CHALLENGE:
            one.end, one.result = ns, _ENDS[code]

    def _sweep(self, ns: int) -> list[Conversation]:
        """Return what is over, and forget it; of too many, the older half."""
        self._swept, self._full = ns, False
        over = [one for one in self._open if abs(ns - one.last) > (IDLE_NS if one.end is None else LINGER_NS)]
        if len(self._open) - len(over) >= MOST:
            over = sorted(self._open, key=_last)[: len(self._open) // 2]
        for one in over:
            self._forget(one)
        self._requests = {key: one for key, one in self._requests.items() if one[4] in self._open}
        if len(self._requests) >= MOST:
            self._requests = dict(list(self._requests.items())[MOST // 2 :])
        return [one.concluded(_idle(one, ns)) for one in over]

    def _forget(self, one: _Open) -> None:
        del self._open[one]
        self._by_state.pop((one.hop, one.state), None)
        if one.station:
            others = self._by_station[one.hop, one.station]
            others.remove(one)
            if not others:
                del self._by_station[one.hop, one.station]


def _given_back(found: tuple[bytes, ...], asked: tuple[bytes, ...] | None, *, cut: bool) -> bool:
    """Whether an answer gives the request's Proxy-States back, as far as both were captured."""
    return asked is None or found == (asked[: len(found)] if cut else asked)


def _last(one: _Open) -> int:
    return one.last


def _idle(one: _Open, ns: int) -> Result:
    """Return how a conversation without an end is to be called."""
    if abs(ns - one.last) <= IDLE_NS:
        return Result.UNFINISHED
    return Result.UNANSWERED if one.waits else Result.ABANDONED


def _endpoint(server: bytes) -> str:
    """Return address and port as they are written: an IPv6 address in brackets."""
    address, port = ip_address(server[:-2]), int.from_bytes(server[-2:], "big")
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"  # noqa: PLR2004  IPv6
