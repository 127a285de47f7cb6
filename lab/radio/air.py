"""What the run's own capture of the air tells of each roam, held against what the supplicant logged of it.

The guest has one clock: its kernel stamps the frames of the simulated radios with the clock that its daemons log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lab.errors import GuestError
from lab.radio.scenario import Kind
from monitor.errors import CaptureError
from monitor.passive.captures import Kind as Heard
from monitor.passive.captures import Reading, Roam

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab.radio.journal import Attempt

_SECOND: Final = 1_000_000_000
# Both clocks' readings are cut to microseconds.
_ROUNDED_MS: Final = 0.002
_HEARD: Final = {kind: Heard.INCOMPLETE if kind is Kind.FAILED else Heard(kind.value) for kind in Kind}


@dataclass(frozen=True, slots=True)
class Air:
    """The roams of a capture in the order in which they began, and what was wrong with the capture."""

    roams: tuple[Roam, ...]
    notes: tuple[str, ...] = ()


def read_air(path: Path) -> Air:
    """Read a capture of the air; GuestError when it is none."""
    reading = Reading([path])
    try:
        roams = sorted((one for one in reading.found() if isinstance(one, Roam)), key=lambda one: one.start)
    except CaptureError as error:
        raise GuestError(str(error)) from error
    return Air(tuple(roams), tuple(reading.notes()))


def began(roam: Roam) -> float:
    """Return when a captured roam began, in seconds of the epoch."""
    return roam.start / _SECOND


def beside(air: Air, mac: str, bssid: str, span: tuple[float, float]) -> Roam | None:
    """Return the captured roam of a client to an access point in a span of time: the last that went well, or the last.

    One that was refused and then went another way is two in a capture and one attempt in a log.
    """
    ends = bytes.fromhex(mac.replace(":", "")), bytes.fromhex(bssid.replace(":", ""))
    first, last = span
    found = [one for one in air.roams if (one.client, one.bssid) == ends and first <= began(one) <= last]
    well = [one for one in found if one.kind is not Heard.INCOMPLETE]
    return next(reversed(well or found), None)


def disagreements(where: str, attempt: Attempt, roam: Roam | None, *, back: bool = False) -> Iterator[str]:
    """Say where a capture tells of an attempt something else than the log; `where` begins each sentence.

    The kinds must be one, and D2 lie between "Trying to authenticate" (or "Request over-the-DS") and
    CTRL-EVENT-CONNECTED. `back`: the client was at this access point last, or at none. Whatever is spoken then, it may
    be `initial` in a capture (docs/captures.md).
    """
    if roam is None:
        if attempt.ended is not None:
            yield f"{where}: {attempt.kind} in wpa_supplicant's log, and no roam in the capture"
        return
    if roam.kind != _HEARD[attempt.kind] and not (back and attempt.ended and roam.kind is Heard.INITIAL):
        why = f" ({roam.why})" if roam.why else ""
        yield f"{where}: {roam.kind}{why} in the capture, {attempt.kind} in wpa_supplicant's log"
    elif attempt.ended is not None:
        yield from _outside(where, attempt, attempt.ended, roam)


def _outside(where: str, attempt: Attempt, ended: float, roam: Roam) -> Iterator[str]:
    if roam.d2_ms is None:
        yield f"{where}: no D2, because the capture has not both of its ends"
        return
    early = (attempt.began - began(roam)) * 1000
    late = (began(roam) - ended) * 1000 + roam.d2_ms
    if early > _ROUNDED_MS:
        words = "Request over-the-DS" if attempt.kind is Kind.FT_DS else "Trying to authenticate"
        yield f"{where}: D2 begins {early:.3f} ms before the log's {words}"
    if late > _ROUNDED_MS:
        yield f"{where}: D2 ends {late:.3f} ms after the log's CTRL-EVENT-CONNECTED"
