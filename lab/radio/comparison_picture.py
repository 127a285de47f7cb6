"""Two runs as a picture: each step twice, before and after, on the same scales. Nothing is said by colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lab.radio.comparison import Change
from lab.radio.sheet import Scale, Sheet
from lab.radio.timeline import EMULATED, PATTERNS, WORDS, phase_bars, phase_legend, way

if TYPE_CHECKING:
    from lab.radio.comparison import Comparison, Pair
    from lab.radio.kept import KeptRoam

_LEFT, _KIND, _RIGHT = 20, 340, 1060
# From where to where the bars of each figure reach; its number stands behind them.
_D2, _D1 = (536, 740), (826, 1010)
_ROW, _BETWEEN = 20, 12
_GAP: Final = "#dde3e7"


@dataclass(frozen=True, slots=True)
class _Axes:
    d2: Scale
    d1: Scale


def draw_comparison(comparison: Comparison, names: tuple[str, str]) -> str:
    """Draw two runs as SVG; `names` are what the one before and the one after are called."""
    scenario = comparison.before.scenario
    sheet = Sheet(f"{scenario}, before and after", f"before: {names[0]}; after: {names[1]}", PATTERNS)
    _head(sheet, comparison, names)
    sheet.y += 30
    phase_legend(sheet, _LEFT)
    sheet.y += 30
    sheet.text(_D2[0], sheet.y, f"D2, reassociation ({comparison.unit})", "small")
    sheet.text(_D1[0], sheet.y, f"D1, what a caller misses ({comparison.unit})", "small")
    axes = _axes(comparison)
    with sheet.ruled(axes.d2, axes.d1):
        for pair in comparison.pairs:
            _pair(sheet, axes, pair)
    sheet.y += 1
    return sheet.done()


def _axes(comparison: Comparison) -> _Axes:
    roams = [roam for pair in comparison.pairs for roam in (pair.before, pair.after)]
    ends = [began + ms for roam in roams for began, ms in roam.spans.values()]
    d2 = [*ends, *(roam.d2_ms for roam in roams if roam.d2_ms is not None)]
    d1 = [roam.d1_ms for roam in roams if roam.d1_ms is not None]
    return _Axes(Scale(0, max([1.0, *d2]), *_D2), Scale(0, max([1.0, *d1]), *_D1))


def _head(sheet: Sheet, comparison: Comparison, names: tuple[str, str]) -> None:
    sheet.text(_LEFT, 32, f"radio {comparison.before.scenario}, before and after", "title")
    sheet.y = 52
    for label, name in zip(("before", "after"), names, strict=True):
        sheet.text(_LEFT, sheet.y, f"{label}: {name}", room=_RIGHT - _LEFT)
        sheet.y += 17
    if not comparison.timed:
        sheet.text(_LEFT, sheet.y, "One run was emulated, the other was not: their times do not compare.", "told")
        sheet.y += 17
    elif comparison.before.emulated:
        sheet.text(_LEFT, sheet.y, EMULATED)
        sheet.y += 17
    worse = len(comparison.worse)
    sheet.text(_LEFT, sheet.y, f"{worse} of {len(comparison.pairs)} steps became worse", "told" if worse else "")


def _pair(sheet: Sheet, axes: _Axes, pair: Pair) -> None:
    sheet.y += _ROW + _BETWEEN
    sheet.text(_LEFT + 18, sheet.y, str(pair.number), "end")
    sheet.text(_LEFT + 26, sheet.y, pair.before.client, room=66)
    sheet.text(_LEFT + 94, sheet.y, way(pair.before.start, pair.before.to), room=_KIND - _LEFT - 98)
    _run(sheet, axes, "before", pair.before)
    sheet.y += _ROW
    if pair.change is not Change.SAME:
        sheet.text(_LEFT + 26, sheet.y, pair.change.shown, "told" if pair.change is Change.WORSE else "")
    _run(sheet, axes, "after", pair.after)


def _run(sheet: Sheet, axes: _Axes, label: str, roam: KeptRoam) -> None:
    kind = WORDS[roam.kind] if roam.passed else f"{WORDS[roam.kind]}: FAIL"
    sheet.text(_KIND, sheet.y, label, "small")
    sheet.text(_KIND + 46, sheet.y, kind, "" if roam.passed else "told", room=_D2[0] - _KIND - 50)
    phase_bars(sheet, (axes.d2, sheet.y - 4), roam.d2_ms, roam.spans)
    if roam.d2_ms is not None:
        sheet.text(axes.d2(roam.d2_ms) + 5, sheet.y, f"{roam.d2_ms:.1f}")
    if roam.d1_ms is not None:
        sheet.box((axes.d1(0), axes.d1(roam.d1_ms)), (sheet.y - 10, 12), class_="phase", fill=_GAP)
        sheet.text(axes.d1(roam.d1_ms) + 5, sheet.y, f"{roam.d1_ms:.1f}")
