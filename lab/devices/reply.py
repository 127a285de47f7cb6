"""What the device answers to a line: text, perhaps a question, and what becomes of the session."""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003  part of a public signature
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """A prompt whose answer goes to `then`. `hidden` answers are not echoed; `raw` ones are taken as they are typed."""

    prompt: str
    then: Callable[[str], Reply]
    hidden: bool = False
    raw: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """Text to print, a question to ask, whether the session ends."""

    text: str = ""
    ask: Question | None = None
    leave: bool = False


def said(*lines: str) -> Reply:
    """Return a reply of these lines."""
    return Reply("".join(f"{line}\n" for line in lines))
