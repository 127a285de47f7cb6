"""What wpa_supplicant and hostapd logged of a walk, read as roams.

The times are those of the daemons' own logs (`-t`: seconds of the guest's one clock). A supplicant's roam runs from
"Trying to authenticate", or from its request over the DS, to CTRL-EVENT-CONNECTED: that encloses what a capture
measures (D2), and the kernel's work of leaving the former access point.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from lab.radio.scenario import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE: Final = re.compile(r"^(\d+\.\d+): (.*)$")
_MAC: Final = r"([0-9a-f]{2}(?::[0-9a-f]{2}){5})"
_TRYING: Final = re.compile(rf"SME: Trying to authenticate with {_MAC}|FT: Request over-the-DS with {_MAC}")
_STEERED: Final = re.compile(rf"WNM: Transition to BSS {_MAC} based on BSS Transition Management Request")
_ANSWER: Final = re.compile(rf"BSS-TM-RESP {_MAC} status_code=(\d+)(?:.* target_bssid={_MAC})?")
# hostapd says that a client is connected about when the client does.
_SETTLED_S: Final = 0.5
_GAVE_UP: Final = "SME: Authentication timed out"
_LEFT: Final = re.compile(rf"CTRL-EVENT-DISCONNECTED bssid={_MAC}")
_CONNECTED: Final = re.compile(rf"CTRL-EVENT-CONNECTED - Connection to {_MAC}")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a client to come to an access point, as its supplicant logged it.

    `overtaken` says that it ended because another try began, `steered` that its access point had asked it to go.
    """

    bssid: str
    began: float
    ended: float | None
    kind: Kind
    overtaken: bool = False
    steered: bool = False

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


@dataclass(slots=True)
class _Try:
    """An attempt of which the end is not read yet, and the lines that were logged since it began."""

    bssid: str
    over_ds: bool
    began: float
    steered: bool
    lines: list[str] = field(default_factory=list)

    def ended(self, at: float | None, kind: Kind, *, overtaken: bool = False) -> Attempt:
        return Attempt(self.bssid, self.began, at, kind, overtaken, self.steered)

    def given_up(self, bssid: str) -> Attempt:
        """Return it as it is when another begins: what timed out was not overtaken, and nothing is by itself."""
        overtaken = bssid != self.bssid and not any(_GAVE_UP in line for line in self.lines)
        return self.ended(None, Kind.FAILED, overtaken=overtaken)


def read_attempts(log: str) -> tuple[Attempt, ...]:
    """Read every attempt from wpa_supplicant's debug log (2.10), in order."""
    found: list[Attempt] = []
    now, wish = None, ""
    for at, text in stamped(log):
        wish = steered[1] if (steered := _STEERED.search(text)) else wish
        if trying := _TRYING.search(text):
            bssid, over_ds = trying[1] or trying[2], trying[2] is not None
            # An access point that does not answer is asked again: that is the same attempt.
            if now is None or (now.bssid, now.over_ds) != (bssid, over_ds):
                found += [now.given_up(bssid)] if now else []
                now, wish = _Try(bssid, over_ds, at, wish == bssid), ""
        if now is not None:
            now.lines.append(text)
            if (connected := _CONNECTED.search(text)) and connected[1] == now.bssid:
                first = all(one.ended is None for one in found)
                found.append(now.ended(at, Kind.INITIAL if first else _kind(now.lines)))
                now = None
    if now is not None:
        found.append(now.ended(None, Kind.FAILED))
    return tuple(found)


def read_stays(log: str) -> tuple[Stay, ...]:
    """Read when a client was at an access point, from wpa_supplicant's debug log, in order."""
    attempts = read_attempts(log)
    ends = sorted([one.began for one in attempts] + [at for at, text in stamped(log) if _LEFT.search(text)])
    came = ((one.bssid, one.ended) for one in attempts if one.ended is not None)
    return tuple(Stay(bssid, began, next((at for at in ends if at > began), None)) for bssid, began in came)


def hostapd_ms(log: str, mac: str, attempt: Attempt, former: str = "") -> float | None:
    """Return D2 in milliseconds, from the hostapd log of the access point that an attempt led to.

    From the first authentication frame of the client that hostapd heard to the fourth EAPOL key message, or with FT,
    which has none, to the connection that follows the reassociation response. Over the DS it begins in the log of the
    `former` access point, with the client's request, and ends when that response was sent. None where the logs have not
    both.
    """
    if attempt.ended is None:
        return None
    first, last = attempt.began, attempt.ended + _SETTLED_S
    where, begins = log, f"authentication: STA={mac} "
    ends = [f"EAPOL-4WAY-HS-COMPLETED {mac}", f"AP-STA-CONNECTED {mac}"]
    if attempt.kind is Kind.FT_DS:
        where, begins = former, f"FT: Received FT Action frame (STA={mac} Target AP={attempt.bssid} Action=1)"
        ends = [f"STA {mac} IEEE 802.11: associated"]
    heard = next((at for at, text in stamped(where) if first <= at <= last and text.startswith(begins)), None)
    if heard is None:
        return None
    came = next((at for at, text in stamped(log) if heard <= at <= last and any(end in text for end in ends)), None)
    return None if came is None else round((came - heard) * 1000, 1)


def steering_answer(log: str, mac: str, span: tuple[float, float]) -> tuple[int, str] | None:
    """Return what a client answered a wish to go elsewhere, from its hostapd's log: the status, and where it will go.

    Status 0 is consent (IEEE 802.11-2020 table 9-428). None: no answer.
    """
    first, last = span
    for at, text in stamped(log):
        if first <= at <= last and (answer := _ANSWER.search(text)) and answer[1] == mac:
            return int(answer[2]), answer[3] or ""
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
