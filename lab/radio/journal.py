"""What wpa_supplicant and hostapd logged of a walk, read as roams.

The times are those of the daemons' own logs (`-t`: seconds of the guest's one clock). A supplicant's roam runs from
"Trying to authenticate" to CTRL-EVENT-CONNECTED: that encloses what a capture measures (D2), and the kernel's work of
leaving the former access point.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lab.radio.scenario import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE: Final = re.compile(r"^(\d+\.\d+): (.*)$")
_MAC: Final = r"([0-9a-f]{2}(?::[0-9a-f]{2}){5})"
_TRYING: Final = re.compile(rf"SME: Trying to authenticate with {_MAC}")
# hostapd says that a client is connected about when the client does.
_SETTLED_S: Final = 0.5
_GAVE_UP: Final = "SME: Authentication timed out"
_LEFT: Final = re.compile(rf"CTRL-EVENT-DISCONNECTED bssid={_MAC}")
_CONNECTED: Final = re.compile(rf"CTRL-EVENT-CONNECTED - Connection to {_MAC}")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a client to come to an access point, as its supplicant logged it.

    `overtaken` says that it ended because another try began.
    """

    bssid: str
    began: float
    ended: float | None
    kind: Kind
    overtaken: bool = False

    @property
    def ms(self) -> float | None:
        """How long it took from the first authentication frame to the connection, in milliseconds."""
        return None if self.ended is None else round((self.ended - self.began) * 1000, 1)


@dataclass(frozen=True, slots=True)
class Stay:
    """A client at an access point, from its connection until it left or tried the next; None: until the log's end."""

    bssid: str
    began: float
    ended: float | None


def read_attempts(log: str) -> tuple[Attempt, ...]:
    """Read every attempt from wpa_supplicant's debug log (2.10), in order."""
    found: list[Attempt] = []
    lines: list[str] = []
    bssid, began, first = "", 0.0, True
    for at, text in stamped(log):
        if trying := _TRYING.search(text):
            # An access point that does not answer is asked again: that is the same attempt.
            if bssid and trying[1] != bssid:
                overtaken = not any(_GAVE_UP in line for line in lines)
                found.append(Attempt(bssid, began, None, Kind.FAILED, overtaken))
            if trying[1] != bssid:
                bssid, began, lines = trying[1], at, []
        lines.append(text)
        if (connected := _CONNECTED.search(text)) and connected[1] == bssid:
            found.append(Attempt(bssid, began, at, Kind.INITIAL if first else _kind(lines)))
            bssid, lines, first = "", [], False
    if bssid:
        found.append(Attempt(bssid, began, None, Kind.FAILED))
    return tuple(found)


def read_stays(log: str) -> tuple[Stay, ...]:
    """Read when a client was at an access point, from wpa_supplicant's debug log, in order."""
    attempts = read_attempts(log)
    ends = sorted([one.began for one in attempts] + [at for at, text in stamped(log) if _LEFT.search(text)])
    came = ((one.bssid, one.ended) for one in attempts if one.ended is not None)
    return tuple(Stay(bssid, began, next((at for at in ends if at > began), None)) for bssid, began in came)


def hostapd_ms(log: str, mac: str, attempt: Attempt) -> float | None:
    """Return D2 in milliseconds, from the hostapd log of the access point that an attempt led to.

    From the first authentication frame of the client that hostapd heard to the fourth EAPOL key message, or with FT,
    which has none, to the connection that follows the reassociation response. None where the log has not both.
    """
    if attempt.ended is None:
        return None
    heard: float | None = None
    authentication = f"authentication: STA={mac} "
    ends = (f"EAPOL-4WAY-HS-COMPLETED {mac}", f"AP-STA-CONNECTED {mac}")
    for at, text in stamped(log):
        if attempt.began <= at <= attempt.ended + _SETTLED_S:
            heard = at if heard is None and text.startswith(authentication) else heard
            if heard is not None and text.endswith(ends):
                return round((at - heard) * 1000, 1)
    return None


def stamped(log: str) -> Iterator[tuple[float, str]]:
    """Yield the lines that carry a time, with it."""
    for line in log.splitlines():
        if found := _LINE.match(line):
            yield float(found[1]), found[2]


def _kind(lines: list[str]) -> Kind:
    """Tell what happened between the first authentication frame and the connection."""
    text = "\n".join(lines)
    if "CTRL-EVENT-EAP-STARTED" in text and "CTRL-EVENT-EAP-SUCCESS" in text:
        return Kind.FULL_EAP
    if "FT: Completed successfully" in text:
        return Kind.FT_AIR if "auth_type=2" in text else Kind.FT_DS
    return Kind.PMK_CACHED
