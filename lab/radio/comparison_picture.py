"""Two runs as a picture: each step twice, before and after, on one scale. Nothing is said by colour alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from lab.radio.comparison import Change
from lab.radio.sheet import Scale, Sheet
from lab.radio.timeline import PATTERNS, WORDS, phase_bars, phase_legend

if TYPE_CHECKING:
    from lab.radio.comparison import Comparison, Pair
    from lab.radio.kept import KeptRoam

_LEFT, _KIND, _BARS, _FIGURES, _RIGHT = 20, 356, 560, 912, 1060
_ROW, _BETWEEN = 20, 12


def draw_comparison(comparison: Comparison, names: tuple[str, str]) -> str:
    """Draw two runs as SVG; `names` are what the one before and the one after are called."""
    scenario = comparison.before.scenario
    sheet = Sheet(f"{scenario}, before and after", f"before: {names[0]}; after: {names[1]}", PATTERNS)
    _head(sheet, comparison, names)
    sheet.y += 34
    unit = "ms, emulated" if comparison.before.emulated and comparison.after.emulated else "ms"
    sheet.text(_LEFT, sheet.y, f"Each step, in {unit}, from the client's first frame to its new access point", "head")
    sheet.y += 20
    phase_legend(sheet, _LEFT)
    ends = [end for pair in comparison.pairs for end in (*_ends(pair.before), *_ends(pair.after))]
    x = Scale(0, max([1.0, *ends]), _BARS, _FIGURES - 12)
    top = sheet.y + 8
    grid = ET.SubElement(sheet.root, "path", {"class": "grid"})
    for pair in comparison.pairs:
        _pair(sheet, x, pair)
    bottom = sheet.y + 8
    grid.set("d", "".join(f"M{x(at):g} {top:g}V{bottom:g}" for at in x.ticks()))
    for at in x.ticks():
        sheet.text(x(at), bottom + 13, f"{at:g}", "small mid")
    sheet.text(_FIGURES, bottom + 13, unit, "small")
    sheet.y = bottom + 14
    return sheet.done()


_LABELS: Final = ("before", "after")


def _head(sheet: Sheet, comparison: Comparison, names: tuple[str, str]) -> None:
    sheet.text(_LEFT, 32, f"radio {comparison.before.scenario}, before and after", "title")
    sheet.y = 52
    for label, name in zip(_LABELS, names, strict=True):
        sheet.text(_LEFT, sheet.y, f"{label}: {name}", room=_RIGHT - _LEFT)
        sheet.y += 17
    if not comparison.timed:
        sheet.text(_LEFT, sheet.y, "One run was emulated, the other was not: their times do not compare.", "told")
        sheet.y += 17
    elif comparison.before.emulated:
        sheet.text(_LEFT, sheet.y, "Emulated: the times compare with one another, not with those of real radios.")
        sheet.y += 17
    worse = len(comparison.worse)
    sheet.text(_LEFT, sheet.y, f"{worse} of {len(comparison.pairs)} steps became worse", "told" if worse else "")


def _pair(sheet: Sheet, x: Scale, pair: Pair) -> None:
    sheet.y += _ROW + _BETWEEN
    way = f"{pair.before.start} → {pair.before.to}" if pair.before.start else f"→ {pair.before.to}"
    sheet.text(_LEFT + 18, sheet.y, str(pair.number), "end")
    sheet.text(_LEFT + 26, sheet.y, pair.before.client, room=70)
    sheet.text(_LEFT + 98, sheet.y, way, room=_KIND - _LEFT - 102)
    _run(sheet, x, "before", pair.before)
    sheet.y += _ROW
    if pair.change is not Change.SAME:
        words = pair.change.upper() if pair.change is Change.WORSE else pair.change.value
        sheet.text(_LEFT + 26, sheet.y, words, "told" if pair.change is Change.WORSE else "")
    _run(sheet, x, "after", pair.after)


def _run(sheet: Sheet, x: Scale, label: str, roam: KeptRoam) -> None:
    kind = WORDS[roam.kind] if roam.passed else f"{WORDS[roam.kind]}: FAIL"
    sheet.text(_KIND, sheet.y, label, "small")
    sheet.text(_KIND + 46, sheet.y, kind, "" if roam.passed else "told", room=_BARS - _KIND - 50)
    phase_bars(sheet, (x, sheet.y - 4), roam.d2_ms, roam.spans)
    figures = {"D1": roam.d1_ms, "D2": roam.d2_ms}
    sheet.text(_FIGURES, sheet.y, ", ".join(f"{name} {ms:.1f}" for name, ms in figures.items() if ms is not None))


def _ends(roam: KeptRoam) -> tuple[float, ...]:
    """Return where the bars of a step end, in ms."""
    phases = (began + ms for began, ms in roam.spans.values())
    return (*phases, *(() if roam.d2_ms is None else (roam.d2_ms,)))
