"""What is remembered of a client of the air: where it was heard, what it tries, and the attempts that have ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from monitor.passive.captures.attempt import Attempt, Mark

if TYPE_CHECKING:
    from monitor.passive.captures.air import Data, Heard

_MS: Final = 1_000_000
_SECOND: Final = 1_000_000_000
NEW_SESSION_NS: Final = 10 * _SECOND
"""A longer gap is no roam but a new session."""
HELD_NS: Final = 2 * _SECOND
"""How long at least a roam is held back, for a second station to be heard."""
STILL_THERE_NS: Final = 50 * _MS
"""Who sends by the former access point so long after a roam is another station; less may be the sensors' clocks."""
REPEATED_NS: Final = 200 * _MS
"""What comes again so soon was sent again, or heard by a second sensor."""
_ACTION_NS: Final = _SECOND
_MOST_ACCESS_POINTS: Final = 8
"""Nobody hears a client by more access points at once."""


@dataclass(slots=True, eq=False)
class Ended:
    """An attempt that has ended; one that went well waits for its first data. Times are nanoseconds.

    `last_data`: by the former access point; `acked`: it was heard acknowledged; `doubtful`: two stations with this
    address were heard.
    """

    attempt: Attempt
    previous: bytes | None
    done: int
    last_data: int | None
    acked: bool
    first_data: int | None
    doubtful: bool

    def may_be_told(self, ns: int) -> bool:
        """Whether nothing that would come later belongs to it."""
        waited = abs(ns - self.done)
        return waited > NEW_SESSION_NS or (waited > HELD_NS and self.first_data is not None)

    def recent(self) -> int | None:
        """Return when the last data by the former access point was, if it belongs to this roam."""
        if self.last_data is None or self.doubtful or self.attempt.began - self.last_data > NEW_SESSION_NS:
            return None
        return self.last_data

    def d1_ms(self) -> float | None:
        """Return the service gap, or None when it was not heard or is a new session's."""
        if self.last_data is None or self.first_data is None or self.doubtful:
            return None
        gap = self.first_data - self.last_data
        return gap / _MS if 0 <= gap <= NEW_SESSION_NS else None


class ActionExchange(NamedTuple):
    """The last encrypted action frame to an access point: which, when, and when that answered (nanoseconds)."""

    bssid: bytes
    asked: int
    answered: int | None


@dataclass(slots=True, eq=False)
class Client:
    """One client. `last` is in nanoseconds; `data`: by access point, the last frame and the last acknowledged one.

    `held` are attempts that went well and are not told yet; `twofold`: a second station with this address was heard.
    """

    address: bytes
    last: int
    current: bytes | None = None
    ssid: str = ""
    data: dict[bytes, tuple[int, int | None]] = field(default_factory=dict)
    attempts: dict[bytes, Attempt] = field(default_factory=dict)
    held: list[Ended] = field(default_factory=list)
    twofold: bool = False
    action: ActionExchange | None = None

    def remember_data(self, one: Data) -> None:
        """Remember where and when there was data."""
        ns, bssid = one.ns, one.bssid
        if (one.up or self.current is None) and bssid not in self.attempts:
            self.current = bssid
        before = self.data.get(bssid)
        self.data[bssid] = (ns, ns if one.acked else before and before[1])
        if len(self.data) > _MOST_ACCESS_POINTS:
            del self.data[next(iter(self.data))]

    def remember_action(self, one: Heard) -> None:
        """Remember an encrypted action frame: it may be one of FT over the DS."""
        if one.up:
            self.action = ActionExchange(one.bssid, one.ns, None)
        elif self.action is not None and self.action.bssid == one.bssid and self.action.answered is None:
            self.action = self.action._replace(answered=one.ns)

    def infer_over_ds(self, attempt: Attempt, ns: int) -> None:
        """Take an encrypted action exchange with the former access point just before for FT's over the DS.

        An FT authentication is never encrypted: where a reassociation with FT's elements had none, it went over the DS.
        """
        if self.action is None or attempt.algorithm is not None:
            return
        bssid, asked, answered = self.action
        if answered is not None and bssid == attempt.previous and 0 <= ns - asked < _ACTION_NS:
            attempt.mark(Mark.FT_ACTION, asked)
            attempt.mark(Mark.FT_ACTED, answered)
            attempt.began, attempt.inferred = asked, True

    def look_at_held(self, one: Data) -> None:
        """Give roams their first data, and find out whether somebody with this address is still where it came from."""
        for held in self.held:
            if one.bssid == held.attempt.bssid:
                if held.first_data is None and one.ns >= held.done:
                    held.first_data = one.ns
            elif one.up and one.bssid == held.previous and self._still_there(held, one.ns):
                held.doubtful = self.twofold = True

    def _still_there(self, held: Ended, ns: int) -> bool:
        """Whether data by the former access point, at a time, can only be of another station."""
        came_back = held.previous in self.attempts or self.current != held.attempt.bssid
        return ns - held.done > STILL_THERE_NS and not came_back

    def just_done(self, one: Heard) -> bool:
        """Whether a frame belongs to a roam that has just gone well: sent again, or heard by a second sensor."""
        return any(held.attempt.bssid == one.bssid and one.ns - held.done < REPEATED_NS for held in self.held)

    def asked_before(self, one: Heard, algorithm: int) -> bool:
        """Whether an authentication request was heard before: by another sensor, or sent again without need."""
        attempt = self.attempts.get(one.bssid)
        if attempt is None:
            return any(
                held.attempt.bssid == one.bssid
                and held.attempt.algorithm == algorithm
                and one.ns - held.done < STILL_THERE_NS
                for held in self.held
            )
        first = attempt.at.get(Mark.AUTHENTICATION)
        return first is not None and attempt.algorithm == algorithm and one.ns - first < STILL_THERE_NS

    def end(self, attempt: Attempt) -> Ended:
        """Take an attempt away, and return what is known of it now."""
        del self.attempts[attempt.bssid]
        previous = self._previous(attempt)
        last_data, acked = self._last_data(previous)
        done = attempt.last if attempt.done is None else attempt.done
        return Ended(attempt, previous, done, last_data, acked, attempt.at.get(Mark.DATA), self.twofold)

    def _previous(self, attempt: Attempt) -> bytes | None:
        """Return where the client comes from: what it says itself, or where it was heard in the last seconds."""
        if attempt.previous is not None:
            return attempt.previous if attempt.previous != attempt.bssid else None
        current = attempt.heard_at
        if current is None or current == attempt.bssid:
            return None
        if attempt.asked.ssid and self.ssid and attempt.asked.ssid != self.ssid:
            return None
        last = self.data.get(current)
        return current if last is not None and attempt.began - last[0] <= NEW_SESSION_NS else None

    def _last_data(self, bssid: bytes | None) -> tuple[int | None, bool]:
        """Return when it last had data by an access point: acknowledged data, where any was heard acknowledged."""
        last, acked = self.data.get(bssid, (None, None)) if bssid else (None, None)
        return (last, False) if acked is None else (acked, True)
