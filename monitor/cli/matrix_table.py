"""The matrix for eyes: rows are where people are, columns where they come from; below it the reasons in words.

A state is told by a symbol and by a colour, never by a colour alone. On a narrow terminal names of columns become three
letters, then seconds are left out, then the columns go on below each other.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import TYPE_CHECKING, Final, TypeAlias

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from monitor.metrics import SLOW_S, PairState, Picture, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

SYMBOLS: Final = {Status.UP: "✓", Status.SLOW: "!", Status.DOWN: "✗", Status.STALE: "~", Status.UNKNOWN: "?"}
STYLES: Final = {
    Status.UP: "green",
    Status.SLOW: "yellow",
    Status.DOWN: "bold red",
    Status.STALE: "magenta",
    Status.UNKNOWN: "dim",
}
_MEANINGS: Final = {
    Status.UP: "gets in",
    Status.SLOW: f"took longer than {SLOW_S:g} s",
    Status.DOWN: "does not get in",
    Status.STALE: "too old to go by",
    Status.UNKNOWN: "not known",
}
_CORNER: Final = "at \\ of"
_LETTERS: Final = 3
_REASONS: Final = 20
"""Lines of reasons; what is more is counted."""
_NAMED: Final = 4
_TOLD: Final = (Status.UP, Status.SLOW, Status.DOWN)
"""What a fresh probe said."""

_FEW: Final = 2
"""With so few pairs away from home, a home and a visited borough are the same thing."""

_ENDS: Final = (
    (1, "people of {} get in nowhere", "people of {} get in nowhere else"),
    (0, "nobody gets in at {}", "nobody else gets in at {}"),
)
"""Which end of a pair, and what to say when all its pairs are down: its own with them, or not."""

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400


Pair: TypeAlias = "tuple[str, str]"


@dataclass(frozen=True, slots=True)
class _Look:
    """A way to draw cells: how wide a column is at least, and whether its name is short or stands upright."""

    cell: Callable[[PairState], str]
    width: int
    padding: int
    short: bool = False
    upright: bool = False

    def columns_width(self, homes: Iterable[str]) -> int:
        """Return how wide these columns are."""
        return sum(self.padding + (self.width if self.short else max(self.width, len(home))) for home in homes)


def _long(state: PairState) -> str:
    seconds = f" {state.seconds:.2f}" if _timed(state) else ""
    return SYMBOLS[state.status] + seconds


def _brief(state: PairState) -> str:
    seconds = f"{state.seconds:.1f}"[:3] if _timed(state) else ""
    return SYMBOLS[state.status] + seconds


def _symbol(state: PairState) -> str:
    return SYMBOLS[state.status]


def _timed(state: PairState) -> bool:
    return state.seconds is not None and state.status in (Status.UP, Status.SLOW)


_LOOKS: Final = (
    _Look(_long, width=7, padding=2),
    _Look(_brief, width=4, padding=1, short=True),
    _Look(_symbol, width=1, padding=1, short=True, upright=True),
)


def render(picture: Picture, width: int) -> RenderableType:
    """Return what `roam-monitor matrix` shows on a terminal of this width."""
    if not picture.pairs:
        return Text("no pairs: the monitor knows no borough")
    visited, homes = _ends(picture)
    label = max(len(_CORNER), *map(len, visited))
    look = next((look for look in _LOOKS if label + look.columns_width(homes) <= width), _LOOKS[-1])
    abbreviations = abbreviated(homes) if look.short else {home: home for home in homes}
    tables = [_table(picture, part, look, abbreviations) for part in _parts(homes, look, width - label)]
    legend = [_legend()] + ([_names(abbreviations)] if look.short else [])
    return Group(_total(picture), *tables, *legend, *_said(picture))


def abbreviated(names: Sequence[str]) -> dict[str, str]:
    """Return three letters for each name, all different while there are enough: the first, and two that follow it."""
    found: dict[str, str] = {}
    for name in names:
        letters = "".join(letter for letter in name if letter.isalnum()).ljust(_LETTERS, "·")
        choices = ("".join((letters[0], *two)) for two in combinations(letters[1:], 2))
        numbered = (f"{letters[0]}{number:02d}" for number in range(100))
        taken = set(found.values())
        found[name] = next((one for one in (*choices, *numbered) if one not in taken), letters[:_LETTERS])
    return found


def _ends(picture: Picture) -> tuple[list[str], list[str]]:
    return list(dict.fromkeys(v for v, _ in picture.pairs)), list(dict.fromkeys(h for _, h in picture.pairs))


def _parts(homes: list[str], look: _Look, room: int) -> Iterator[list[str]]:
    """Yield the homes in as many groups as it takes to fit them."""
    part: list[str] = []
    for home in homes:
        if part and look.columns_width([*part, home]) > room:
            yield part
            part = []
        part.append(home)
    yield part


def _table(picture: Picture, homes: list[str], look: _Look, abbreviations: dict[str, str]) -> Table:
    table = Table(box=None, padding=(0, 0, 0, look.padding), pad_edge=False, header_style="")
    table.add_column(_CORNER, no_wrap=True, vertical="bottom")
    for home in homes:
        name = abbreviations[home]
        table.add_column("\n".join(name) if look.upright else name, no_wrap=True, min_width=look.width)
    for visited in _ends(picture)[0]:
        table.add_row(visited, *(_cell(picture.pairs.get((visited, home)), look) for home in homes))
    return table


def _cell(state: PairState | None, look: _Look) -> Text:
    return Text(look.cell(state), style=STYLES[state.status]) if state else Text("")


def _total(picture: Picture) -> Text:
    counts = Counter(state.status for state in picture.pairs.values())
    works = counts[Status.UP] + counts[Status.SLOW]
    others = [f"{counts[one]} {one.value}" for one in Status if one is not Status.UP and counts[one]]
    moment = datetime.fromtimestamp(picture.at).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")
    text = f"{works} of {len(picture.pairs)} pairs get in at {moment}" + (f": {', '.join(others)}" if others else "")
    return Text(text, style="bold red" if counts[Status.DOWN] else "bold")


def _legend() -> Text:
    parts = [Text(f"{SYMBOLS[one]} {_MEANINGS[one]}", style=STYLES[one]) for one in Status]
    return Text("   ").join([*parts, Text("numbers are seconds")])


def _names(abbreviations: dict[str, str]) -> Text:
    return Text("   ".join(f"{short} {name}" for name, short in abbreviations.items()), style="dim")


def _said(picture: Picture) -> list[Text]:
    """Say what is wrong, whole boroughs before single pairs; each pair once."""
    lines = [*_down(picture), *_slow(picture), *_old(picture)]
    more = len(lines) - _REASONS
    return lines[:_REASONS] + ([Text(f"… and {more} more lines: use --limit or --home")] if more > 0 else [])


def _down(picture: Picture) -> Iterator[Text]:
    told = {pair: state for pair, state in picture.pairs.items() if state.status in _TOLD}
    failing = {pair: state for pair, state in told.items() if state.status is Status.DOWN}
    untold = dict(failing)
    for words, pairs in _whole(told, failing):
        if any(pair in untold for pair in pairs):
            states = [state for pair, state in failing.items() if pair in pairs]
            untold = {pair: state for pair, state in untold.items() if pair not in pairs}
            yield _line(Status.DOWN, f"{words} ({len(states)} pairs): {_why(states, picture.at)}")
    for (visited, home), state in untold.items():
        yield _line(Status.DOWN, f"people of {home} at {visited}: {_why([state], picture.at)}")


def _whole(told: Mapping[Pair, PairState], failing: Mapping[Pair, PairState]) -> Iterator[tuple[str, set[Pair]]]:
    """Yield what fails as a whole, the greatest first: everybody away from home, a home, a visited borough."""
    away = {pair for pair in told if pair[0] != pair[1]}
    if len(away) > _FEW and away <= failing.keys():
        yield "nobody gets in away from home", away
    for end, everywhere, elsewhere in _ENDS:
        for name in dict.fromkeys(pair[end] for pair in failing):
            others, own = {pair for pair in away if pair[end] == name}, (name, name)
            if len(others) > 1 and others <= failing.keys():
                words = elsewhere if own in told.keys() - failing.keys() else everywhere
                yield words.format(name), others | ({own} & failing.keys())


def _why(states: Sequence[PairState], now: float) -> str:
    """Return the commonest sentence, for how long, and when one last got in."""
    ((said, _),) = Counter(state.sentence or state.reason or "for no known reason" for state in states).most_common(1)
    parts = [said]
    since = [state.since for state in states if state.since is not None]
    if since:
        parts.append(f"for {_spell(now - min(since))}")
    worked = [state.success_at for state in states if state.success_at is not None]
    parts.append(f"last got in {_spell(now - max(worked))} ago" if worked else "never seen to get in")
    return "; ".join(parts)


def _slow(picture: Picture) -> Iterator[Text]:
    slow: dict[str, list[tuple[str, float]]] = {}
    for (visited, home), state in picture.pairs.items():
        if state.status is Status.SLOW and state.seconds is not None:
            slow.setdefault(home, []).append((visited, state.seconds))
    for home, seen in slow.items():
        worst = max(seconds for _, seconds in seen)
        yield _line(Status.SLOW, f"people of {home} wait up to {worst:.1f} s at {_list([name for name, _ in seen])}")


def _old(picture: Picture) -> Iterator[Text]:
    for status, words in ((Status.STALE, "no new result"), (Status.UNKNOWN, "no result yet")):
        for visited in _ends(picture)[0]:
            found = {home: s for (v, home), s in picture.pairs.items() if v == visited and s.status is status}
            if found:
                moments = [state.at for state in found.values() if state.at is not None]
                age = f" for {_spell(picture.at - min(moments))}" if moments else ""
                yield _line(status, f"{words} from {visited}{age}, for people of {_list(list(found))}")


def _line(status: Status, text: str) -> Text:
    """Return a line of reasons; what came from elsewhere may not steer the terminal."""
    printable = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return Text(f"{SYMBOLS[status]} {printable}", style=STYLES[status])


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _spell(seconds: float) -> str:
    """Spell a span of time in its largest unit; one that has not begun is none."""
    whole = max(0, int(seconds))
    for size, unit in ((_DAY_S, "d"), (_HOUR_S, "h"), (_MINUTE_S, "min")):
        if whole >= 2 * size:
            return f"{whole // size} {unit}"
    return f"{whole} s"
