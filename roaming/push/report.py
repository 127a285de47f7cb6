"""The account of a run: Markdown fit for a change ticket, and a line per wave for the terminal."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from roaming.push.states import GOOD, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from roaming.push.states import State

_INLINE: Final = re.compile(r"([\\`*_\[\]<>|~&$]|:(?=//)|(?<=www)\.)")
_BLOCK: Final = re.compile(r"^([#+=-]|[0-9]{1,9}(?=[.)]( |$)))")
_COLUMNS: Final = ("device", "outcome", "states", "seconds", "files", "lines", "outage", "backup", "words")


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """What became of one device. `backup` is the sha256 of its encrypted backup; None is none."""

    device: str
    outcome: Outcome
    states: tuple[State, ...] = ()
    seconds: float | None = None
    files: int = 0
    lines: int | None = None
    outage: str = ""
    backup: str | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class WaveRecord:
    """One wave, also one that was not begun; `began` is None then."""

    name: str
    kind: str
    devices: tuple[DeviceRecord, ...]
    began: datetime | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run, whole. `apart` are devices that stand in no wave: they could not be read."""

    run: str
    began: datetime
    ended: datetime | None
    user: str
    inventory: str
    plan: str
    waves: tuple[WaveRecord, ...]
    apart: tuple[DeviceRecord, ...] = ()
    ticket: str | None = None
    approvers: tuple[str, ...] = ()
    limit: str | None = None
    stopped: str | None = None
    effects: tuple[str, ...] = ()
    rehearsals: tuple[str, ...] = ()

    @property
    def devices(self) -> tuple[DeviceRecord, ...]:
        """Every device of the run."""
        return (*self.apart, *(device for wave in self.waves for device in wave.devices))


def markdown(run: RunRecord) -> str:
    """Return the run as Markdown (GitHub's, with tables); no word of a device becomes Markdown."""
    parts = [f"# Change report: run {escape(run.run)}", _head(run), f"**{escape(_result(run))}**"]
    if run.effects:
        parts += ["## What people notice", "\n".join(f"- {escape(one)}" for one in run.effects)]
    for wave in run.waves:
        parts += [f"## Wave {escape(wave.name)}", escape(wave_summary(wave)), _table(wave.devices)]
    if run.apart:
        parts += ["## Not read, not touched", _table(run.apart)]
    parts += ["## How to take it back", *_way_back(run)]
    return "\n\n".join(parts) + "\n"


def wave_summary(wave: WaveRecord) -> str:
    """Return one line about a wave: its name, its kind, how many ended how, and how long it took."""
    counts = Counter(one.outcome for one in wave.devices)
    how = ", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome])
    time = "" if wave.seconds is None else f" in {_seconds(wave.seconds)}"
    bad = [one.device for one in wave.devices if one.outcome not in GOOD]
    names = f" ({', '.join(bad)})" if bad and wave.began is not None else ""
    return f"wave {wave.name}, {wave.kind}: {how or 'no device'}{time}{names}"


def escape(text: str) -> str:
    """Return a text as one line of Markdown that shows it, whatever stands in it: no markup, no end of a cell."""
    line = " ".join(text.split())
    shown = "".join(part if part.isprintable() else f"\\u{ord(part):04x}" for part in line)
    inline = _INLINE.sub(r"\\\1", shown)
    return _BLOCK.sub(lambda found: f"\\{found[0]}" if not found[0].isdigit() else f"{found[0]}\\", inline)


def _head(run: RunRecord) -> str:
    rows = [
        ("when", f"{run.began:%Y-%m-%d %H:%M:%S %Z} to {'(cut short)' if run.ended is None else _clock(run.ended)}"),
        ("by", run.user),
        ("ticket", run.ticket or "none"),
        ("approved by", ", ".join(run.approvers) or "nobody"),
        ("limit", run.limit or "none: every device"),
        ("inventory", run.inventory),
        ("plan", run.plan),
        *(("rehearsal", one) for one in run.rehearsals),
    ]
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {escape(value)} |" for name, value in rows)])


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M:%S %Z}"


def _result(run: RunRecord) -> str:
    devices = run.devices
    good = sum(one.outcome in GOOD for one in devices)
    sentence = f"{good} of {len(devices)} devices are as the inventory says"
    return f"{sentence}; stopped: {run.stopped}" if run.stopped else sentence


def _table(devices: tuple[DeviceRecord, ...]) -> str:
    head = [f"| {' | '.join(_COLUMNS)} |", f"|{'---|' * len(_COLUMNS)}"]
    return "\n".join([*head, *(f"| {' | '.join(_cells(one))} |" for one in devices)])


def _cells(one: DeviceRecord) -> Iterator[str]:
    values = (
        one.device,
        one.outcome.value,
        ", ".join(one.states),
        "" if one.seconds is None else f"{one.seconds:.1f}",
        str(one.files),
        "" if one.lines is None else str(one.lines),
        one.outage,
        one.backup or "",
        one.words,
    )
    return map(escape, values)


def _way_back(run: RunRecord) -> Iterator[str]:
    if any(one.outcome is Outcome.CHANGED for one in run.devices):
        yield f"`roam rollback {run.run}` brings what the changed devices ran before back, from their backups."
    else:
        yield "Nothing was changed, so nothing is to be taken back."
    lost = [one.device for one in run.devices if one.outcome is Outcome.UNKNOWN]
    if lost:
        yield f"See to these by hand first, nobody can say what they run: {escape(', '.join(lost))}."


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s"
