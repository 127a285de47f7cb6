"""A walk as a picture: which client was at which access point when, and each roam with its phases.

Nothing is said by colour alone.
"""

from __future__ import annotations

import textwrap
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from lab.radio.air import began
from lab.radio.journal import read_stays
from lab.radio.scenario import Kind
from lab.radio.sheet import LETTER, Scale, Sheet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lab.radio.journal import Stay
    from lab.radio.plan import Plan
    from lab.radio.verdict import Judgement, Roam

WORDS: Final = {
    Kind.INITIAL: "first association",
    Kind.FT_AIR: "FT over the air",
    Kind.FT_DS: "FT over the DS",
    Kind.PMK_CACHED: "cached PMK",
    Kind.FULL_EAP: "full EAP",
    Kind.FAILED: "failed",
}
EMULATED: Final = "Emulated: the times compare with one another, not with those of real radios."
# Beside "steered" there is no room for more.
_STEERED: Final = {Kind.FT_AIR: "FT air"}
PHASES: Final = {
    "auth": "authentication",
    "reassoc": "(re)association",
    "eap": "EAP",
    "four_way": "four-way handshake",
}
# Pairs of ground and mark, which tell the phases apart without colour.
PATTERNS: Final = {
    "auth": ("#33415c", ""),
    "reassoc": ("#fff", "M0 2h6"),
    "eap": ("#fdf3d8", "M0 6L6 0"),
    "four_way": ("#9fb3c8", "M3 0v6"),
}
_LEFT, _RIGHT, _LANES = 20, 1060, 190
_BARS, _FIGURES = 548, 900
_ROW: Final = 22
# Pairs of ground and ink; ink is dark enough for print, and each owner's rows bear its name.
_OWNERS: Final = (
    ("#d6e4f5", "#33415c"),
    ("#fdf3d8", "#7a5c00"),
    ("#d3ecdf", "#0b6b4f"),
    ("#ffdcc4", "#a63c00"),
    ("#ead9f2", "#5b2a86"),
    ("#dde3e7", "#4d5b66"),
)


def draw(plan: Plan, judgement: Judgement, span: tuple[float, float], logs: Mapping[str, str]) -> str:
    """Draw a walk as SVG; `span` is when its first step began and its last one ended, by the guest's clock."""
    sheet = Sheet(f"The walk of {judgement.scenario}", plan.scenario.about, PATTERNS)
    _head(sheet, plan, judgement)
    known = {station.bssid for station in plan.stations}
    stays = {
        name: [one for one in read_stays(logs.get(f"{name}.wpa_supplicant.log", "")) if one.bssid in known]
        for name in plan.macs
    }
    _Lanes(sheet, plan, judgement.roams, span).draw(stays)
    _roams(sheet, judgement)
    return sheet.done()


def _head(sheet: Sheet, plan: Plan, judgement: Judgement) -> None:
    sheet.text(_LEFT, 32, f"radio {judgement.scenario}", "title")
    sheet.y = 52
    for line in textwrap.wrap(plan.scenario.about, 140):
        sheet.text(_LEFT, sheet.y, line)
        sheet.y += 17
    if judgement.emulated:
        sheet.text(_LEFT, sheet.y, EMULATED, "told")
        sheet.y += 17
    if judgement.supposed:
        sheet.text(_LEFT, sheet.y, f"As if the inventory said: {', '.join(judgement.supposed)}", "told")
        sheet.y += 17
    passed = sum(roam.passed for roam in judgement.roams)
    sheet.text(_LEFT, sheet.y, f"{passed} of {len(judgement.roams)} steps as expected", "")
    sheet.y += 8


class _Lanes:
    """One lane for each client, with a row for each access point that it was at or was sent to."""

    def __init__(self, sheet: Sheet, plan: Plan, roams: Sequence[Roam], span: tuple[float, float]) -> None:
        self.sheet = sheet
        self.plan = plan
        self.roams = list(enumerate(roams, 1))
        self.start, self.end = span
        self.x = Scale(0, max(self.end - self.start, 1.0), _LANES, _RIGHT)
        owners = dict.fromkeys(station.owner for station in plan.stations)
        self.looks = {owner: _OWNERS[number % len(_OWNERS)] for number, owner in enumerate(owners)}

    def draw(self, stays: Mapping[str, Sequence[Stay]]) -> None:
        self._legend()
        with self.sheet.ruled(self.x, unit=" s", above=0, below=4):
            for client in self.plan.scenario.clients:
                self._lane(client.name, client.home, stays[client.name])
        self.sheet.y += 3

    def _legend(self) -> None:
        self.sheet.y += 26
        self.sheet.text(_LEFT, self.sheet.y, "Where each client was", "head")
        x = _LANES + 50.0
        for owner, (ground, ink) in self.looks.items():
            words = f"access point of {owner}"
            self.sheet.box((x, x + 22), (self.sheet.y - 11, 13), fill=ground, stroke=ink)
            self.sheet.text(x + 28, self.sheet.y, words)
            x += 28 + len(words) * LETTER + 24
        self.sheet.y += 8

    def _lane(self, client: str, home: str, stays: Sequence[Stay]) -> None:
        own = [(number, roam) for number, roam in self.roams if roam.client == client]
        names = {roam.to for _, roam in own} | {self.plan.at(stay.bssid) for stay in stays}
        rows = [station for station in self.plan.stations if station.name in names]
        self.sheet.y += 20
        self.sheet.text(_LEFT, self.sheet.y, f"{client}, of {home}", "head", room=_LANES - _LEFT)
        top = self.sheet.y + 6
        middle = {station.name: top + _ROW * (number + 0.5) for number, station in enumerate(rows)}
        for station in rows:
            self.sheet.text(_LEFT + 10, middle[station.name] + 4, station.name, room=_LANES - _LEFT - 14)
            self.sheet.path(f"M{_LANES} {middle[station.name]:g}H{_RIGHT}", "grid")
        self._ways(stays, middle)
        for stay in stays:
            self._stay(stay, middle)
        for number, roam in own:
            self._number(number, roam, middle[roam.to])
        self.sheet.y = top + _ROW * len(rows)

    def _ways(self, stays: Sequence[Stay], middle: Mapping[str, float]) -> None:
        for before, after in pairwise(stays):
            here, there = middle[self.plan.at(before.bssid)], middle[self.plan.at(after.bssid)]
            left, came = self.x(self._at(before.ended)), self.x(self._at(after.began))
            self.sheet.path(f"M{left:g} {here:g}L{came:g} {there:g}", "way")

    def _stay(self, stay: Stay, middle: Mapping[str, float]) -> None:
        name = self.plan.at(stay.bssid)
        ground, ink = self.looks[self.plan.station(name).owner]
        began, ended = self._at(stay.began), self._at(stay.ended)
        about = f"{name}, {began:.2f} to {ended:.2f} s"
        self.sheet.box((self.x(began), self.x(ended)), (middle[name] - 7, 14), about, fill=ground, stroke=ink)

    def _number(self, number: int, roam: Roam, y: float) -> None:
        at = roam.attempt and (roam.attempt.ended if roam.kind is not Kind.FAILED else roam.attempt.began)
        x = self.x(self._at(at)) if at else _RIGHT
        words = f"{number}" if roam.passed else f"{number} FAIL"
        # Where it has no room at the end of the walk, it stands before.
        x, anchor = (x - 4, "end") if x + len(words) * LETTER > _RIGHT else (x + 4, "")
        self.sheet.text(x, y + 4, words, anchor if roam.passed else f"told {anchor}".strip())

    def _at(self, moment: float | None) -> float:
        """Return a moment in seconds of the walk, within it; None is its end."""
        return min(max((self.end if moment is None else moment) - self.start, 0), self.x.last)


def _roams(sheet: Sheet, judgement: Judgement) -> None:
    ms = "ms, emulated" if judgement.emulated else "ms"
    sheet.y += 34
    sheet.text(_LEFT, sheet.y, f"Each roam, in {ms}, from the client's first frame to its new access point", "head")
    sheet.y += 20
    _legend(sheet)
    spans = [span for roam in judgement.roams if (span := _logged(roam))]
    x = Scale(min([0, *(span[0] for span in spans)]), max([1, *(span[1] for span in spans)]), _BARS, _FIGURES - 12)
    with sheet.ruled(x):
        for number, roam in enumerate(judgement.roams, 1):
            sheet.y += _ROW
            _row(sheet, number, roam)
            _bars(sheet, x, roam)
    sheet.text(_FIGURES, sheet.y, ms, "small")
    sheet.y += 1
    _faults(sheet, judgement)


def _faults(sheet: Sheet, judgement: Judgement) -> None:
    for number, roam in enumerate(judgement.roams, 1):
        if roam.mishaps:
            sheet.y += 18
            sheet.text(_LEFT, sheet.y, f"before {number}: {', '.join(roam.mishaps)}", room=_RIGHT - _LEFT)
        for fault in roam.faults:
            for line in textwrap.wrap(f"{number} FAIL {fault}", 140):
                sheet.y += 18
                sheet.text(_LEFT, sheet.y, line, "told")


def phase_legend(sheet: Sheet, x: float) -> float:
    """Say which mark is which phase, from `x` on; returns where it ends."""
    for name, words in PHASES.items():
        sheet.box((x, x + 22), (sheet.y - 10, 11), class_="phase", fill=f"url(#{name})")
        sheet.text(x + 28, sheet.y, words)
        x += 28 + len(words) * LETTER + 22
    sheet.box((x, x + 22), (sheet.y - 10, 11), class_="d2")
    sheet.text(x + 28, sheet.y, "D2, waiting included")
    return x + 28 + 20 * LETTER + 22


def _legend(sheet: Sheet) -> None:
    x = phase_legend(sheet, _LEFT)
    sheet.path(_bracket(x, x + 22, sheet.y - 4), "log")
    sheet.text(x + 28, sheet.y, "wpa_supplicant's log: trying, to connected")


def _row(sheet: Sheet, number: int, roam: Roam) -> None:
    y = sheet.y
    sheet.text(_LEFT + 18, y, str(number), "end")
    sheet.text(_LEFT + 26, y, roam.client, room=80)
    sheet.text(_LEFT + 108, y, way(roam.start, roam.to), room=264)
    kind = f"{_STEERED.get(roam.kind, WORDS[roam.kind])}, steered" if roam.steered else WORDS[roam.kind]
    sheet.text(_LEFT + 376, y, kind if roam.passed else f"{kind}: FAIL", "" if roam.passed else "told", room=150)
    figures = {"D1": roam.d1_ms, "D2": roam.d2_ms}
    sheet.text(_FIGURES, y, ", ".join(f"{name} {ms:.1f}" for name, ms in figures.items() if ms is not None))


def way(start: str | None, to: str) -> str:
    """Say from where to where a step leads; a first step has no start."""
    return f"{start} → {to}" if start else f"→ {to}"


def _bars(sheet: Sheet, x: Scale, roam: Roam) -> None:
    middle = sheet.y - 4
    if span := _logged(roam):
        sheet.path(_bracket(x(span[0]), x(span[1]), middle), "log")
    if roam.air is None:
        return
    spans = {name: (roam.air.offsets[name], ms) for name, ms in roam.air.phases.items()}
    phase_bars(sheet, (x, middle), roam.air.d2_ms, spans)


def phase_bars(
    sheet: Sheet, at: tuple[Scale, float], d2_ms: float | None, spans: Mapping[str, tuple[float, float]]
) -> None:
    """Draw D2 of a roam and its phases, each with when it began and how long it was, in ms; `at` is a scale and a y."""
    x, middle = at
    if d2_ms is not None:
        sheet.box((x(0), x(d2_ms)), (middle - 6, 12), f"D2 {d2_ms:.1f} ms", class_="d2")
    for name in PHASES:
        if name in spans:
            began, ms = spans[name]
            ends = (x(began), x(began + ms))
            sheet.box(ends, (middle - 6, 12), f"{PHASES[name]} {ms:.1f} ms", class_="phase", fill=f"url(#{name})")


def _bracket(first: float, last: float, y: float) -> str:
    return f"M{first:g} {y - 4:g}v8m0 -4H{last:g}m0 -4v8"


def _logged(roam: Roam) -> tuple[float, float] | None:
    """Return the log's interval in ms from the first captured frame."""
    if roam.attempt is None or roam.attempt.ended is None or roam.air is None:
        return None
    start = began(roam.air)
    return (roam.attempt.began - start) * 1000, (roam.attempt.ended - start) * 1000
