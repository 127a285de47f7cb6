"""What is known of the pairs in a small file, so that a restart forgets nothing. It names boroughs and no person."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Final

from monitor import json_file
from monitor.metrics.matrix import Cell, Conclusion
from monitor.metrics.wire import finite
from monitor.sample import Collector, Failure, failed

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.metrics.matrix import Pair
    from monitor.metrics.state import State

_VERSION: Final = 2
_NUMBERS: Final = ("at", "since", "success_at", "seconds")
_TEXTS: Final = ("reason", "sentence", "path")


@dataclass(frozen=True, slots=True)
class PairsFile:
    """The file. What goes wrong with it is counted, and stops nothing."""

    path: Path
    _one_at_a_time: Lock = field(default_factory=Lock, repr=False, compare=False)

    def load(self, state: State) -> None:
        """Give the state what was known; a file that cannot be read is passed over."""
        try:
            state.restore(parse(self.path.read_text()))
        except FileNotFoundError:
            return
        except OSError:
            _count(state, Failure.STORAGE)
        except ValueError:
            _count(state, Failure.MALFORMED)

    def save(self, state: State) -> None:
        """Write what is known; the file is the former one or the new one, whatever happens."""
        with self._one_at_a_time:
            try:
                json_file.write(self.path, _document(state.cells()))
            except OSError:
                _count(state, Failure.STORAGE)


def _document(cells: dict[Pair, Cell]) -> object:
    pairs = [{"visited": visited, "home": home, **asdict(cell)} for (visited, home), cell in sorted(cells.items())]
    return {"version": _VERSION, "pairs": pairs}


def parse(text: str) -> dict[Pair, Cell]:
    """Read the text of the file; raises ValueError when it is not what is written."""
    document = json_file.parse(text)
    if not isinstance(document, dict) or document.get("version") != _VERSION:
        message = f"it is not version {_VERSION} of this file"
        raise ValueError(message)
    try:
        return dict(_pair(one) for one in document["pairs"])
    except (KeyError, TypeError, AttributeError) as error:
        message = "its pairs are not as they are written"
        raise ValueError(message) from error


def _pair(one: dict[str, object]) -> tuple[Pair, Cell]:
    at, since, success_at, seconds = (_number(one[name]) for name in _NUMBERS)
    methods = one["methods"]
    if at is None or since is None or not isinstance(methods, dict):
        message = "a pair has no time or no methods"
        raise ValueError(message)
    concluded = {_text(name): _conclusion(method) for name, method in methods.items()}
    return (_text(one["visited"]), _text(one["home"])), Cell(at, since, success_at, seconds, concluded)


def _conclusion(one: dict[str, object]) -> Conclusion:
    at, passed, failures = _number(one["at"]), one["passed"], one["failures"]
    if at is None or finite(failures) is None or type(failures) is not int or not isinstance(passed, bool):
        message = "a method has no time or no result"
        raise ValueError(message)
    reason, sentence, path = (_text(one[name]) for name in _TEXTS)
    return Conclusion(passed, at, failures, reason, sentence, path)


def _number(value: object) -> float | None:
    if value is None:
        return None
    number = finite(value)
    if number is None:
        message = "a number is none"
        raise ValueError(message)
    return number


def _text(value: object) -> str:
    if not isinstance(value, str):
        message = "a text is none"
        raise ValueError(message)  # noqa: TRY004  the file is at fault, not its reader
    return value


def _count(state: State, reason: Failure) -> None:
    state.count(failed(Collector.PROBES, reason))
