"""What is said between us and the program on the agent: a command, requests and answers, one JSON object a line.

What comes from an agent is judged before it is used: whatever is no answer is a `Malformed`.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, TypeGuard

from roaming.eap.configuration import configuration, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roaming.eap.conversation import Conversation

LONGEST_LINE: Final = 1_000_000
"""Octets of an answer; a real one has 10,000."""

_LOADER: Final = (
    "import os;t=b''\n"
    "while len(t)<{size}:\n"
    " c=os.read(0,{size}-len(t))\n"
    " if not c:raise SystemExit('roam: the program did not arrive')\n"
    " t+=c\n"
    "exec(compile(t,'roam-eap','exec'))"
)


@cache
def program() -> bytes:
    """Return the program as it travels."""
    return (files("roaming.eap") / "program.py").read_bytes()


def command(at_once: int) -> tuple[str, ...]:
    """Return the command that an agent runs; `program` is the first that it reads. It holds no secret."""
    return ("python3", "-IS", "-c", _LOADER.format(size=len(program())), str(at_once))


def request(number: int, conversation: Conversation) -> bytes:
    """Return the line that asks for a conversation; raises `QuoteError` for what eapol_test cannot take."""
    asked = {
        "id": number,
        "words": words(conversation),
        "secret": conversation.server.checked_secret,
        "trusted": conversation.trusted.bundle,
        "configuration": configuration(conversation),
        "limit": conversation.timeout,
        "idle": conversation.idle or conversation.timeout * 2,
    }
    return json.dumps(asked).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is told of one conversation. Seconds since it began; `broken` says why there was none."""

    number: int
    lines: tuple[tuple[float, str], ...] = field(default=(), repr=False)
    ended: float = 0.0
    chain: str = field(default="", repr=False)
    broken: str = ""

    @property
    def text(self) -> str:
        """The lines as eapol_test printed them."""
        return "".join(f"{line}\n" for _, line in self.lines)


@dataclass(frozen=True, slots=True)
class Ready:
    """The agent can hold conversations, or says why it cannot."""

    broken: str = ""


@dataclass(frozen=True, slots=True)
class Malformed:
    """A line that is no answer."""


Message = Answer | Ready | Malformed


@dataclass
class Reader:
    """Cuts what comes from an agent into messages; never raises, and keeps one line at most."""

    _rest: bytearray = field(default_factory=bytearray)
    _skipping: bool = False

    def feed(self, data: bytes) -> Iterator[Message]:
        """Take some octets and yield the messages that are complete by now."""
        *lines, rest = data.split(b"\n")
        for line in lines:
            self._keep(line)
            yield Malformed() if self._skipping else message(bytes(self._rest))
            self._rest.clear()
            self._skipping = False
        self._keep(rest)

    def _keep(self, part: bytes) -> None:
        if len(self._rest) + len(part) > LONGEST_LINE:
            self._skipping = True
            self._rest.clear()
        if not self._skipping:
            self._rest += part


def message(line: bytes) -> Message:
    """Read one line."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return Malformed()
    if not isinstance(found, dict):
        return Malformed()
    broken = found.get("broken", "")
    if not isinstance(broken, str):
        return Malformed()
    if "id" not in found:
        return Ready(broken) if broken or found.get("ready") is True else Malformed()
    if not _whole(found["id"]):
        return Malformed()
    return Answer(found["id"], broken=broken) if broken else _answer(found)


def _answer(found: dict[str, object]) -> Message:
    lines, ended, chain = (found.get(name) for name in ("lines", "ended", "chain"))
    if not (_seconds(ended) and isinstance(chain, str) and isinstance(lines, list)):
        return Malformed()
    stamped = [line for line in lines if _stamped(line)]
    if len(stamped) != len(lines):
        return Malformed()
    number = found["id"]
    assert isinstance(number, int)  # noqa: S101  message() has looked
    return Answer(number, tuple((float(at), text) for at, text in stamped), float(ended), chain)


def _stamped(line: object) -> TypeGuard[tuple[float, str]]:
    return isinstance(line, list) and len(line) == 2 and _seconds(line[0]) and isinstance(line[1], str)  # noqa: PLR2004


def _seconds(value: object) -> TypeGuard[float]:
    return _whole(value) or (isinstance(value, float) and math.isfinite(value))


def _whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 53
