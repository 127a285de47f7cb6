"""802.11 roams: which attempts each client's frames begin, go on with and end.

A roam is told after it has ended and some time has passed, in which the first data by the new access point is waited
for, and a second station with the same address may give itself away.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from monitor.passive.captures import eapol
from monitor.passive.captures.air import Data, FrameKind, Heard
from monitor.passive.captures.attempt import Attempt, Mark
from monitor.passive.captures.client import REPEATED_NS, Client
from monitor.passive.captures.elements import elements
from monitor.passive.captures.roam import told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from monitor.passive.captures.client import Ended
    from monitor.passive.captures.roam import Roam

_SECOND: Final = 1_000_000_000
GIVEN_UP_NS: Final = 30 * _SECOND
"""An attempt in which nothing was heard for so long is over."""
_FORGOTTEN_NS: Final = 60 * _SECOND
_SWEEP_NS: Final = _SECOND
MOST: Final = 20_000
"""Clients that are remembered at once."""
MOST_ATTEMPTS: Final = 16
"""Attempts, and roams not yet told, that are remembered of one client."""
_SAE: Final = 3


@dataclass(slots=True)
class Roams:
    """Follows all clients."""

    malformed: int = 0
    unkind: int = 0
    """Roams in networks without 802.1X that were no fast transitions."""
    _clients: dict[bytes, Client] = field(default_factory=dict)
    _out: list[Roam] = field(default_factory=list)
    _swept: int = 0

    def take(self, one: Heard | Data) -> Iterable[Roam]:
        """Take what a sensor heard, and return what has ended by then."""
        client = self._clients.get(one.client)
        if client is None:
            client = self._clients[one.client] = Client(one.client, one.ns)
        client.last = one.ns
        if type(one) is Data:
            self._data(client, one)
        else:
            self._frame(client, one)  # type: ignore[arg-type]  # mypy does not narrow by type()
        if abs(one.ns - self._swept) > _SWEEP_NS or len(self._clients) > MOST:
            self._sweep(one.ns)
        return self._told()

    def silence(self, ns: int) -> Iterable[Roam]:
        """Return what has ended by then, when nothing comes."""
        self._sweep(ns)
        return self._told()

    def close(self) -> Iterable[Roam]:
        """Return what was not yet told when the capture ended."""
        for client in list(self._clients.values()):
            self._forget(client)
        return self._told()

    def _told(self) -> Iterable[Roam]:
        if not self._out:
            return ()
        out, self._out = self._out, []
        return out

    def _data(self, client: Client, one: Data) -> None:
        if client.held:
            client.look_at_held(one)
        if one.protected and client.attempts:
            attempt = client.attempts.get(one.bssid)
            if attempt is not None and attempt.provable:
                attempt.mark(Mark.DATA, one.ns)
                self._finish(client, attempt)
        client.remember_data(one)

    def _frame(self, client: Client, one: Heard) -> None:
        attempt = _HANDLERS[one.kind](self, client, one)
        if attempt is not None:
            attempt.last = one.ns
            if attempt.done is not None:
                self._finish(client, attempt)

    def _attempt(self, client: Client, bssid: bytes, ns: int) -> Attempt:
        """Return the attempt at an access point, a new one if there is none."""
        attempt = client.attempts.get(bssid)
        if attempt is None:
            if len(client.attempts) >= MOST_ATTEMPTS:
                self._give_up(client, next(iter(client.attempts.values())))
            attempt = client.attempts[bssid] = Attempt(client.address, bssid, ns, ns, client.current)
        return attempt

    def _anew(self, client: Client, bssid: bytes, ns: int) -> Attempt:
        """Give up the attempt at an access point, and return a new one."""
        if bssid in client.attempts:
            self._give_up(client, client.attempts[bssid])
        return self._attempt(client, bssid, ns)

    def authentication(self, client: Client, one: Heard) -> Attempt | None:
        """Take an authentication frame (IEEE 802.11 §9.3.3.11)."""
        if len(one.body) < 6:  # noqa: PLR2004  algorithm, sequence, status
            self.malformed += 1
            return None
        algorithm, status = _word(one.body, 0), _word(one.body, 4)
        attempt = client.attempts.get(one.bssid)
        if one.up and client.asked_before(one, algorithm):
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

    def action(self, client: Client, one: Heard) -> Attempt | None:
        """Take an FT action frame (§9.6.8), or an encrypted action frame that may be one."""
        if not one.body:
            client.remember_action(one)
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

    def request(self, client: Client, one: Heard) -> Attempt | None:
        """Take an association or reassociation request (§9.3.3.5, §9.3.3.7)."""
        again = one.kind is FrameKind.REASSOCIATION_REQUEST
        fixed = 10 if again else 4
        if len(one.body) < fixed:
            self.malformed += 1
            return None
        if client.just_done(one):
            return None
        attempt = self._attempt(client, one.bssid, one.ns)
        if attempt.at.get(Mark.ASSOCIATED, one.ns) + REPEATED_NS < one.ns:
            attempt = self._anew(client, one.bssid, one.ns)
        attempt.mark(Mark.ASSOCIATION, one.ns)
        attempt.asked, attempt.again, attempt.refused = elements(one.body[fixed:]), again, None
        if again:
            attempt.previous = one.body[4:10]
        if attempt.asked.fast and not attempt.fast:
            client.infer_over_ds(attempt, one.ns)
        return attempt

    def response(self, client: Client, one: Heard) -> Attempt | None:
        """Take the answer to it."""
        if len(one.body) < 6:  # noqa: PLR2004  capabilities, status, association identifier
            self.malformed += 1
            return None
        if client.just_done(one):
            return None
        attempt = self._attempt(client, one.bssid, one.ns)
        if status := _word(one.body, 2):
            attempt.refused = status
        else:
            attempt.refused = None
            attempt.mark(Mark.ASSOCIATED, one.ns)
        return attempt

    def key(self, client: Client, one: Heard) -> Attempt | None:
        """Take EAP over LAN: EAP itself, or a message of the four-way handshake."""
        message = eapol.message(one.body, up=one.up)
        attempt = client.attempts.get(one.bssid)
        if message is None or (attempt is None and (message not in eapol.BEGINNINGS or client.just_done(one))):
            return None
        attempt = attempt or self._attempt(client, one.bssid, one.ns)
        eapol.note(attempt, message, one.ns)
        return attempt

    def farewell(self, client: Client, one: Heard) -> Attempt | None:
        """Take a deauthentication or disassociation."""
        attempt = client.attempts.get(one.bssid)
        if attempt is not None and len(one.body) >= 2:  # noqa: PLR2004  the reason
            attempt.reason = _word(one.body, 0)
        return attempt

    def _finish(self, client: Client, attempt: Attempt) -> None:
        """Hold a roam that went well until it can be told."""
        client.held.append(client.end(attempt))
        if len(client.held) > MOST_ATTEMPTS:
            self._release(client, client.held[:1])
        for other in client.attempts.values():
            other.overtaken = other.overtaken or other.began <= attempt.began
        client.current, client.ssid = attempt.bssid, attempt.asked.ssid or client.ssid

    def _give_up(self, client: Client, attempt: Attempt) -> None:
        self._tell(client.end(attempt))

    def _sweep(self, ns: int) -> None:
        """Tell what need not wait any more, and forget who was not heard for long; of too many, the older half."""
        self._swept = ns
        for client in self._clients.values():
            if client.attempts:
                for attempt in [one for one in client.attempts.values() if abs(ns - one.last) > GIVEN_UP_NS]:
                    self._give_up(client, attempt)
            if client.held:
                self._release(client, [one for one in client.held if one.may_be_told(ns)])
        gone = [one for one in self._clients.values() if abs(ns - one.last) > _FORGOTTEN_NS]
        if len(self._clients) - len(gone) > MOST:
            gone = sorted(self._clients.values(), key=lambda one: one.last)[: len(self._clients) // 2]
        for client in gone:
            self._forget(client)

    def _forget(self, client: Client) -> None:
        for attempt in list(client.attempts.values()):
            self._give_up(client, attempt)
        self._release(client, client.held)
        del self._clients[client.address]

    def _release(self, client: Client, which: list[Ended]) -> None:
        for held in which:
            self._tell(held)
        client.held = [one for one in client.held if one not in which]

    def _tell(self, ended: Ended) -> None:
        roam = told(ended)
        if roam is None:
            self.unkind += 1
        else:
            self._out.append(roam)


_HANDLERS: Final[dict[FrameKind, Callable[[Roams, Client, Heard], Attempt | None]]] = {
    FrameKind.AUTHENTICATION: Roams.authentication,
    FrameKind.FT_ACTION: Roams.action,
    FrameKind.ASSOCIATION_REQUEST: Roams.request,
    FrameKind.REASSOCIATION_REQUEST: Roams.request,
    FrameKind.ASSOCIATION_RESPONSE: Roams.response,
    FrameKind.REASSOCIATION_RESPONSE: Roams.response,
    FrameKind.EAPOL: Roams.key,
    FrameKind.DEAUTHENTICATION: Roams.farewell,
    FrameKind.DISASSOCIATION: Roams.farewell,
}


def _word(octets: bytes, at: int) -> int:
    return octets[at] | octets[at + 1] << 8


def _over(attempt: Attempt, algorithm: int) -> bool:
    """Whether a new authentication request begins another attempt at the same access point."""
    if attempt.refused is not None or Mark.ASSOCIATION in attempt.at or Mark.FT_ACTION in attempt.at:
        return True
    return attempt.algorithm not in (None, algorithm)
