"""One try of a client to get to an access point, from its first frame there to its last, and what kind it was."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from monitor.passive.captures.elements import Elements

_MS: Final = 1_000_000
FAST_ALGORITHM: Final = 2
"""Fast BSS Transition (IEEE 802.11 §9.4.1.1)."""


class Kind(StrEnum):
    """The kinds of roams; they are never added up together."""

    FT_AIR = "ft_air"
    FT_DS = "ft_ds"
    PMK_CACHED = "pmk_cached"
    FULL_EAP = "full_eap"
    INITIAL = "initial"
    INCOMPLETE = "incomplete"


class Mark(StrEnum):
    """Moments of an attempt; of frames that were sent again, the first."""

    AUTHENTICATION = "authentication request"
    AUTHENTICATED = "authentication response"
    FT_ACTION = "FT request"
    FT_ACTED = "FT response"
    ASSOCIATION = "association request"
    ASSOCIATED = "association response"
    IDENTITY = "EAP request for the identity"
    SUCCESS = "EAP success"
    M1 = "M1"
    M4 = "M4"
    DATA = "encrypted data"


@dataclass(slots=True, eq=False)
class Attempt:
    """What was heard of it. Times are nanoseconds.

    `heard_at`: where the client was when it began; `previous`: where it says that it was.
    """

    client: bytes
    bssid: bytes
    began: int
    last: int
    heard_at: bytes | None = None
    at: dict[Mark, int] = field(default_factory=dict)
    algorithm: int | None = None
    previous: bytes | None = None
    again: bool = False
    asked: Elements = field(default_factory=Elements)
    eap: bool = False
    eap_failed: bool = False
    refused: int | None = None
    reason: int | None = None
    inferred: bool = False
    overtaken: bool = False

    def mark(self, mark: Mark, ns: int) -> None:
        """Note a moment, if it is the first of its sort."""
        self.at.setdefault(mark, ns)

    @property
    def fast(self) -> bool:
        """Whether it is a fast transition, over the air or the DS."""
        return self.algorithm == FAST_ALGORITHM or Mark.FT_ACTION in self.at

    @property
    def open(self) -> bool:
        """Whether the network has no keys, as far as the client's request was heard."""
        return Mark.ASSOCIATION in self.at and not self.asked.secured

    @property
    def done(self) -> int | None:
        """Return when the client was in: by the reassociation response (FT), by M4, or by encrypted data."""
        last = Mark.ASSOCIATED if self.fast or self.asked.fast or self.open else Mark.M4
        ended = self.at.get(last)
        return self.at.get(Mark.DATA) if ended is None else ended

    @property
    def provable(self) -> bool:
        """Whether encrypted data by its access point would prove that it went well: the client is past asking."""
        return self.refused is None and not self.open and (Mark.ASSOCIATION in self.at or Mark.M1 in self.at)

    def kind(self, previous: bytes | None) -> Kind | None:
        """Return the kind, given where the client was before; None for a roam that no kind is meant for."""
        if self.done is None:
            return Kind.INCOMPLETE
        if self.fast:
            return Kind.FT_DS if Mark.FT_ACTION in self.at else Kind.FT_AIR
        if previous is None:
            return Kind.INCOMPLETE if self.asked.fast else Kind.INITIAL
        return Kind.FULL_EAP if self.eap else self._without_eap()

    def _without_eap(self) -> Kind | None:
        if self.open or (self.asked.akm and "802.1X" not in self.asked.akm):
            return None
        return Kind.PMK_CACHED if self.asked.pmkid and not self.asked.fast else Kind.INCOMPLETE

    def why(self) -> str:
        """Return why it counts as incomplete."""
        if self.refused is not None:
            return f"refused with status {self.refused}"
        if self.done is not None:
            missing = "FT authentication or request" if self.asked.fast else "EAP"
            return f"its {missing} was not heard, so its kind is not known"
        if self.eap_failed:
            return "EAP failed"
        if self.reason is not None:
            return f"ended with reason {self.reason}"
        if self.overtaken:
            return "overtaken by another"
        return f"no {self._awaited()}"

    def _awaited(self) -> str:
        if Mark.ASSOCIATED not in self.at and Mark.M1 not in self.at:
            return Mark.ASSOCIATED if Mark.ASSOCIATION in self.at else Mark.ASSOCIATION
        return Mark.M4 if Mark.M1 in self.at else Mark.M1

    def d2_ms(self) -> float | None:
        """Return the reassociation time: FT to the reassociation response, others with keys to M4."""
        if self.fast:
            first = Mark.FT_ACTION if Mark.FT_ACTION in self.at else Mark.AUTHENTICATION
            return self._between(first, Mark.ASSOCIATED)
        return self._between(Mark.AUTHENTICATION, Mark.M4)

    def d4_ms(self) -> float | None:
        """Return what an access point sees of it: from its response to M4. FT has no such part."""
        return None if self.fast else self._between(Mark.ASSOCIATED, Mark.M4)

    def phases(self, last_data: int | None) -> dict[str, float]:
        """Return the parts that were heard from end to end, in ms."""
        return {name: (end - begin) / _MS for name, (begin, end) in self._spans(last_data).items()}

    def offsets(self, last_data: int | None) -> dict[str, float]:
        """Return when each of these parts began, in ms from the beginning of the attempt."""
        return {name: (begin - self.began) / _MS for name, (begin, _) in self._spans(last_data).items()}

    def _spans(self, last_data: int | None) -> dict[str, tuple[int, int]]:
        over_ds = Mark.FT_ACTION in self.at
        start, end = (Mark.FT_ACTION, Mark.FT_ACTED) if over_ds else (Mark.AUTHENTICATION, Mark.AUTHENTICATED)
        at = self.at.get
        found = {
            "scan": (last_data, at(start)),
            "auth": (at(start), at(end)),
            "reassoc": (at(Mark.ASSOCIATION), at(Mark.ASSOCIATED)),
            "eap": (at(Mark.IDENTITY), at(Mark.SUCCESS)),
            "four_way": (at(Mark.M1), at(Mark.M4)),
        }
        return {
            name: (begin, end)
            for name, (begin, end) in found.items()
            if begin is not None and end is not None and begin <= end
        }

    def _between(self, first: Mark, last: Mark) -> float | None:
        if first not in self.at or last not in self.at:
            return None
        ms = (self.at[last] - self.at[first]) / _MS
        return ms if ms >= 0 else None
