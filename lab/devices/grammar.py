"""Which lines a Catalyst takes in which mode, read from `commands.txt`; and what is said of a line it does not take.

`commands.txt` is data: one heading a mode, one row a command, in the order in which `show running-config` prints them.
What stands before `=` names the setting, so that a second line with the same words there replaces the first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WORDS: Final = re.compile(r'"[^"]*"|\S+')
_IP: Final = re.compile(r"\d{1,3}(\.\d{1,3}){3}$")
_NUMBER: Final = re.compile(r"-?\d+$")
_MAC: Final = re.compile(r"[0-9a-fA-F]{4}(\.[0-9a-fA-F]{4}){2}$")
_TYPED: Final = re.compile(r"[05-9]$")

# Tokens that stand for a value. `KEY` is a reversible secret, `HASH` an irreversible one, `PSK` a passphrase: each may
# be led by the digit of its type, as in `key 6 …`.
SECRETS: Final = frozenset({"KEY", "HASH", "PSK"})
_REST: Final = frozenset({"LINE"})
_VALUES: Final = {"WORD": re.compile(""), "INT": _NUMBER, "IP": _IP, "MAC": _MAC}

INVALID: Final = "% Invalid input detected at '^' marker."
INCOMPLETE: Final = "% Incomplete command."


@dataclass(frozen=True, slots=True)
class Row:
    """One command. `key` counts the words that name the setting; `mode` is the mode that the command enters.

    `default_on` marks a setting that is on unless its `no` form stands in the configuration.
    """

    tokens: tuple[str, ...]
    key: int
    rank: int
    mode: str | None = None
    default_on: bool = False

    @property
    def secret(self) -> int | None:
        """The place of the secret among the words, or None."""
        return next((place for place, token in enumerate(self.tokens) if token in SECRETS), None)


@dataclass(frozen=True, slots=True)
class Mode:
    """A mode: what the prompt shows, and its commands."""

    name: str
    prompt: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A line that a mode takes, with its keywords written out.

    `partial` says that a `no` named only the setting, `exact` that no keyword was cut short.
    """

    row: Row
    words: tuple[str, ...]
    negated: bool = False
    partial: bool = False
    exact: bool = True

    @property
    def line(self) -> str:
        """The command without its `no`."""
        return " ".join(self.words)

    @property
    def key(self) -> str:
        """The words that name the setting."""
        return " ".join(self.words[: self.row.key])


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that a mode does not take. `column` is where the caret stands under the line, None when there is none."""

    message: str
    column: int | None = None


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int


def words_of(line: str) -> tuple[_Word, ...]:
    """Split a line into words; what stands in double quotes is one."""
    return tuple(_Word(found.group(), found.start()) for found in _WORDS.finditer(line))


def _literal(token: str, word: str) -> tuple[str, bool] | None:
    """Return the keyword that a word is or abbreviates, and whether it is exact."""
    lower = word.lower()
    choices = token.split("|")
    if lower in choices:
        return lower, True
    starts = [choice for choice in choices if choice.startswith(lower)]
    return (starts[0], False) if len(starts) == 1 else None


@dataclass(slots=True)
class _Attempt:
    """How far one row follows a line: `score` ranks attempts, lower is nearer; `done` words were taken."""

    row: Row
    words: list[str]
    score: list[int]
    done: int = 0
    complete: bool = False


def _attempt(row: Row, line: str, words: tuple[_Word, ...]) -> _Attempt:
    """Follow one row along a line."""
    attempt = _Attempt(row, [], [])
    for token in row.tokens:
        if attempt.done >= len(words):
            return attempt
        if not _take(attempt, token, line, words):
            return attempt
    attempt.complete = attempt.done == len(words)
    return attempt


def _take(attempt: _Attempt, token: str, line: str, words: tuple[_Word, ...]) -> bool:
    """Let a token take its words. Return whether it did."""
    word = words[attempt.done]
    if token in _REST:
        attempt.words.append(line[word.start :].rstrip())
        attempt.score.append(3)
        attempt.done = len(words)
        return True
    if token in SECRETS:
        return _take_secret(attempt, words)
    if token in _VALUES:
        if not _VALUES[token].match(word.text):
            return False
        attempt.words.append(word.text)
        attempt.score.append(2)
    else:
        literal = _literal(token, word.text)
        if literal is None:
            return False
        attempt.words.append(literal[0])
        attempt.score.append(0 if literal[1] else 1)
    attempt.done += 1
    return True


def _take_secret(attempt: _Attempt, words: tuple[_Word, ...]) -> bool:
    """Take a secret and the digit of its type, which is 0 when it is left out."""
    rest = [word.text for word in words[attempt.done :]]
    if len(rest) > 1 and _TYPED.match(rest[0]):
        attempt.words += rest[:2]
        attempt.done += 2
    else:
        attempt.words += ["0", rest[0]]
        attempt.done += 1
    attempt.score.append(2)
    return True


def _choose(attempts: list[_Attempt], text: str) -> Match | Refusal | None:
    """Return the nearest complete attempt, or that two are equally near."""
    complete = sorted((each for each in attempts if each.complete), key=lambda each: each.score)
    if not complete:
        return None
    if _ambiguous(complete[0], attempts):
        return Refusal(f'% Ambiguous command:  "{text}"')
    return Match(complete[0].row, tuple(complete[0].words), exact=1 not in complete[0].score)


def _ambiguous(best: _Attempt, attempts: list[_Attempt]) -> bool:
    """Whether a keyword of an attempt is cut so short that another keyword fits as well."""
    for place, score in enumerate(best.score):
        if score != 1:
            continue
        before = best.words[:place]
        rivals = {
            each.words[place]
            for each in attempts
            if each.score[place : place + 1] == [1] and each.words[:place] == before
        }
        if len(rivals) > 1:
            return True
    return False


class Grammar:
    """All modes of `commands.txt`."""

    def __init__(self, modes: Mapping[str, Mode]) -> None:
        self.modes = modes
        self._match = lru_cache(maxsize=8192)(self._match_line)

    def match(self, mode: str, line: str) -> Match | Refusal:
        """Return what a line is in a mode, or why the mode does not take it."""
        return self._match(mode, line)

    def next_words(self, mode: str, begun: str) -> list[str]:
        """Return the words that may follow what was begun, as `?` shows them."""
        words = words_of(begun)
        partial = words[-1].text.lower() if words and not begun.endswith(" ") else ""
        done = words[:-1] if partial else words
        found: set[str] = set()
        for row in self.modes[mode].rows:
            attempt = _attempt(row, begun, done)
            if attempt.done != len(done):
                continue
            rest = row.tokens[len(attempt.score) : len(attempt.score) + 1] or ("<cr>",)
            found |= {word for word in rest[0].split("|") if word.startswith(partial) or word.isupper()}
        return sorted(found)

    def _match_line(self, mode: str, line: str) -> Match | Refusal:
        words = words_of(line)
        negated = len(words) > 1 and words[0].text.lower() == "no"
        if negated:
            words = words[1:]
        attempts = [_attempt(row, line, words) for row in self.modes[mode].rows]
        chosen = _choose(attempts, line.strip())
        if isinstance(chosen, Match):
            return Match(chosen.row, chosen.words, negated, exact=chosen.exact)
        if chosen is not None:
            return chosen
        return _named(attempts, words) if negated else _refuse(attempts, words)


def _named(attempts: list[_Attempt], words: tuple[_Word, ...]) -> Match | Refusal:
    """Return what a `no` with the first words of a setting removes."""
    named = [each for each in attempts if each.done == len(words) and each.words and _names(each)]
    if not named:
        return _refuse(attempts, words)
    best = min(named, key=lambda each: (each.score, -each.row.key))
    return Match(best.row, tuple(best.words), negated=True, partial=True)


def _names(attempt: _Attempt) -> bool:
    """Whether the words taken so far name a setting: all that stands before the `=`, or the keywords of a list."""
    return len(attempt.words) >= min(attempt.row.key, len(attempt.row.tokens) - 1)


def _refuse(attempts: list[_Attempt], words: tuple[_Word, ...]) -> Refusal:
    """Say of a line that no row takes what IOS says: it goes on, or where it went wrong."""
    furthest = max(attempts, key=lambda each: each.done, default=None)
    if furthest is not None and _ambiguous(furthest, attempts):
        return Refusal(f'% Ambiguous command:  "{" ".join(word.text for word in words)}"')
    if any(each.done == len(words) and not each.complete for each in attempts):
        return Refusal(INCOMPLETE)
    depth = max((each.done for each in attempts), default=0)
    return Refusal(INVALID, words[min(depth, len(words) - 1)].start)


def _rows(lines: list[str]) -> Iterator[Row]:
    for rank, text in enumerate(lines):
        body, _, mode = text.partition(" -> ")
        default_on = body.startswith("+")
        words = body.removeprefix("+").split()
        key = words.index("=") if "=" in words else len(words)
        tokens = tuple(word for word in words if word != "=")
        # A secret is two words, the digit of its type and itself: a whole line as key counts both.
        yield Row(tokens, key, rank, mode.strip() or None, default_on)


def read(text: str) -> Grammar:
    """Read the text of `commands.txt`."""
    modes: dict[str, Mode] = {}
    for block in re.split(r"^\[", text, flags=re.MULTILINE)[1:]:
        head, *lines = block.splitlines()
        name, _, prompt = head.partition("]")
        rows = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        modes[name] = Mode(name, prompt.strip(), tuple(_rows(rows)))
    return Grammar(modes)


@lru_cache(maxsize=1)
def grammar() -> Grammar:
    """Return the grammar that ships with the simulator."""
    return read(files("lab.devices").joinpath("commands.txt").read_text())
