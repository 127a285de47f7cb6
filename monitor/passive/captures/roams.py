"""802.11 roams: what each client's frames add up to, and how long it took by each definition (`docs/captures.md`).

A roam is told after it has ended and some time has passed, in which the first data by the new access point is waited
for, and a second station with the same address may give itself away.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from monitor.passive.captures import eapol
from monitor.passive.captures.air import Data, FrameKind, Heard
from monitor.passive.captures.attempt import Attempt, Kind, Mark
from monitor.passive.captures.elements import elements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_MS: Final = 1_000_000
_SECOND: Final = 1_000_000_000
NEW_SESSION_NS: Final = 10 * _SECOND
"""A longer gap is no roam but a new session."""
GIVEN_UP_NS: Final = 30 * _SECOND
"""An attempt in which nothing was heard for so long is over."""
HELD_NS: Final = 2 * _SECOND
"""How long at least a roam is held back, for a second station to be heard."""
STILL_THERE_NS: Final = 50 * _MS
"""Who sends by the former access point so long after a roam is another station; less may be the sensors' clocks."""
_REPEATED_NS: Final = 200 * _MS
_ACTION_NS: Final = _SECOND
_FORGOTTEN_NS: Final = 60 * _SECOND
_SWEEP_NS: Final = _SECOND
MOST: Final = 20_000
"""Clients that are remembered at once."""
MOST_ATTEMPTS: Final = 16
"""Attempts, and roams not yet told, that are remembered of one client."""
_SAE: Final = 3


@dataclass(frozen=True, slots=True)
class Roam:
    """One roam, association or failed attempt. `start` is in nanoseconds; what was not heard is None or not there.

    `offsets` are when `phases` began, in ms from `start`. `again`: the client asked by a Reassociation Request.
    `acked`: D1 begins with a frame that was heard acknowledged. `doubtful`: two stations with this address were on the
    air. `inferred`: the FT request was encrypted and is known by its place.
    """

    client: bytes
    previous: bytes | None
    bssid: bytes
    kind: Kind
    start: int
    d1_ms: float | None
    d2_ms: float | None
    d4_ms: float | None
    phases: dict[str, float]
    offsets: dict[str, float]
    again: bool
    ssid: str
    akm: str
    why: str
    acked: bool
    doubtful: bool
    inferred: bool


@dataclass(slots=True, eq=False)
class _Held:
    """A roam that went well, and waits for its first data."""

    attempt: Attempt
    previous: bytes | None
    done: int
    last_data: int | None
    acked: bool
    first_data: int | None = None
    doubtful: bool = False


@dataclass(slots=True, eq=False)
class _Client:
    """What is remembered of a client. `data`: by access point, the last frame and the last acknowledged one."""

    address: bytes
    last: int
    current: bytes | None = None
    ssid: str = ""
    data: dict[bytes, tuple[int, int | None]] = field(default_factory=dict)
    attempts: dict[bytes, Attempt] = field(default_factory=dict)
    held: list[_Held] = field(default_factory=list)
    twofold: bool = False
    asked_for: tuple[bytes, int, int | None] | None = None
    """The last encrypted action frame to an access point: which, when, and when that answered."""

    def last_data(self, bssid: bytes | None) -> tuple[int | None, bool]:
        """Return when it last had data by an access point: acknowledged data, where any was heard acknowledged."""
        last, acked = self.data.get(bssid, (None, None)) if bssid else (None, None)
        return (last, False) if acked is None else (acked, True)


@dataclass(slots=True)
class Roams:
    """Follows all clients."""

    malformed: int = 0
    unkind: int = 0
    """Roams in networks without 802.1X that were no fast transitions."""
    _clients: dict[bytes, _Client] = field(default_factory=dict)
    _out: list[Roam] = field(default_factory=list)
    _swept: int = 0

    def take(self, one: Heard | Data) -> Iterable[Roam]:
        """Take what a sensor heard, and return what has ended by then."""
        client = self._clients.get(one.client)
        if client is None:
            client = self._clients[one.client] = _Client(one.client, one.ns)
        client.last = one.ns
        if type(one) is Data:
            self._data(client, one)
        else:
            self._frame(client, one)  # type: ignore[arg-type]  # mypy does not narrow by type()
        if abs(one.ns - self._swept) > _SWEEP_NS or len(self._clients) > MOST:
            self._sweep(one.ns)
        return self._told()

    def close(self) -> Iterable[Roam]:
        """Return what was not yet told when the capture ended."""
        for client in self._clients.values():
            for attempt in list(client.attempts.values()):
                self._give_up(client, attempt)
            self._release(client, client.held)
        self._clients = {}
        return self._told()

    def _told(self) -> Iterable[Roam]:
        if not self._out:
            return ()
        out, self._out = self._out, []
        return out

    def _data(self, client: _Client, one: Data) -> None:
        ns, bssid = one.ns, one.bssid
        if client.held:
            _look_at_held(client, one)
        if one.protected and client.attempts:
            attempt = client.attempts.get(bssid)
            if attempt is not None and attempt.provable:
                attempt.mark(Mark.DATA, ns)
                self._finish(client, attempt)
        if (one.up or client.current is None) and bssid not in client.attempts:
            client.current = bssid
        before = client.data.get(bssid)
        client.data[bssid] = (ns, ns if one.acked else before and before[1])
        if len(client.data) > 8:  # noqa: PLR2004  nobody hears a client by more access points at once
            del client.data[next(iter(client.data))]

    def _frame(self, client: _Client, one: Heard) -> None:
        attempt = _HANDLERS[one.kind](self, client, one)
        if attempt is not None:
            attempt.last = one.ns
            if attempt.done is not None:
                self._finish(client, attempt)

    def _attempt(self, client: _Client, bssid: bytes, ns: int) -> Attempt:
        """Return the attempt at an access point, a new one if there is none."""
        attempt = client.attempts.get(bssid)
        if attempt is None:
            if len(client.attempts) >= MOST_ATTEMPTS:
                self._give_up(client, next(iter(client.attempts.values())))
            attempt = client.attempts[bssid] = Attempt(client.address, bssid, ns, ns, client.current)
        return attempt

    def _anew(self, client: _Client, bssid: bytes, ns: int) -> Attempt:
        """Give up the attempt at an access point, and return a new one."""
        if bssid in client.attempts:
            self._give_up(client, client.attempts[bssid])
        return self._attempt(client, bssid, ns)

    def authentication(self, client: _Client, one: Heard) -> Attempt | None:
        """Take an authentication frame (IEEE 802.11 §9.3.3.11)."""
        if len(one.body) < 6:  # noqa: PLR2004  algorithm, sequence, status
            self.malformed += 1
            return None
        algorithm, status = _word(one.body, 0), _word(one.body, 4)
        attempt = client.attempts.get(one.bssid)
        if one.up and _settled(client, one, algorithm, attempt):
            return None
        if one.up and attempt is not None and _over(attempt, algorithm):
            attempt = self._anew(client, one.bssid, one.ns)
        attempt = attempt or self._attempt(client, one.bssid, one.ns)
        attempt.algorithm = algorithm
        if one.up:
            attempt.mark(Mark.AUTHENTICATION, one.ns)
        elif status and algorithm != _SAE:
            attempt.refused = status
        elif Mark.ASSOCIATION not in attempt.at:
            # SAE has two answers; the last one before the association ends it.
            attempt.at[Mark.AUTHENTICATED] = one.ns
        return attempt

    def action(self, client: _Client, one: Heard) -> Attempt | None:
        """Take an FT action frame (§9.6.8), or an encrypted action frame that may be one."""
        if not one.body:
            _remember_action(client, one)
            return None
        if len(one.body) < 14:  # noqa: PLR2004  category, action, two addresses
            self.malformed += 1
            return None
        action, target = one.body[1], one.body[8:14]
        if action == 1 and one.up:
            attempt = client.attempts.get(target)
            if attempt is None or Mark.FT_ACTION not in attempt.at or attempt.refused is not None:
                attempt = self._anew(client, target, one.ns)
            attempt.mark(Mark.FT_ACTION, one.ns)
            attempt.previous = one.bssid
            return attempt
        attempt = client.attempts.get(target)
        if action != 2 or one.up or attempt is None or len(one.body) < 16:  # noqa: PLR2004  a response has a status
            return None
        if status := _word(one.body, 14):
            attempt.refused = status
        attempt.mark(Mark.FT_ACTED, one.ns)
        return attempt

    def request(self, client: _Client, one: Heard) -> Attempt | None:
        """Take an association or reassociation request (§9.3.3.5, §9.3.3.7)."""
        again = one.kind is FrameKind.REASSOCIATION_REQUEST
        fixed = 10 if again else 4
        if len(one.body) < fixed:
            self.malformed += 1
            return None
        if _just_done(client, one):
            return None
        attempt = self._attempt(client, one.bssid, one.ns)
        if attempt.at.get(Mark.ASSOCIATED, one.ns) + _REPEATED_NS < one.ns:
            attempt = self._anew(client, one.bssid, one.ns)
        attempt.mark(Mark.ASSOCIATION, one.ns)
        attempt.asked, attempt.again, attempt.refused = elements(one.body[fixed:]), again, None
        if again:
            attempt.previous = one.body[4:10]
        if attempt.asked.fast and not attempt.fast:
            _infer(client, attempt, one.ns)
        return attempt

    def response(self, client: _Client, one: Heard) -> Attempt | None:
        """Take the answer to it."""
        if len(one.body) < 6:  # noqa: PLR2004  capabilities, status, association identifier
            self.malformed += 1
            return None
        if _just_done(client, one):
            return None
        attempt = self._attempt(client, one.bssid, one.ns)
        if status := _word(one.body, 2):
            attempt.refused = status
        else:
            attempt.refused = None
            attempt.mark(Mark.ASSOCIATED, one.ns)
        return attempt

    def key(self, client: _Client, one: Heard) -> Attempt | None:
        """Take EAP over LAN: EAP itself, or a message of the four-way handshake."""
        message = eapol.message(one.body, up=one.up)
        attempt = client.attempts.get(one.bssid)
        if message is None or (attempt is None and (message not in eapol.BEGINNINGS or _just_done(client, one))):
            return None
        attempt = attempt or self._attempt(client, one.bssid, one.ns)
        eapol.note(attempt, message, one.ns)
        return attempt

    def ended(self, client: _Client, one: Heard) -> Attempt | None:
        """Take a deauthentication or disassociation."""
        attempt = client.attempts.get(one.bssid)
        if attempt is not None and len(one.body) >= 2:  # noqa: PLR2004  the reason
            attempt.reason = _word(one.body, 0)
        return attempt

    def _finish(self, client: _Client, attempt: Attempt) -> None:
        """Hold a roam that went well until it can be told."""
        done = attempt.done or attempt.last
        previous = _previous(client, attempt)
        last_data, acked = client.last_data(previous)
        first = attempt.at.get(Mark.DATA)
        client.held.append(_Held(attempt, previous, done, last_data, acked, first, client.twofold))
        if len(client.held) > MOST_ATTEMPTS:
            self._release(client, client.held[:1])
        del client.attempts[attempt.bssid]
        for other in client.attempts.values():
            other.overtaken = other.overtaken or other.began <= attempt.began
        client.current, client.ssid = attempt.bssid, attempt.asked.ssid or client.ssid

    def _give_up(self, client: _Client, attempt: Attempt) -> None:
        del client.attempts[attempt.bssid]
        previous = _previous(client, attempt)
        last_data, acked = client.last_data(previous)
        self._tell(_Held(attempt, previous, attempt.last, last_data, acked, doubtful=client.twofold))

    def _sweep(self, ns: int) -> None:
        """Tell what need not wait any more, and forget who was not heard for long; of too many, the older half."""
        self._swept = ns
        for client in self._clients.values():
            if client.attempts:
                for attempt in [one for one in client.attempts.values() if abs(ns - one.last) > GIVEN_UP_NS]:
                    self._give_up(client, attempt)
            if client.held:
                self._release(client, [one for one in client.held if _may_be_told(one, ns)])
        gone = [one for one in self._clients.values() if abs(ns - one.last) > _FORGOTTEN_NS]
        if len(self._clients) - len(gone) > MOST:
            gone = sorted(self._clients.values(), key=lambda one: one.last)[: len(self._clients) // 2]
        for client in gone:
            for attempt in list(client.attempts.values()):
                self._give_up(client, attempt)
            self._release(client, client.held)
            del self._clients[client.address]

    def _release(self, client: _Client, which: list[_Held]) -> None:
        for held in which:
            self._tell(held)
        client.held = [one for one in client.held if one not in which]

    def _tell(self, held: _Held) -> None:
        attempt = held.attempt
        # Where two stations have one address, only what the client itself says of its former access point counts.
        previous = held.previous if not held.doubtful or attempt.previous else None
        kind = attempt.kind(previous)
        if kind is None:
            self.unkind += 1
            return
        self._out.append(
            Roam(
                client=attempt.client,
                previous=previous,
                bssid=attempt.bssid,
                kind=kind,
                start=attempt.began,
                d1_ms=_gap_ms(held) if kind is not Kind.INCOMPLETE else None,
                d2_ms=attempt.d2_ms() if kind is not Kind.INCOMPLETE else None,
                d4_ms=attempt.d4_ms() if kind is not Kind.INCOMPLETE else None,
                phases=attempt.phases(_recent(held)),
                offsets=attempt.offsets(_recent(held)),
                again=attempt.again,
                ssid=attempt.asked.ssid,
                akm=attempt.asked.akm,
                why=attempt.why() if kind is Kind.INCOMPLETE else "",
                acked=held.acked,
                doubtful=held.doubtful,
                inferred=attempt.inferred,
            )
        )


_HANDLERS: Final[dict[FrameKind, Callable[[Roams, _Client, Heard], Attempt | None]]] = {
    FrameKind.AUTHENTICATION: Roams.authentication,
    FrameKind.FT_ACTION: Roams.action,
    FrameKind.ASSOCIATION_REQUEST: Roams.request,
    FrameKind.REASSOCIATION_REQUEST: Roams.request,
    FrameKind.ASSOCIATION_RESPONSE: Roams.response,
    FrameKind.REASSOCIATION_RESPONSE: Roams.response,
    FrameKind.EAPOL: Roams.key,
    FrameKind.DEAUTHENTICATION: Roams.ended,
    FrameKind.DISASSOCIATION: Roams.ended,
}


def _word(octets: bytes, at: int) -> int:
    return octets[at] | octets[at + 1] << 8


def _over(attempt: Attempt, algorithm: int) -> bool:
    """Whether a new authentication request begins another attempt at the same access point."""
    if attempt.refused is not None or Mark.ASSOCIATION in attempt.at or Mark.FT_ACTION in attempt.at:
        return True
    return attempt.algorithm not in (None, algorithm)


def _just_done(client: _Client, one: Heard) -> bool:
    """Whether a frame belongs to a roam that has just gone well: sent again, or heard by a second sensor."""
    return any(held.attempt.bssid == one.bssid and one.ns - held.done < _REPEATED_NS for held in client.held)


def _settled(client: _Client, one: Heard, algorithm: int, attempt: Attempt | None) -> bool:
    """Whether an authentication request was heard before: by another sensor, or sent again without need."""
    if attempt is None:
        return any(
            held.attempt.bssid == one.bssid
            and held.attempt.algorithm == algorithm
            and one.ns - held.done < STILL_THERE_NS
            for held in client.held
        )
    first = attempt.at.get(Mark.AUTHENTICATION)
    return first is not None and attempt.algorithm == algorithm and one.ns - first < STILL_THERE_NS


def _remember_action(client: _Client, one: Heard) -> None:
    if one.up:
        client.asked_for = (one.bssid, one.ns, None)
    elif client.asked_for is not None and client.asked_for[0] == one.bssid and client.asked_for[2] is None:
        client.asked_for = (one.bssid, client.asked_for[1], one.ns)


def _infer(client: _Client, attempt: Attempt, ns: int) -> None:
    """Take an encrypted action exchange with the former access point just before for FT's over the DS.

    An FT authentication is never encrypted: where a reassociation with FT's elements had none, it went over the DS.
    """
    if client.asked_for is None or attempt.algorithm is not None:
        return
    bssid, asked, answered = client.asked_for
    if answered is not None and bssid == attempt.previous and 0 <= ns - asked < _ACTION_NS:
        attempt.mark(Mark.FT_ACTION, asked)
        attempt.mark(Mark.FT_ACTED, answered)
        attempt.began, attempt.inferred = asked, True


def _previous(client: _Client, attempt: Attempt) -> bytes | None:
    """Return where the client comes from: what it says itself, or where it was heard in the last seconds."""
    if attempt.previous is not None:
        return attempt.previous if attempt.previous != attempt.bssid else None
    current = attempt.heard_at
    if current is None or current == attempt.bssid:
        return None
    if attempt.asked.ssid and client.ssid and attempt.asked.ssid != client.ssid:
        return None
    last = client.data.get(current)
    return current if last is not None and attempt.began - last[0] <= NEW_SESSION_NS else None


def _look_at_held(client: _Client, one: Data) -> None:
    """Give roams their first data, and find out whether somebody with this address is still where it came from."""
    for held in client.held:
        if one.bssid == held.attempt.bssid:
            if held.first_data is None and one.ns >= held.done:
                held.first_data = one.ns
        elif one.up and one.bssid == held.previous and _still_there(client, held, one.ns):
            held.doubtful = client.twofold = True


def _still_there(client: _Client, held: _Held, ns: int) -> bool:
    """Whether data by the former access point, at a time, can only be of another station."""
    came_back = held.previous in client.attempts or client.current != held.attempt.bssid
    return ns - held.done > STILL_THERE_NS and not came_back


def _may_be_told(held: _Held, ns: int) -> bool:
    waited = abs(ns - held.done)
    return waited > NEW_SESSION_NS or (waited > HELD_NS and held.first_data is not None)


def _recent(held: _Held) -> int | None:
    """Return when the last data by the former access point was, if it belongs to this roam."""
    if held.last_data is None or held.doubtful or held.attempt.began - held.last_data > NEW_SESSION_NS:
        return None
    return held.last_data


def _gap_ms(held: _Held) -> float | None:
    """Return the service gap (D1), or None when it was not heard or is a new session's."""
    if held.last_data is None or held.first_data is None or held.doubtful:
        return None
    gap = held.first_data - held.last_data
    return gap / _MS if 0 <= gap <= NEW_SESSION_NS else None
