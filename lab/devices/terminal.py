"""The terminal of a session: echo, line editing, help, prompts and pages. Text in, text out; no network.

Sources: "Using the Command-Line Interface", IOS XE 17.x (Ctrl-Z, `?`, Ctrl-V, `--More--`, terminal length and width).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lab.devices.configure import prompt
from lab.devices.execute import answer
from lab.devices.grammar import grammar
from lab.devices.reply import Reply
from lab.devices.session import USER_EXEC
from lab.devices.tree import DELIMITER, find

if TYPE_CHECKING:
    from lab.devices.catalyst import Catalyst
    from lab.devices.reply import Question
    from lab.devices.session import Session

_MORE: Final = " --More-- "
_ERASE: Final = "\b" * len(_MORE) + " " * len(_MORE) + "\b" * len(_MORE)
_SPECIAL: Final = re.compile(r"[\x00-\x1f\x7f?]")
_BACKSPACES: Final = "\x08\x7f"


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed so far: `echo` to print, and a `line` that is complete, if one is."""

    echo: str = ""
    line: str | None = None


class Terminal:
    """The terminal of one session."""

    def __init__(self, device: Catalyst, session: Session) -> None:
        self.device = device
        self.session = session
        self.inbox = ""
        self.left = False
        self._buffer = ""
        self._question: Question | None = None
        self._pages: list[str] = []
        self._literal = False
        self._ended = False

    def greeting(self) -> str:
        """Return what a session begins with: the banners and the prompt."""
        banners = (banner_text(self.device, kind) for kind in ("motd", "exec"))
        return "".join(_wire(f"{text}\n") for text in banners if text) + "\r\n" + self.prompt

    @property
    def prompt(self) -> str:
        """What stands before the cursor."""
        return prompt(self.device, self.session) if self._question is None else self._question.prompt

    def typed(self) -> Typed | None:
        """Take what was typed up to the end of a line. Returns None when nothing is left to take."""
        if not self.inbox:
            return None
        if self._pages:
            return Typed(self._page_key())
        found = None if self._literal else _SPECIAL.search(self.inbox)
        if found is None or found.start() > 0:
            return self._plain(len(self.inbox) if found is None else found.start())
        key, self.inbox = self.inbox[0], self.inbox[1:]
        return self._key(key)

    def _plain(self, count: int) -> Typed:
        """Take characters without a meaning of their own."""
        count = 1 if self._literal else count
        self._literal = False
        text, self.inbox = self.inbox[:count], self.inbox[count:]
        self._buffer += text
        hidden = self._question is not None and self._question.hidden
        return Typed("" if hidden else text)

    def _key(self, key: str) -> Typed:
        """Take a key that edits or ends the line."""
        raw = self._question is not None and self._question.raw
        if key in "\r\n":
            if key == "\r" and self.inbox[:1] in {"\n", "\x00"}:
                self.inbox = self.inbox[1:]
            return self._enter("\r\n")
        if key in _BACKSPACES:
            gone, self._buffer = self._buffer[-1:], self._buffer[:-1]
            return Typed("\b \b" if gone else "")
        if raw and key in "?\t":
            self._buffer += key
            return Typed(key)
        return self._control(key)

    def _control(self, key: str) -> Typed:
        """Take help and the control keys: Ctrl-Z ends configuration mode, Ctrl-U and Ctrl-C drop the line."""
        if key == "?":
            return Typed(self._help())
        if key == "\x1a" and self.session.path is not None:
            self._ended = True
            return self._enter("^Z\r\n")
        if key == "\x16":
            self._literal = True
        elif key in "\x15\x03":
            gone, self._buffer = self._buffer, ""
            if key == "\x03":
                self._question = None
                return Typed(f"^C\r\n{self.prompt}")
            return Typed("\b \b" * len(gone))
        return Typed()

    def _enter(self, echo: str) -> Typed:
        line, self._buffer = self._buffer, ""
        return Typed(echo, line)

    def _help(self) -> str:
        """Return help on what may follow, and the line anew without the `?`."""
        if self.session.path is not None:
            mode = self.session.mode
        else:
            mode = "exec" if self.session.privilege > USER_EXEC else "user"
        words = grammar().next_words(mode, self._buffer)
        text = "".join(f"  {word}\n" for word in words) or "% Unrecognized command\n"
        return _wire(f"?\n{text}\n") + self.prompt + self._buffer

    def answer(self, line: str) -> str:
        """Answer a line. Returns what to print, the next prompt included."""
        question, self._question = self._question, None
        if question is None:
            reply = answer(self.device, self.session, line)
        else:
            with self.device.lock:
                reply = question.then(line)
        if self._ended:
            self._ended = False
            reply = Reply(reply.text + answer(self.device, self.session, "end").text)
        self._question, self.left = reply.ask, reply.leave
        if self.left:
            return _wire(reply.text)
        return self._paged(reply.text)

    def _paged(self, text: str) -> str:
        """Print text by pages, when the terminal has a length."""
        lines = text.splitlines(keepends=True)
        rows = self.session.length
        if rows == 0 or len(lines) < rows:
            return _wire(text) + self.prompt
        self._pages = lines
        return self._page(rows - 1)

    def _page(self, rows: int) -> str:
        shown, self._pages = self._pages[:rows], self._pages[rows:]
        return _wire("".join(shown)) + (_MORE if self._pages else self.prompt)

    def _page_key(self) -> str:
        """Take a key at `--More--`: space for a page, Enter for a line, anything else ends it."""
        key, self.inbox = self.inbox[0], self.inbox[1:]
        if key == " ":
            return _ERASE + self._page(max(self.session.length - 1, 1))
        if key in "\r\n":
            return _ERASE + self._page(1)
        self._pages = []
        return _ERASE + "\r\n" + self.prompt


def banner_text(device: Catalyst, kind: str) -> str | None:
    """Return the text of a banner, None when there is none."""
    found = find(device.tree, (f"banner {kind}",))
    return None if found is None else found.line.removeprefix(f"banner {kind} ").replace(DELIMITER, "")


def _wire(text: str) -> str:
    return text.replace("\n", "\r\n")
